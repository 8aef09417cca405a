import { Duration, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { TIMES } from '../../src/contract.ts';
import type { BridgeFunction } from './bridge-function.ts';

/**
 * Starts the sweep every minute. A run that failed or never started is not repeated, for the next one goes on where the
 * last one stopped; by default Lambda would try it twice more.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export const sweepEveryMinute = (scope: Construct, id: string, sweep: BridgeFunction): void => {
  sweep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(TIMES.sweepEvery) });
  const tick = new Rule(scope, id, {
    schedule: Schedule.rate(Duration.seconds(TIMES.sweepEvery)),
    targets: [new LambdaFunction(sweep, { retryAttempts: 0, maxEventAge: Duration.seconds(TIMES.sweepEvery) })],
  });
  const reason = 'A tick that was lost carries nothing: the next one does its work.';
  Validations.of(sweep).acknowledge({ id: 'Serverless-LambdaAsyncFailureDestination', reason });
  Validations.of(tick).acknowledge({ id: 'Serverless-EventBusDLQ', reason });
};
