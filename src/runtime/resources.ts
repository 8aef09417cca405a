import { type QueueName, RESOURCES, type Resource } from '../contract.ts';
import { WrongSettings } from './settings.ts';

export type Resources = Readonly<Record<Resource, string>>;
export type QueueUrls = Readonly<Record<QueueName, string>>;

/**
 * Where the stack's own parts are.
 * @throws WrongSettings naming every one that is missing: then the function was not deployed by this project's stack.
 */
export const readResources = (environment: Readonly<Record<string, string | undefined>>): Resources => {
  const missing = RESOURCES.filter((name) => !environment[name]);
  if (missing.length > 0) throw new WrongSettings(missing.map((name) => `${name} is missing`));
  return Object.fromEntries(RESOURCES.map((name) => [name, environment[name]])) as Resources;
};

export const queueUrls = (resources: Resources): { readonly live: QueueUrls; readonly dead: QueueUrls } => ({
  live: {
    'flex-events': resources.FLEX_EVENTS_QUEUE_URL,
    'frontline-events': resources.FRONTLINE_EVENTS_QUEUE_URL,
    'default-webhook': resources.DEFAULT_WEBHOOK_QUEUE_URL,
  },
  dead: {
    'flex-events': resources.FLEX_EVENTS_DEAD_URL,
    'frontline-events': resources.FRONTLINE_EVENTS_DEAD_URL,
    'default-webhook': resources.DEFAULT_WEBHOOK_DEAD_URL,
  },
});
