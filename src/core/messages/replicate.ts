/** The fast path of a message: one call to Twilio and three conditional writes when nothing is unusual. */

import { deliver, outcomeOf } from '../copies/deliver.ts';
import { intentFor } from '../copies/fingerprint.ts';
import { render } from '../copies/render.ts';
import { type BridgeDeps, chatSide } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import type { BridgeEvent, Message } from '../model/event.ts';
import { laneFrom } from '../model/event.ts';
import { deferred, type Outcome, retry, skipped } from '../model/outcome.ts';
import { ACCOUNTING_LOOKS, LOOK_AGAIN_SECONDS } from '../model/times.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { close, NO_LIST } from '../state/lane/close.ts';
import { hold, tooFast } from '../state/lane/hold.ts';
import { claim } from '../state/lane/intent.ts';
import type { Claim } from '../state/lane/lease.ts';
import { defer } from '../state/lane/waiting-marks.ts';
import { writeSkipped } from '../state/ledger.ts';
import type { PairIds } from '../state/pair-ids.ts';
import { markActive } from '../state/sweep-lists.ts';
import { decide } from './decide.ts';

export type MessageEvent = Extract<BridgeEvent, { message: Message }>;

/** @throws TwilioError when the lists were needed and a side could not be read. */
export const replicate = async (deps: BridgeDeps, pairs: PairIds, event: MessageEvent, run: Run): Promise<Outcome> => {
  const lane = laneFrom(event.side);
  const { index } = event.message;
  const id = await pairs.find(event.side, event.container);
  if (id === undefined) return skipped('not_linked');

  const intended = intentFor(deps.settings.stampKey, lane, event.message, false);
  let cursor = index - 1;
  let waits = 0;
  let compared = false;
  for (;;) {
    const taken = await claim(deps, { pair: id, lane, from: event.container }, intended, cursor);
    if (taken.ok) return copyNow(deps, taken.lease, event.message, run);

    const decision = decide(taken.pair, lane, event.container, index);
    if (decision.do === 'skip') return skipped(decision.why);
    if (decision.do === 'defer') {
      await defer(deps, id, lane, index);
      return deferred(taken.pair?.heldUntil === undefined ? 'lane_dirty' : 'held');
    }
    if (decision.do === 'claim') {
      cursor = decision.cursor;
      continue;
    }
    if (decision.do === 'wait' && waits < ACCOUNTING_LOOKS.times) {
      waits += 1;
      await deps.clock.sleep(ACCOUNTING_LOOKS.everyMs);
      continue;
    }
    if (compared) return unlisted(deps, event);
    compared = true;
    const outcome = await reconcile(deps, id, lane, run);
    if (outcome.end !== 'reconciled') return outcome;
    // What was missing is across. This message was usually copied with it: the next claim tells.
    cursor = index - 1;
  }
};

const copyNow = async (deps: BridgeDeps, claimed: Claim, message: Message, run: Run): Promise<Outcome> => {
  const { pair, lane } = claimed;
  if (tooFast(deps, pair.lanes[lane], message.index)) {
    await hold(deps, claimed, message.index);
    return deferred('held');
  }
  if (pair.quiet) await markActive(deps, pair.id);
  const rendered = render(lane, message, pair, false);
  if (rendered === undefined) {
    await writeSkipped(deps, { pair, lane, sid: message.sid }, 'empty');
    await close(deps, claimed, undefined, NO_LIST);
    return skipped('empty');
  }
  return outcomeOf(await deliver(deps, claimed, message, rendered, NO_LIST, run.attempts));
};

/**
 * The list does not show this message, though its webhook came: the list is behind, or the message is gone again. A
 * message that becomes visible later is found by its successors.
 */
const unlisted = async (deps: BridgeDeps, event: MessageEvent): Promise<Outcome> => {
  const still = await chatSide(deps, event.side).message(event.container, event.message.sid);
  return still === undefined ? skipped('removed') : retry(LOOK_AGAIN_SECONDS, 'list_behind');
};
