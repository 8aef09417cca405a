import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DYNAMODB_CALL } from '../../core/model/times.ts';

/**
 * A client that gives up on a silent answer soon enough for another try inside the function's time: 4 tries of at most
 * 3 s. Such a try repeats a conditional write that may have been done; the nonce of a change is there for that.
 * Throttling and 5xx are tried again by the SDK too
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
 */
export const createDynamoClient = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: DYNAMODB_CALL.tries,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: DYNAMODB_CALL.connectMs,
      requestTimeout: DYNAMODB_CALL.requestMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
    },
    ...config,
  });
