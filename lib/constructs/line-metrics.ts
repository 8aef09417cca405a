import { Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRICS, metricsNamespace, OUTCOMES } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';

const anyOf = (steps: readonly string[]) =>
  FilterPattern.any(...steps.map((step) => FilterPattern.stringValue('$.message', '=', step)));

/**
 * How events end and how late they are, counted by filters on the lines that the function's journal writes. A filter is
 * free; embedded metrics would double the bytes of each line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 */
export class LineMetrics extends Construct {
  constructor(scope: Construct, id: string, props: { readonly logGroup: LogGroup; readonly stage: Stage }) {
    super(scope, id);
    const { logGroup, stage } = props;
    const metricNamespace = metricsNamespace(stage.settings.DEPLOYMENT_ID);
    new MetricFilter(this, 'Outcomes', {
      logGroup,
      filterPattern: anyOf(OUTCOMES),
      metricNamespace,
      metricName: METRICS.outcome,
      metricValue: '1',
      unit: Unit.COUNT,
      dimensions: { Outcome: '$.message' },
    });
    new MetricFilter(this, 'Delays', {
      logGroup,
      filterPattern: FilterPattern.all(
        anyOf(['replicated', 'forwarded']),
        FilterPattern.exists('$.lane'),
        FilterPattern.numberValue('$.ms', '>=', 0),
      ),
      metricNamespace,
      metricName: METRICS.delay,
      metricValue: '$.ms',
      unit: Unit.MILLISECONDS,
      dimensions: { Lane: '$.lane' },
    });
    new MetricFilter(this, 'Unauthorized', {
      logGroup,
      filterPattern: FilterPattern.all(anyOf(['retried']), FilterPattern.stringValue('$.reason', '=', 'unauthorized')),
      metricNamespace,
      metricName: METRICS.unauthorized,
      metricValue: '1',
      unit: Unit.COUNT,
    });
  }
}
