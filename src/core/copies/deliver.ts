/**
 * One message across, from an intent that is held to the row and the cursor: the only place that creates copies.
 * Every step may be the last one of this process; whoever comes next finds the intent and settles it.
 */

import { type BridgeDeps, chatSide } from '../deps.ts';
import type { Lane, Message } from '../model/event.ts';
import { deferred, type Outcome, type Parked, retry } from '../model/outcome.ts';
import { retryDelay } from '../model/retry-delay.ts';
import { describeTwilioError, TwilioError } from '../model/twilio-error.ts';
import type { Draft } from '../ports/chat.ts';
import { close } from '../state/lane/close.ts';
import { clear, lapse } from '../state/lane/intent.ts';
import { defer } from '../state/lane/marks.ts';
import type { LaneLease } from '../state/lane/write.ts';
import { writeCopied, writeParked } from '../state/ledger.ts';
import { containerOf, destination, type Intent, type Pair } from '../state/pair.ts';
import { isPoison } from './give-up.ts';
import { notifyParked } from './park.ts';
import { type Rendered, render } from './render.ts';
import { type StampKind, stampedAttributes } from './stamp.ts';

/** What the list at hand says of the indices before this message; nothing on the fast path. */
export type GapsBefore = { readonly missing: readonly number[]; readonly listedAt: number };

export type Delivered =
  | { readonly end: 'done'; readonly pair: Pair; readonly copy: string }
  | { readonly end: 'parked'; readonly pair: Pair; readonly reason: Parked; readonly code: number | undefined }
  /** Somebody else owns the lane now, and has settled this message or will. */
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
      return retry(1, 'lane has another owner');
    case 'stopped':
      return delivered.outcome;
    default:
      return delivered satisfies never;
  }
};

const stopped = (outcome: Outcome): Delivered => ({ end: 'stopped', outcome });

/** A person's message across. */
export const deliver = (
  deps: BridgeDeps,
  lease: LaneLease,
  message: Message,
  seen: GapsBefore,
  attempts: number,
): Promise<Delivered> => {
  const { pair, lane } = lease;
  const into = containerOf(pair, destination(lane));
  const late = pair.lanes[lane].intent?.late ?? false;
  const rendered = render(lane, message, pair, late);
  if (into === undefined || rendered === undefined) throw new Error('deliver of a message that cannot cross');
  const draft = {
    ...rendered,
    createdAt: message.createdAt,
    attributes: stampedFor(deps, lane, into, rendered, message.sid, 'copy'),
    notifyWebhooks: lane === 'toFlex',
  };
  return post(deps, lease, draft, seen, attempts);
};

/** What the held intent stands for is written into the lane's destination. */
export const post = async (
  deps: BridgeDeps,
  lease: LaneLease,
  draft: Draft,
  seen: GapsBefore,
  attempts: number,
): Promise<Delivered> => {
  const { pair, lane } = lease;
  const intent = pair.lanes[lane].intent;
  const into = containerOf(pair, destination(lane));
  if (intent === undefined || into === undefined) throw new Error('post without an intent or a destination');
  if (await isPoison(deps, pair, lane, intent.sid))
    return parkMessage(deps, lease, seen, 'gave_up', undefined, pair.lanes[lane].tried?.times ?? attempts);
  // The last look at the lease: a call that could outlive it is not begun.
  if (deps.clock.now() > intent.notAfter - deps.settings.requestMs) {
    await clear(deps, lease);
    return stopped(retry(1, 'lease too short'));
  }
  const sent = await chatSide(deps, destination(lane)).send(into, draft).catch(asTrouble);
  if (!(sent instanceof TwilioError)) return settleCopy(deps, lease, sent, seen);
  return afterRefusal(deps, lease, intent, seen, sent, attempts);
};

const asTrouble = (error: unknown): TwilioError => {
  if (error instanceof TwilioError) return error;
  throw error;
};

/** Twilio did not say yes: what the lane does about it. */
const afterRefusal = async (
  deps: BridgeDeps,
  lease: LaneLease,
  intent: Intent,
  seen: GapsBefore,
  error: TwilioError,
  attempts: number,
): Promise<Delivered> => {
  const { pair, lane } = lease;
  if (error.effect === 'unknown') {
    await lapse(deps, lease);
    return stopped(retry(Math.ceil(deps.settings.settleMs / 1000), 'outcome unknown'));
  }
  if (error.remedy === 'park') return parkMessage(deps, lease, seen, 'refused', error.code, attempts);
  // Nothing was asked of Twilio, or it only asked to wait.
  const counts = error.effect !== 'unsent' && error.status !== 429 && error.remedy !== 'wait';
  const cleared = await clear(deps, lease, counts);
  if (!cleared.ok) return { end: 'overtaken' };
  if (error.remedy === 'wait') {
    await defer(deps, pair.id, lane, intent.index);
    return stopped(deferred('container_gone'));
  }
  return stopped(retry(error.retryAfter ?? retryDelay(attempts), describeTwilioError(error)));
};

export const stampedFor = (
  deps: BridgeDeps,
  lane: Lane,
  container: string,
  { author, body }: Rendered,
  sid: string,
  kind: StampKind,
): string =>
  stampedAttributes(deps.settings.stampKey, deps.settings.deployment, { lane, container, author, body }, sid, kind);

/** One that Twilio will not let go of is named in the journal, and holds up nobody. @returns whether it is gone. */
export const eraseDuplicate = async (
  deps: BridgeDeps,
  lane: Lane,
  container: string,
  origin: string,
  copy: string,
): Promise<boolean> => {
  try {
    await chatSide(deps, destination(lane)).erase(container, copy);
    return true;
  } catch (error) {
    if (!(error instanceof TwilioError) || error.remedy !== 'park') throw error;
    const { code } = error;
    deps.journal({ step: 'parked', type: 'duplicate', lane, reason: 'refused', code, sids: [origin, copy] });
    return false;
  }
};

/** The copy is known to stand there: ledger row, then cursor. */
export const settleCopy = async (
  deps: BridgeDeps,
  lease: LaneLease,
  copy: { readonly sid: string; readonly index: number },
  seen: GapsBefore,
): Promise<Delivered> => {
  const { pair, lane } = lease;
  const intent = pair.lanes[lane].intent;
  if (intent === undefined) throw new Error('settle without an intent');
  const row = await writeCopied(deps, { pair, lane, sid: intent.sid }, { ...copy, late: intent.late });
  const isDuplicate = row?.state === 'copied' && row.copy !== copy.sid;
  if (isDuplicate || row?.state === 'removed') {
    // Another run's copy is in the ledger already, or its source was removed meanwhile: this one goes. Its index stays
    // accounted as ours.
    const into = containerOf(pair, destination(lane));
    const gone = into === undefined || (await eraseDuplicate(deps, lane, into, intent.sid, copy.sid));
    if (isDuplicate && gone) deps.journal({ step: 'undone', type: 'duplicate', lane, sids: [intent.sid, copy.sid] });
  }
  const closed = await close(deps, lease, copy.index, seen.missing, seen.listedAt);
  return closed.ok ? { end: 'done', pair: closed.pair, copy: copy.sid } : { end: 'overtaken' };
};

/** Out of the way for good: told, then the row, then the cursor; the chat goes on. */
const parkMessage = async (
  deps: BridgeDeps,
  lease: LaneLease,
  seen: GapsBefore,
  reason: Parked,
  code: number | undefined,
  attempts: number,
): Promise<Delivered> => {
  const { pair, lane } = lease;
  const intent = pair.lanes[lane].intent;
  if (intent === undefined) throw new Error('park without an intent');
  const { sid, index, createdAt, digest } = intent;
  await notifyParked(deps, pair, { lane, sid, index, createdAt, reason, code, attempts });
  await writeParked(deps, { pair, lane, sid }, { reason, index, code }, digest);
  // Whoever comes next finds it parked and passes by, so it is told here when nobody will tell it as this run's end.
  const log = (): void => deps.journal({ step: 'parked', type: 'lane', lane, reason, code, sids: [sid] });
  const closed = await close(deps, lease, undefined, seen.missing, seen.listedAt).catch((error: unknown) => {
    log();
    throw error;
  });
  if (closed.ok) return { end: 'parked', pair: closed.pair, reason, code };
  log();
  return { end: 'overtaken' };
};
