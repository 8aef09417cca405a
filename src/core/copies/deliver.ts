/**
 * One message across, from a claim to the row and the cursor: the only place that creates copies. A process may die
 * after any step; then the next run of the lane finds the intent and settles it.
 */

import { type BridgeDeps, chatSide } from '../deps.ts';
import { mayOutlast } from '../jobs/run.ts';
import type { Message } from '../model/event.ts';
import { destination } from '../model/event.ts';
import {
  deferred,
  leaseLost,
  type Outcome,
  outcomeUnknown,
  type Parked,
  retry,
  retryTwilio,
} from '../model/outcome.ts';
import type { MessageSid, SourceSid } from '../model/sids.ts';
import { asTwilioError, settleMsAfter, TwilioError } from '../model/twilio-error.ts';
import type { Draft, Sent } from '../ports/chat.ts';
import { close, type GapsBefore } from '../state/lane/close.ts';
import { clear, lapse } from '../state/lane/intent.ts';
import type { Claim, LaneLease } from '../state/lane/lease.ts';
import { defer } from '../state/lane/waiting-marks.ts';
import { writeCopied } from '../state/ledger.ts';
import type { LinkedPair } from '../state/pair.ts';
import { kindOfCopy } from './carried.ts';
import { digestOf } from './fingerprint.ts';
import { parkMessage } from './park.ts';
import { isPoison } from './poison.ts';
import { type Rendered, render } from './render.ts';
import { type StampKind, stampedAttributes } from './stamp.ts';

export type Delivered =
  | { readonly end: 'done'; readonly pair: LinkedPair; readonly copy: MessageSid }
  | { readonly end: 'parked'; readonly pair: LinkedPair; readonly reason: Parked; readonly code: number | undefined }
  /** Another run owns the lane now, and has settled this message or will. */
  | { readonly end: 'overtaken' }
  | { readonly end: 'stopped'; readonly outcome: Outcome };

/** As the end of an event or a job that was about this message alone. */
export const outcomeOf = (delivered: Delivered): Outcome => {
  switch (delivered.end) {
    case 'done':
      return { end: 'replicated', copies: [delivered.copy] };
    case 'parked':
      return { end: 'parked', reason: delivered.reason, code: delivered.code };
    case 'overtaken':
      return leaseLost();
    case 'stopped':
      return delivered.outcome;
    default:
      return delivered satisfies never;
  }
};

const stopped = (outcome: Outcome): Delivered => ({ end: 'stopped', outcome });

/** A person's message across. @param rendered what {@link render} makes of it. */
export const deliver = async (
  deps: BridgeDeps,
  claim: Claim,
  message: Message,
  rendered: Rendered,
  gaps: GapsBefore,
  attempts: number,
): Promise<Delivered> => {
  const kind = await kindOfCopy(deps, claim.pair, claim.lane, message).catch(asTwilioError);
  if (kind instanceof TwilioError) return stopAsking(deps, claim, kind, attempts);
  const draft = {
    ...rendered,
    createdAt: message.createdAt,
    attributes: stampedFor(deps, claim, rendered, message.sid, kind),
    notifyWebhooks: claim.lane === 'toFlex' && kind !== 'silent',
  };
  return post(deps, claim, draft, gaps, attempts);
};

/** Nothing was written: the lane is free again. */
const stopAsking = async (deps: BridgeDeps, claim: Claim, error: TwilioError, attempts: number): Promise<Delivered> => {
  const cleared = await clear(deps, claim);
  return cleared.ok ? stopped(retryTwilio(error, attempts)) : { end: 'overtaken' };
};

/** What the claim's intent stands for is written into the lane's destination. */
export const post = async (
  deps: BridgeDeps,
  claim: Claim,
  draft: Draft,
  gaps: GapsBefore,
  attempts: number,
): Promise<Delivered> => {
  const { pair, lane, intent, into } = claim;
  if (await isPoison(deps, pair, lane, intent.sid))
    return parkMessage(deps, claim, gaps, {
      reason: 'gave_up',
      code: undefined,
      attempts: pair.lanes[lane].tried?.times ?? attempts,
    });
  // The last look at the lease: a call that could outlive it is not begun.
  if (mayOutlast(deps, intent.notAfter)) {
    await clear(deps, claim);
    return stopped(retry(1, 'lease_too_short'));
  }
  const sent = await chatSide(deps, destination(lane)).send(into, draft).catch(asTwilioError);
  if (!(sent instanceof TwilioError)) return settleCopy(deps, claim, sent, gaps);
  return afterRefusal(deps, claim, gaps, sent, attempts);
};

/** Twilio did not say yes: what the lane does about it. */
const afterRefusal = async (
  deps: BridgeDeps,
  claim: Claim,
  gaps: GapsBefore,
  error: TwilioError,
  attempts: number,
): Promise<Delivered> => {
  const { pair, lane, intent } = claim;
  if (error.effect === 'unknown') {
    await lapse(deps, claim, settleMsAfter(error, deps.settings));
    return stopped(outcomeUnknown());
  }
  if (error.remedy === 'park') return parkMessage(deps, claim, gaps, { reason: 'refused', code: error.code, attempts });
  // Nothing was asked of Twilio, or it only asked to wait.
  const counts = error.effect !== 'unsent' && error.status !== 429 && error.remedy !== 'wait';
  const cleared = await clear(deps, claim, counts);
  if (!cleared.ok) return { end: 'overtaken' };
  if (error.remedy === 'wait') {
    await defer(deps, pair.id, lane, intent.index);
    return stopped(deferred('container_gone'));
  }
  return stopped(retryTwilio(error, attempts));
};

/** The attributes of a message that the bridge writes into the lane's destination. */
export const stampedFor = (
  deps: BridgeDeps,
  { lane, into }: Pick<LaneLease, 'lane' | 'into'>,
  { author, body }: Rendered,
  sid: SourceSid,
  kind: StampKind,
): string =>
  stampedAttributes(
    deps.settings.stampKey,
    deps.settings.deployment,
    { lane, container: into, author, body },
    sid,
    kind,
  );

/** One that Twilio will not let go of is named in the journal, and holds up nothing. @returns whether it is gone. */
export const eraseDuplicate = async (
  deps: BridgeDeps,
  { lane, into }: Pick<LaneLease, 'lane' | 'into'>,
  source: SourceSid,
  copy: MessageSid,
): Promise<boolean> => {
  try {
    await chatSide(deps, destination(lane)).erase(into, copy);
    return true;
  } catch (error) {
    if (!(error instanceof TwilioError) || error.remedy !== 'park') throw error;
    const { code } = error;
    deps.journal({ step: 'parked', type: 'duplicate', lane, reason: 'refused', code, sids: [source, copy] });
    return false;
  }
};

/** The copy is known to stand there: ledger row, then cursor. */
export const settleCopy = async (deps: BridgeDeps, claim: Claim, copy: Sent, gaps: GapsBefore): Promise<Delivered> => {
  const { pair, lane, intent } = claim;
  const { sid, index, written } = copy;
  // Twilio wrote it otherwise than it was given: the row remembers both, so that the copy is known for what it says.
  const otherwise =
    written === undefined
      ? undefined
      : { said: intent.digest, written: digestOf(deps.settings.stampKey, intent.sid, written) };
  const row = await writeCopied(deps, { pair, lane, sid: intent.sid }, { sid, index, late: intent.late, otherwise });
  const isDuplicate = row?.state === 'copied' && row.copy !== copy.sid;
  if (isDuplicate || row?.state === 'removed') {
    // Another run's copy is in the ledger already, or its source was removed meanwhile: this one goes. Its index stays
    // accounted as the bridge's own.
    const gone = await eraseDuplicate(deps, claim, intent.sid, copy.sid);
    if (isDuplicate && gone) deps.journal({ step: 'undone', type: 'duplicate', lane, sids: [intent.sid, copy.sid] });
  }
  const closed = await close(deps, claim, copy.index, gaps);
  return closed.ok ? { end: 'done', pair: closed.lease.pair, copy: copy.sid } : { end: 'overtaken' };
};
