import { readChat } from '../adapters/twilio/webhook/chat.ts';
import { readConversations } from '../adapters/twilio/webhook/conversations.ts';
import type { EventReader } from '../adapters/twilio/webhook/reading.ts';
import { readFlexTaskRouter, readFrontlineTaskRouter } from '../adapters/twilio/webhook/taskrouter.ts';
import { ROUTES, type Route } from '../contract.ts';
import type { Side } from '../core/model/event.ts';
import type { Config } from '../runtime/settings.ts';

/** Whose requests a route takes, and who reads them. All callers of these routes name themselves by `AccountSid`. */
export type RouteRule = {
  readonly accounts: readonly Side[];
  readonly reader: (signer: Side, config: Config) => EventReader;
};

const rules: Readonly<Record<Route, RouteRule>> = {
  '/chat-to-frontline': { accounts: ['flex'], reader: (_signer, config) => readChat(config.flex.serviceSid) },
  '/frontline-to-chat': {
    accounts: ['frontline'],
    reader: (_signer, config) => readConversations(config.frontline.serviceSid),
  },
  '/taskrouter-handler': {
    accounts: ['flex', 'frontline'],
    reader: (signer) => (signer === 'flex' ? readFlexTaskRouter : readFrontlineTaskRouter),
  },
};

export const routeOf = (path: string): { readonly route: Route; readonly rule: RouteRule } | undefined => {
  const route = ROUTES.find((one) => one === path);
  return route && { route, rule: rules[route] };
};
