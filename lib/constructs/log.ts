import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Stage } from '../stage.ts';

export const removalPolicy = (stage: Stage): RemovalPolicy =>
  stage.state === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

/** A log that is kept for a month. It names chats and messages by SID only; Twilio keeps what they stand for longer. */
export const keptLog = (scope: Construct, id: string, stage: Stage): LogGroup =>
  new LogGroup(scope, id, { retention: RetentionDays.ONE_MONTH, removalPolicy: removalPolicy(stage) });
