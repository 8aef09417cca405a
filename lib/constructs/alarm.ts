import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** A minute is bad when the metric is above this; or below this, and then a minute without data is bad, too. */
type Limit = { readonly above: number } | { readonly below: number };

export type BridgeAlarmProps = Limit & {
  readonly metric: Metric;
  /** The alarm rings after this many bad minutes ... */
  readonly minutes: number;
  /** ... among the last this many. When it is not given, the bad minutes must follow each other. */
  readonly ofMinutes?: number;
  /** Who is hurt, then how, short enough to be understood at night. */
  readonly harm: string;
  /** The heading in docs/runbook.md that says what to do. */
  readonly runbook: string;
  readonly topic: ITopic;
};

/** An alarm says who is hurt and where to read on. */
export class BridgeAlarm extends Construct {
  constructor(scope: Construct, id: string, props: BridgeAlarmProps) {
    super(scope, id);
    const silent = 'below' in props;
    const alarm = new Alarm(this, 'Alarm', {
      metric: props.metric.with({ period: Duration.minutes(1) }),
      threshold: silent ? props.below : props.above,
      comparisonOperator: silent ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: props.ofMinutes ?? props.minutes,
      datapointsToAlarm: props.minutes,
      treatMissingData: silent ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${props.harm} What to do: docs/runbook.md, "${props.runbook}".`,
    });
    alarm.addAlarmAction(new SnsAction(props.topic));
    alarm.addOkAction(new SnsAction(props.topic));
  }
}
