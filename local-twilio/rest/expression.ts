import { problems } from '../problem.ts';

/**
 * The one comparison that the local Twilio understands: `name == "value"` (or 'value'), dots for depth.
 * https://www.twilio.com/docs/taskrouter/expression-syntax
 * @throws TwilioProblem for any other, naming the parameter that it came by
 */
export const attributesMatch = (
  of: { readonly attributes: string },
  expression: string,
  parameter: 'EvaluateTaskAttributes' | 'TargetWorkersExpression',
): boolean => {
  const match = /^\s*([\w.]+)\s*==\s*(["'])(.*)\2\s*$/.exec(expression);
  if (match === null) throw problems.invalid(parameter);
  let value: unknown = JSON.parse(of.attributes);
  for (const name of (match[1] ?? '').split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return String(value) === match[3];
};
