/**
 * What became of an intent whose run is gone or got no answer. Its copy is looked for at the destination as soon as no
 * call can leave for it any more, and adopted once it is seen; when it is settled that what is not seen is not there,
 * the lane is freed. A look that sees nothing writes nothing.
 */

import { type BridgeDeps, chatSide } from '../deps.ts';
import type { Message } from '../model/event.ts';
import { destination } from '../model/event.ts';
import { leaseLost, type Outcome, settling } from '../model/outcome.ts';
import { HOLES_AT_ONCE } from '../model/times.ts';
import type { Page } from '../ports/chat.ts';
import { close, type GapsBefore } from '../state/lane/close.ts';
import { clear, take } from '../state/lane/intent.ts';
import type { Claim, LaneLease } from '../state/lane/lease.ts';
import { findSource, readRow } from '../state/ledger.ts';
import type { Intent, LaneState } from '../state/pair.ts';
import { settleCopy } from './deliver.ts';
import { copiesAmong } from './find.ts';
import { isIntended, second } from './fingerprint.ts';

/** `lease`: no intent stands in it. `adopted`: the intent's message is dealt with. */
export type Freed =
  | { readonly free: true; readonly lease: LaneLease; readonly adopted: boolean }
  | { readonly free: false; readonly outcome: Outcome };

const busy: Freed = { free: false, outcome: leaseLost() };

export const readBack = async (deps: BridgeDeps, lease: LaneLease): Promise<Freed> => {
  const { lane } = lease;
  const intent = lease.pair.lanes[lane].intent;
  if (intent === undefined) return { free: true, lease, adopted: false };
  const now = deps.clock.now();
  if (now < intent.notAfter) return { free: false, outcome: settling(intent, now) };

  const isSettled = now >= intent.settlesAt;
  const gaps: GapsBefore = { missing: between(lease.pair.lanes[lane], intent), listedAt: now };
  const row = await readRow(deps, { pair: lease.pair, lane, sid: intent.sid });
  // Other rows do not say that nothing was sent: what was parked, or said nothing, may have been on its way back when
  // its run died, and what was removed at its source may have crossed before.
  const copy = row?.state === 'copied' ? undefined : await findCopy(deps, lease, intent, isSettled);
  if (row?.state !== 'copied' && copy === undefined && !isSettled)
    return { free: false, outcome: settling(intent, now) };

  // Refused when any run has written to the lane since this one read it, before it looked.
  const taken = await take(deps, lease);
  if (!taken.ok) return busy;
  const claim = taken.lease;
  if (row?.state === 'copied') return closeWith(deps, claim, row.copyIndex, gaps);
  if (copy !== undefined) {
    const settled = await settleCopy(deps, claim, copy, gaps);
    return settled.end === 'done' ? { free: true, lease: { ...lease, pair: settled.pair }, adopted: true } : busy;
  }
  if (row !== undefined) {
    // The run that parked it may have died before it logged that.
    if (row.state === 'parked')
      deps.journal({ step: 'parked', type: 'reconcile', lane, reason: row.reason, sids: [intent.sid] });
    return closeWith(deps, claim, undefined, gaps);
  }
  const cleared = await clear(deps, claim);
  return cleared.ok ? { free: true, lease: cleared.lease, adopted: false } : busy;
};

const closeWith = async (
  deps: BridgeDeps,
  claim: Claim,
  copy: number | undefined,
  gaps: GapsBefore,
): Promise<Freed> => {
  const closed = await close(deps, claim, copy, gaps);
  return closed.ok ? { free: true, lease: closed.lease, adopted: true } : busy;
};

/** What the intent passed over. The run that wrote it had seen a list; this one has not, so each may be a hole. */
const between = ({ cursor, ownIndices }: LaneState, intent: Intent): readonly number[] => {
  const passed: number[] = [];
  for (let index = Math.max(cursor + 1, intent.index - HOLES_AT_ONCE); index < intent.index; index += 1)
    if (!ownIndices.includes(index)) passed.push(index);
  return passed;
};

/**
 * The copy of an intent's message, known by its stamp, or, when an app replaced its attributes or its text, by what the
 * intent remembers: that may be another's equal text, so it counts only once the copy itself must be seen. It can only
 * stand above the intent's tail. Twilio does not say whether its lists sort back-dated
 * messages by index or by date, so the search ends at a page that lies wholly below the tail and before the message's
 * time.
 */
const findCopy = async (
  deps: BridgeDeps,
  lease: LaneLease,
  intent: Intent,
  isSettled: boolean,
): Promise<Message | undefined> => {
  const { pair, lane, into } = lease;
  const side = chatSide(deps, destination(lane));
  const unproven: Message[] = [];
  const below = (m: Message) => m.index <= intent.tail && second(m.createdAt) < second(intent.createdAt);
  let next: string | undefined;
  do {
    const page: Page = await side.listMessages(into, 'desc', next);
    const above = page.messages.filter((m) => m.index > intent.tail);
    const { proven } = copiesAmong(deps.settings, lease, above);
    const [copy] = proven.get(intent.sid) ?? [];
    if (copy !== undefined) return copy;
    const known = new Set([...proven.values()].flat());
    unproven.push(...above.filter((message) => !known.has(message)));
    next = page.messages.every(below) ? undefined : page.next;
  } while (next !== undefined);
  if (!isSettled) return undefined;
  // Two equal texts of one second: the other's copy is no copy of this one.
  for (const message of unproven.filter((one) => isIntended(deps.settings.stampKey, lane, one, intent, pair)))
    if ((await findSource(deps, { pair, lane }, message.sid)) === undefined) return message;
  return undefined;
};
