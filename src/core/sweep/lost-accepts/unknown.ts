/** Open chats whose accept no pair shows. */

import type { ReservationSid } from '../../model/sids.ts';
import { CHATS_AT_ONCE } from '../../model/times.ts';
import type { Clock, Nonce } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { pairId, pairKey } from '../../state/items.ts';
import { aliasOf, readPair } from '../../state/pair.ts';
import { type Asked, readAsked } from './asked.ts';
import type { Memory } from './memory.ts';
import type { OpenChat } from './open-chats.ts';

export type UnknownChat = OpenChat & {
  readonly asked: Asked | undefined;
  /** The accept whose link was parked: an operator tries that one again. */
  readonly parked: ReservationSid | undefined;
};

type Deps = { readonly store: Store; readonly clock: Clock; readonly nonce: Nonce };

/** By the store, but for what is remembered: two reads a chat at most. */
export const unknownChats = async (
  deps: Deps,
  memory: Memory,
  chats: readonly OpenChat[],
): Promise<readonly UnknownChat[]> => {
  const doubtful = chats.filter(({ task }) => !memory.isSnoozed(task, deps.clock.now()));
  const unknown: UnknownChat[] = [];
  for (let from = 0; from < doubtful.length; from += CHATS_AT_ONCE) {
    const some = await Promise.all(doubtful.slice(from, from + CHATS_AT_ONCE).map((one) => look(deps, memory, one)));
    unknown.push(...some.filter((one) => one !== undefined));
  }
  return unknown;
};

/**
 * A linked pair needs no accept of its task, nor does a channel that the bridge made itself. One that is being linked
 * is left alone as long as it is. One whose link came to nothing (its worker had no twin, or it was parked) knows of
 * that accept alone: another may have followed it.
 */
const look = async (deps: Deps, memory: Memory, open: OpenChat): Promise<UnknownChat | undefined> => {
  const { task, chat, passed } = open;
  const item = await deps.store.get(pairKey(pairId('flex', chat.container)));
  const pair = readPair(item);
  if (aliasOf(item) !== undefined || (pair?.task === task.sid && pair.linked)) {
    memory.known(task);
    return undefined;
  }
  if (pair?.task === task.sid && pair.due) return undefined;
  // An older accept must not undo a newer one.
  if (passed && pair !== undefined) return undefined;
  const asked = await readAsked(deps, task.sid);
  if (asked !== undefined && asked.updatedAt === task.updatedAt && deps.clock.now() < asked.until) {
    memory.snooze(task, asked.until);
    return undefined;
  }
  return { ...open, asked, parked: pair?.hasParkedLink ? pair.reservation : undefined };
};
