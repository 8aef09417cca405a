/** What was given up goes on to Flex's own webhook all the same: an operator wants it, and knows that it comes late. */

import type { Forward } from '../jobs/envelope.ts';
import type { Key } from '../ports/change.ts';
import type { FlexSide } from '../ports/chat.ts';
import { asItStands, isMessageSent } from './compose.ts';
import { type ForwardRowDeps, finishForward, reviveForward } from './rows.ts';

export type RedriveForwardDeps = ForwardRowDeps & { readonly flex: Pick<FlexSide, 'message'> };

/**
 * @returns what to forward, as its message stands now; undefined when that is not to be seen, and nothing was changed.
 * @throws TwilioError when the message could not be looked at; nothing was changed then.
 */
export const forwardAsItStands = async (
  deps: RedriveForwardDeps,
  key: Key,
  forward: Forward,
): Promise<Forward | undefined> => {
  if (!isMessageSent(forward)) {
    await reviveForward(deps, key, 0);
    return forward;
  }
  const message = await deps.flex.message(forward.container, forward.about);
  if (message === undefined) return undefined;
  await reviveForward(deps, key, Date.parse(message.createdAt));
  return asItStands(forward, message);
};

/** The message is gone: nothing is left to forward. */
export const dropGoneForward = async (deps: ForwardRowDeps, key: Key): Promise<void> => {
  await reviveForward(deps, key, 0);
  await finishForward(deps, key, 'skipped');
};
