/** What stands before every call to Twilio: nobody asks a side that is down, nor one that asked to be left alone. */

import { type BreakerDeps, createBreaker } from './breaker.ts';
import type { HttpCall } from './http.ts';
import { createPauses } from './pauses.ts';

export type Guard = (http: HttpCall) => HttpCall;

/** One for each end that the bridge calls: a dead workspace must not silence the chats. */
export type Guards = Readonly<Record<BreakerDeps['of'], Guard>>;

/** Make them once for each process: what was met before is remembered there. TaskRouter is the Flex account's too. */
export const createGuards = (deps: Omit<BreakerDeps, 'of'>): Guards => {
  const flexPauses = createPauses(deps.clock);
  const guard = (of: BreakerDeps['of'], pauses = createPauses(deps.clock)): Guard => {
    const breaker = createBreaker({ ...deps, of });
    // A pause is no failure: the breaker does not hear of it.
    return (http) => pauses(breaker(http));
  };
  return {
    flex: guard('flex', flexPauses),
    frontline: guard('frontline'),
    taskrouter: guard('taskrouter', flexPauses),
    'default-webhook': guard('default-webhook'),
  };
};
