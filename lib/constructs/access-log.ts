/**
 * A line of the access log: nothing about the caller, only what became of the request. CloudWatch notes when it came.
 * `fn` is what Lambda itself answered, `ms` how long the caller waited.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export const ACCESS_LINE = {
  id: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  error: '$context.error.responseType',
  fn: '$context.integration.status',
  ms: '$context.responseLatency',
} as const;
