import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Journal } from '../src/core/ports/journal.ts';
import { requestFrom } from '../src/edge/incoming.ts';

type Endpoint = (request: Request) => Promise<Response>;

export type HttpHandlerDeps = {
  /** The address that Twilio signs for, when the settings name one. */
  readonly publicBaseUrl: string | undefined;
  /** The endpoint of such an address. */
  readonly endpointAt: (publicBaseUrl: string) => Endpoint;
  readonly journal: Journal;
  /** What the journal calls a request that not even the endpoint answered, and what its caller is told. */
  readonly unanswered: { readonly type: string; readonly text: string };
};

/**
 * API Gateway's request, exactly as it was received, to the web's and back. Without PUBLIC_BASE_URL the address that
 * Twilio signs for is the name by which API Gateway took the request: AWS sets it, and takes no request by a name that
 * is not the API's own, so a caller cannot choose it as it can a Host header.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const createHttpHandler = (deps: HttpHandlerDeps) => {
  const endpoints = new Map<string, Endpoint>();
  const endpointAt = (base: string): Endpoint => {
    const endpoint = endpoints.get(base) ?? deps.endpointAt(base);
    endpoints.set(base, endpoint);
    return endpoint;
  };
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .onError((request) => {
      // Nothing is stored: 503 is what makes Twilio's Chat and TaskRouter send it again.
      const { type, text } = deps.unanswered;
      deps.journal({ step: 'failed', type, reason: request.error?.name ?? 'unknown', sids: [] });
      request.response = { statusCode: 503, body: `${text}\n` };
    })
    .handler(async (event) => {
      const mount = mountOf(event);
      const base = deps.publicBaseUrl ?? `https://${event.requestContext.domainName}${mount}`;
      return resultOf(await endpointAt(base)(requestOf(event, mount)));
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
