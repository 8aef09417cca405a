import { join } from 'node:path';
import { Duration, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { type Setting, TEMPLATES_ASSET } from '../../src/contract.ts';
import { MEMORY_MB } from '../memory.ts';
import type { Stage } from '../stage.ts';
import { type Access, grantAccess } from './access.ts';
import { BridgeAlarm } from './alarm.ts';
import { consumeQueue } from './consumer.ts';
import { LineMetrics } from './line-metrics.ts';
import { keptLog } from './log.ts';
import { type BridgeResources, functionEnvironment } from './resources.ts';

/** What a function is for, what its role may do, and who is hurt when it fails. */
export type FunctionDeclaration = {
  /** The folder under lambdas/. */
  readonly code: keyof typeof MEMORY_MB;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly access: Access;
  /** Who is hurt when it fails. */
  readonly harm: string;
  /** The heading in docs/runbook.md that says what to do then. */
  readonly runbook: string;
};

/** What all functions of a deployment share. */
export type SharedProps = {
  readonly stage: Stage;
  readonly settings: Readonly<Record<Setting, string>>;
  readonly resources: BridgeResources;
  readonly topic: ITopic;
};

export type BridgeFunctionProps = FunctionDeclaration & SharedProps;

const root = join(import.meta.dirname, '../..');

const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  minify: true,
  mainFields: ['module', 'main'],
  bundleAwsSDK: true, // the version that was tested, and a fraction of the runtime's to load
  // Parts of twilio are CommonJS and call require, which an ESM bundle does not have.
  banner: "import{createRequire as r}from'node:module';const require=r(import.meta.url);",
};

/** As a word of the shell that runs the hook. */
const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;

/** The code, and beside it the file of message templates, if there is one. */
const bundlingWith = (templates: string | undefined): BundlingOptions => {
  if (templates === undefined) return BUNDLING;
  const copied = (out: string) => `cp ${quoted(templates)} ${quoted(join(out, TEMPLATES_ASSET))}`;
  const commandHooks = {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_: string, out: string) => [copied(out)],
  };
  return { ...BUNDLING, commandHooks };
};

const memoryOf = ({ code, stage: { scale } }: BridgeFunctionProps): number => {
  const set = { replicate: scale.REPLICATE_MEMORY_MB, forward: scale.FORWARD_MEMORY_MB, sweep: scale.SWEEP_MEMORY_MB };
  return { ...MEMORY_MB, ...set }[code];
};

/** Of the account's concurrency the door alone may keep a part: a consumer that is refused burns receives. */
const reservedFor = ({ code, stage: { scale } }: BridgeFunctionProps) =>
  code === 'webhook' && scale.WEBHOOK_CONCURRENCY > 0
    ? { reservedConcurrentExecutions: scale.WEBHOOK_CONCURRENCY }
    : {};

/** A function with its own log, its own role and an alarm on its failures. */
export class BridgeFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: BridgeFunctionProps) {
    const logGroup = keptLog(scope, `${id}Log`, props.stage);
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      description: props.description,
      entry: join(root, 'lambdas', props.code, 'index.ts'),
      projectRoot: root,
      depsLockFilePath: join(root, 'package-lock.json'),
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryOf(props),
      ...reservedFor(props),
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { ...functionEnvironment(props.settings, props.resources) },
      awsSdkConnectionReuse: false, // the SDK's version 3 does it by itself; the variable would be noise
      tracing: Tracing.DISABLED,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN, // start, end and report of every call would cost more than the call
      logGroup,
      role,
      bundling: bundlingWith(props.code === 'callbacks' ? props.stage.templates : undefined),
    });
    const { access, resources } = props;
    grantAccess(this, access, resources);
    if (access.consumes !== undefined) consumeQueue(this, resources.queues[access.consumes], props.stage);
    new LineMetrics(this, 'Lines', { logGroup, stage: props.stage });
    new BridgeAlarm(this, 'Fails', {
      metric: this.metricErrors({ statistic: 'Sum' }),
      above: 0,
      minutes: 1,
      harm: props.harm,
      runbook: props.runbook,
      topic: props.topic,
    });
    if (access.consumes === undefined)
      // A mapping that is refused comes again; whoever waits for an answer does not.
      new BridgeAlarm(this, 'Refused', {
        metric: this.metricThrottles({ statistic: 'Sum' }),
        above: 0,
        minutes: 1,
        harm: props.harm,
        runbook: 'Lambda refuses to run a function',
        topic: props.topic,
      });
    Validations.of(this).acknowledge(
      {
        id: 'Serverless-LambdaTracing',
        reason: 'Every event is traced by its SIDs in the log; X-Ray would cost more than the functions.',
      },
      {
        id: 'Serverless-LambdaDLQ',
        reason: 'Its events come by an answered request, by a queue with a dead-letter queue, or again in a minute.',
      },
    );
  }
}
