import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { SQS_CALL } from '../../core/model/times.ts';

/**
 * A client whose every call has ended after some 3.5 s, tries and pauses included: a webhook is answered within 4 s,
 * 503 when its event could not be stored. SQS recognises a second try of a send by its deduplication id
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
 */
export const createSqsClient = (config: SQSClientConfig = {}): SQSClient =>
  new SQSClient({
    maxAttempts: SQS_CALL.tries,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: SQS_CALL.connectMs,
      requestTimeout: SQS_CALL.requestMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
    },
    ...config,
  });
