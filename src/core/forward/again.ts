/** What was given up goes on to Flex's own webhook all the same: an operator wants it, and knows that it comes late. */
import type { Key } from '../change.ts';
import type { Forward } from '../event.ts';
import type { FlexSide } from '../ports.ts';
import { asItStands } from './compose.ts';
import { finish, type RowDeps, revive } from './rows.ts';

export type AgainDeps = RowDeps & { readonly flex: Pick<FlexSide, 'message'> };

/**
 * @returns what to forward, as its message stands now; undefined when that is gone, and nothing is left to forward.
 * @throws TwilioTrouble when the message could not be looked at; nothing was changed then.
 */
export const putBack = async (deps: AgainDeps, key: Key, forward: Forward): Promise<Forward | undefined> => {
  if (forward.eventType !== 'onMessageSent') {
    await revive(deps, key, 0);
    return forward;
  }
  const message = await deps.flex.message(forward.container, forward.about);
  await revive(deps, key, message === undefined ? 0 : Date.parse(message.createdAt));
  if (message !== undefined) return asItStands(forward, message);
  await finish(deps, key, 'skipped');
  return undefined;
};
