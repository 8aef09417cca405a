import { Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  AVAILABILITY,
  AVAILABILITY_PER_SECOND,
  CALLBACKS,
  type Callback,
  metricsNamespace,
  ROUTES,
  type Route,
} from '../../src/contract.ts';
import type { Stage } from '../stage.ts';
import { ACCESS_LINE } from './access-log.ts';
import { BridgeAlarm } from './alarm.ts';
import { keptLog } from './log.ts';
import { outcomeMetric } from './metrics.ts';

const accessLog = AccessLogFormat.custom(JSON.stringify(ACCESS_LINE));

/**
 * The account's own limits in most regions. A lower one would lose webhooks: Conversations never repeats one. But each
 * route has a share of its own, far above what people write: who floods one of them does not starve the others.
 */
const throttle = { rateLimit: 10_000, burstLimit: 5_000 };
const shareOf = ({ scale }: Stage): Limits => ({
  ThrottlingRateLimit: scale.WEBHOOKS_PER_SECOND,
  ThrottlingBurstLimit: Math.floor(scale.WEBHOOKS_PER_SECOND / 2),
});
/** People do not fill half of one share, all routes together. */
const floodInAMinute = ({ scale }: Stage): number => (scale.WEBHOOKS_PER_SECOND / 2) * 60;

const SIGNED = 'The caller is Twilio, known by the signature that the function verifies over the whole request.';

const acknowledgeNoAuthorizer = (route: HttpRoute, reason: string): void =>
  Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason });

type Limits = { readonly ThrottlingRateLimit: number; readonly ThrottlingBurstLimit: number };

const limit = (stage: HttpStage, route: HttpRoute, key: string, limits: Readonly<Limits>): void => {
  const cfnStage = stage.node.defaultChild as CfnStage;
  cfnStage.routeSettings = { ...cfnStage.routeSettings, [key]: limits };
  // A stage cannot speak of a route that is not there yet.
  stage.node.addDependency(route);
};

const AVAILABILITY_KEY = `ANY ${AVAILABILITY}`;

type WebhookApiProps = {
  readonly webhook: IFunction;
  readonly callbacks: IFunction;
  readonly stage: Stage;
  readonly topic: ITopic;
};

/** The addresses that Twilio calls, and the one for a web page. */
export class WebhookApi extends Construct {
  readonly api: HttpApi;
  readonly throttled: Metric;
  private readonly refused: Metric;

  constructor(scope: Construct, id: string, props: WebhookApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      createDefaultStage: false,
      description: 'Webhooks and callbacks from Twilio',
    });
    const log = keptLog(this, 'AccessLog', props.stage);
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLog },
    });
    this.addWebhooks(stage, props);
    this.addCallbacks(stage, props);
    this.throttleAvailability(stage, props);
    // An HTTP API has no metric of throttled calls, so they are counted in its access log.
    this.throttled = new MetricFilter(this, 'Throttled', {
      logGroup: log,
      // Who asks for agents too often is turned away on purpose.
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue('$.status', '=', '429'),
        FilterPattern.stringValue('$.route', '!=', AVAILABILITY_KEY),
      ),
      metricNamespace: metricsNamespace(props.stage.settings.DEPLOYMENT_ID),
      metricName: `Throttled-${props.stage.stackName}`,
    }).metric({ statistic: Stats.SUM });
    this.refused = outcomeMetric(props.stage, 'refused');
    this.alarmOn(props);
  }

  private addWebhooks(stage: HttpStage, { webhook, stage: deployed }: WebhookApiProps): void {
    const integration = new HttpLambdaIntegration('Webhook', webhook);
    for (const path of ROUTES)
      for (const route of this.api.addRoutes({ path, methods: [HttpMethod.POST], integration })) {
        limit(stage, route, `POST ${path}`, shareOf(deployed));
        acknowledgeNoAuthorizer(route, SIGNED);
      }
  }

  private addCallbacks(stage: HttpStage, { callbacks, stage: deployed }: WebhookApiProps): void {
    const integration = new HttpLambdaIntegration('Callbacks', callbacks);
    for (const path of CALLBACKS)
      for (const route of this.api.addRoutes({ path, methods: [HttpMethod.POST], integration })) {
        limit(stage, route, `POST ${path}`, shareOf(deployed));
        acknowledgeNoAuthorizer(route, SIGNED);
      }
  }

  /**
   * One route for all methods, so that they share one throttle: whoever calls is answered, and each answer asks
   * TaskRouter. The function tells the methods apart.
   */
  private throttleAvailability(stage: HttpStage, { callbacks, stage: { settings } }: WebhookApiProps): void {
    const integration = new HttpLambdaIntegration('Availability', callbacks);
    const routes = this.api.addRoutes({ path: AVAILABILITY, methods: [HttpMethod.ANY], integration });
    const perSecond = Number(settings.AVAILABILITY_PER_SECOND || AVAILABILITY_PER_SECOND);
    for (const route of routes) {
      limit(stage, route, AVAILABILITY_KEY, { ThrottlingRateLimit: perSecond, ThrottlingBurstLimit: perSecond });
      acknowledgeNoAuthorizer(route, 'A page in a browser signs nothing: the function looks at its origin.');
    }
  }

  url(route: Route | Callback | typeof AVAILABILITY): string {
    return `${this.api.apiEndpoint}${route}`;
  }

  private alarmOn({ stage, topic }: WebhookApiProps): void {
    new BridgeAlarm(this, 'ServerErrors', {
      metric: this.api.metricServerError({ statistic: Stats.SUM }),
      above: 0,
      minutes: 1,
      harm: 'Customers and agents may miss messages until the sweep repairs their chats: requests ended in 5xx.',
      runbook: 'Webhooks end in 5xx',
      topic,
    });
    new BridgeAlarm(this, 'Flood', {
      metric: this.api.metricCount({ statistic: Stats.SUM }),
      above: floodInAMinute(stage),
      minutes: 5,
      harm: 'Customers and agents may soon miss messages: the bridge gets more requests than people can make.',
      runbook: 'A flood of requests',
      topic,
    });
    new BridgeAlarm(this, 'Refused', {
      metric: this.refused,
      above: 0,
      minutes: 3,
      ofMinutes: 15,
      harm: 'Customers and agents may get no messages: the bridge refuses webhooks. Did a token or an address change?',
      runbook: 'Webhooks are refused',
      topic,
    });
    new BridgeAlarm(this, 'Throttles', {
      metric: this.throttled,
      above: 0,
      minutes: 1,
      harm: 'Customers may miss what agents write in Frontline until the sweep repairs it: AWS turned webhooks away.',
      runbook: 'Webhooks are throttled',
      topic,
    });
  }
}
