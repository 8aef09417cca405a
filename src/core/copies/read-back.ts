/**
 * What became of an intent whose owner is gone or got no answer: wait until nothing of it can still arrive, then look
 * for its copy at the destination, and adopt it, or free the lane.
 */

import { type BridgeDeps, chatSide } from '../deps.ts';
import type { Message } from '../model/event.ts';
import { type Outcome, retry } from '../model/outcome.ts';
import type { Page } from '../ports/chat.ts';
import { close } from '../state/lane/close.ts';
import { clear, take } from '../state/lane/intent.ts';
import { HOLES_AT_ONCE } from '../state/lane/marks.ts';
import type { LaneLease } from '../state/lane/write.ts';
import { findSource, readRow } from '../state/ledger.ts';
import { containerOf, destination, type Intent, type LaneState, type Pair } from '../state/pair.ts';
import { settleCopy } from './deliver.ts';
import { isIntended, second } from './fingerprint.ts';
import { provenStamp } from './stamp.ts';

export type Freed =
  | { readonly free: true; readonly pair: Pair; readonly adopted: boolean }
  | { readonly free: false; readonly outcome: Outcome };

const busy: Freed = { free: false, outcome: retry(1, 'lane has another owner') };

export const readBack = async (deps: BridgeDeps, lease: LaneLease): Promise<Freed> => {
  const { lane } = lease;
  const intent = lease.pair.lanes[lane].intent;
  if (intent === undefined) return { free: true, pair: lease.pair, adopted: false };
  const wait = intent.notAfter + deps.settings.settleMs - deps.clock.now();
  if (wait > 0) return { free: false, outcome: retry(Math.ceil(wait / 1000), 'an intent is settling') };

  const taken = await take(deps, lease);
  if (!taken.ok) return busy;
  const mine: LaneLease = { pair: taken.pair, lane };
  const seen = { missing: between(taken.pair.lanes[lane], intent), listedAt: deps.clock.now() };
  const row = await readRow(deps, { pair: lease.pair, lane, sid: intent.sid });
  const closeWith = async (copy: number | undefined): Promise<Freed> => {
    const closed = await close(deps, mine, copy, seen.missing, seen.listedAt);
    return closed.ok ? { free: true, pair: closed.pair, adopted: true } : busy;
  };
  if (row?.state === 'copied') return closeWith(row.copyIndex);
  // Other rows do not say that nothing was sent: what was parked, or said nothing, may have been on its way back when its
  // owner died, and what was removed at its source may have crossed before.
  const copy = await findCopy(deps, mine, intent);
  if (copy !== undefined) {
    const settled = await settleCopy(deps, mine, copy, seen);
    return settled.end === 'done' ? { free: true, pair: settled.pair, adopted: true } : busy;
  }
  if (row !== undefined) {
    // Who parked it may have died before saying so.
    if (row.state === 'parked')
      deps.journal({ step: 'parked', type: 'reconcile', lane, reason: row.reason, sids: [intent.sid] });
    return closeWith(undefined);
  }
  const cleared = await clear(deps, mine);
  return cleared.ok ? { free: true, pair: cleared.pair, adopted: false } : busy;
};

/** What the intent passed over. Whoever wrote it had seen a list; this run has not, so each may be a hole. */
const between = ({ cursor, ownIndices }: LaneState, intent: Intent): readonly number[] => {
  const passed: number[] = [];
  for (let index = Math.max(cursor + 1, intent.index - HOLES_AT_ONCE); index < intent.index; index += 1)
    if (!ownIndices.includes(index)) passed.push(index);
  return passed;
};

/**
 * The copy of an intent's message, known by its stamp, or, when somebody replaced its attributes or its text, by what the
 * intent remembers. It can only stand above the intent's tail. Twilio does not say whether its lists sort back-dated
 * messages by index or by date, so the search ends at a page that lies wholly below the tail and before the message's time.
 */
const findCopy = async (deps: BridgeDeps, { pair, lane }: LaneLease, intent: Intent): Promise<Message | undefined> => {
  const into = containerOf(pair, destination(lane));
  if (into === undefined) return undefined;
  const { stampKey } = deps.settings;
  const side = chatSide(deps, destination(lane));
  const unproven: Message[] = [];
  const below = (m: Message) => m.index <= intent.tail && second(m.createdAt) < second(intent.createdAt);
  let next: string | undefined;
  do {
    const page: Page = await side.listMessages(into, 'desc', next);
    for (const message of page.messages.filter((m) => m.index > intent.tail)) {
      const { author, body } = message;
      const stamp = provenStamp(stampKey, { lane, container: into, author, body }, message.attributes);
      if (stamp?.s === intent.sid) return message;
      if (stamp === undefined) unproven.push(message);
    }
    next = page.messages.every(below) ? undefined : page.next;
  } while (next !== undefined);
  // Two equal texts of one second: the other's copy is no copy of this one.
  for (const message of unproven.filter((one) => isIntended(stampKey, lane, one, intent, pair)))
    if ((await findSource(deps, { pair, lane }, message.sid)) === undefined) return message;
  return undefined;
};
