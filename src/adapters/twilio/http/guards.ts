/** What stands before every call to Twilio: nobody asks a side that is down, nor one that asked to be left alone. */

import { type BreakerDeps, createBreaker } from './breaker.ts';
import type { HttpCall } from './http.ts';
import { createPauses } from './pauses.ts';

export type Guard = (http: HttpCall) => HttpCall;

/** One for each end that the bridge calls: a dead workspace must not silence the chats. */
export type Guards = Readonly<Record<BreakerDeps['of'], Guard>>;

/** Make them once for each process: what was met before is remembered there. */
export const createGuards = (deps: Omit<BreakerDeps, 'of'>): Guards => {
  const breaker = (of: BreakerDeps['of']): Guard => createBreaker({ ...deps, of });
  // A pause is no failure: the breaker behind it does not hear of it.
  const flex = createPauses(deps.clock);
  const frontline = createPauses(deps.clock);
  const webhook = createPauses(deps.clock);
  const [ofFlex, ofFrontline, ofTasks, ofWebhook] = [
    breaker('flex'),
    breaker('frontline'),
    breaker('taskrouter'),
    breaker('default-webhook'),
  ];
  return {
    flex: (http) => flex(ofFlex(http)),
    frontline: (http) => frontline(ofFrontline(http)),
    // TaskRouter is the Flex account's too, and so is Proxy, which tells what Flex's own webhook has sent.
    taskrouter: (http) => flex(ofTasks(http)),
    'default-webhook': (http) => {
      const behind = ofWebhook(http);
      const [proxy, posts] = [flex(behind), webhook(behind)];
      return (request) => (request.method === 'GET' ? proxy(request) : posts(request));
    },
  };
};
