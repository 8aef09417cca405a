import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Journal } from '../../src/core/ports/journal.ts';
import { requestFrom } from '../../src/edge/incoming.ts';

type Webhook = (request: Request) => Promise<Response>;

export type WebhookHandlerDeps = {
  /** The address that Twilio signs for, when the settings name one. */
  readonly publicBaseUrl: string | undefined;
  /** The webhook of such an address. */
  readonly webhookAt: (publicBaseUrl: string) => Webhook;
  readonly journal: Journal;
};

/**
 * API Gateway's request, exactly as it was received, to the web's and back. Without PUBLIC_BASE_URL the address that
 * Twilio signs for is the name by which API Gateway took the request: AWS sets it, and takes no request by a name that
 * is not the API's own, so a caller cannot choose it as it can a Host header.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const createWebhookHandler = (deps: WebhookHandlerDeps) => {
  const webhooks = new Map<string, Webhook>();
  const webhookAt = (base: string): Webhook => {
    const webhook = webhooks.get(base) ?? deps.webhookAt(base);
    webhooks.set(base, webhook);
    return webhook;
  };
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .onError((request) => {
      // Nothing is stored: 503 is what makes Twilio's Chat and TaskRouter send it again.
      deps.journal({ step: 'failed', type: 'webhook', reason: request.error?.name ?? 'unknown', sids: [] });
      request.response = { statusCode: 503, body: 'not stored, try again\n' };
    })
    .handler(async (event) => {
      const mount = mountOf(event);
      const base = deps.publicBaseUrl ?? `https://${event.requestContext.domainName}${mount}`;
      return resultOf(await webhookAt(base)(requestOf(event, mount)));
    });
};

/**
 * What stands before the route in the path: a named stage, or the mapping of a domain of one's own. API Gateway keeps
 * either in the path, while the route is as the stack declares it. Empty where its route is none of those.
 */
const mountOf = ({ routeKey, rawPath }: APIGatewayProxyEventV2): string => {
  const route = /^[A-Z]+ (\/.*)$/.exec(routeKey)?.[1];
  const path = rawPath.replace(/\/$/, '');
  return route !== undefined && path.endsWith(route) ? path.slice(0, -route.length) : '';
};

const requestOf = (event: APIGatewayProxyEventV2, mount: string): Request =>
  requestFrom({
    method: event.requestContext.http.method,
    target: event.rawPath.slice(mount.length) + (event.rawQueryString === '' ? '' : `?${event.rawQueryString}`),
    header: (name) => event.headers[name],
    body: () => new Uint8Array(Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')),
  });

const resultOf = async (response: Response): Promise<APIGatewayProxyStructuredResultV2> => ({
  statusCode: response.status,
  headers: Object.fromEntries(response.headers),
  ...(response.status === 204 ? {} : { body: await response.text() }),
});
