/** What stands before every call to Twilio: nobody asks a side that is down, nor one that asked to be left alone. */

import { type BreakerDeps, createBreaker } from './breaker.ts';
import type { HttpCall } from './http.ts';
import { createPauses } from './pauses.ts';

export type Guard = (http: HttpCall) => HttpCall;

/** One for each end that the bridge calls: a dead workspace must not silence the chats. */
export type Guards = Readonly<Record<BreakerDeps['of'], Guard>>;

/** Make them once for each process: what was met before is remembered there. */
export const createGuards = (deps: Omit<BreakerDeps, 'of'>): Guards => {
  // A pause is no failure: the breaker behind it does not hear of it.
  const guard = (of: BreakerDeps['of'], pauses: Guard): Guard => {
    const breaker = createBreaker({ ...deps, of });
    return (http) => pauses(breaker(http));
  };
  const flex = createPauses(deps.clock);
  const frontline = createPauses(deps.clock);
  const posts = createPauses(deps.clock);
  // TaskRouter is the Flex account's too, and so is Proxy, which tells what Flex's own webhook has sent.
  const readsOrPosts: Guard = (http) => {
    const [read, post] = [flex(http), posts(http)];
    return (request) => (request.method === 'GET' ? read(request) : post(request));
  };
  return {
    flex: guard('flex', flex),
    frontline: guard('frontline', frontline),
    'frontline-agents': guard('frontline-agents', frontline),
    taskrouter: guard('taskrouter', flex),
    'default-webhook': guard('default-webhook', readsOrPosts),
  };
};
