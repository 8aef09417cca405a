/**
 * What becomes of an event whose last try may have got through. It is looked up as soon as nothing of that try can
 * leave any more; whether it may be posted again before it has settled depends on what a second post could do.
 */

import type { Forward } from '../jobs/envelope.ts';
import { type Outcome, retry, retryTwilio } from '../model/outcome.ts';
import { lookDelay } from '../model/retry-delay.ts';
import {
  FORWARD_ANSWERED_MS,
  FORWARD_HARMLESS_MS,
  FORWARD_PATIENT_SHARE,
  FORWARD_WAIT_SECONDS,
  LOOK_AGAIN_SECONDS,
} from '../model/times.ts';
import { asTwilioError, TwilioError } from '../model/twilio-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { DefaultWebhook } from '../ports/default-webhook.ts';
import type { Delivery } from '../ports/queues.ts';
import { isMessageSent } from './compose.ts';
import { findSentSms, type SmsFound, type SmsLookupDeps } from './find-sent-sms.ts';
import { type DoubtfulForward, doubtEndsAt } from './row.ts';

export type DoubtDeps = SmsLookupDeps & { readonly clock: Clock };

/** One delivery of what is to be posted. */
export type DoubtfulJob = {
  readonly forward: Forward;
  readonly came: Forward;
  readonly delivery: Delivery;
  readonly webhook: DefaultWebhook;
};

/** `again`, `perhaps`: to be posted again, and whether it may have been sent before. */
export type Resolved = 'sent' | 'again' | 'perhaps' | Outcome;

/** Milliseconds from the end of a try until what no look has found may be posted again. */
export const settleAfter = (error: TwilioError, triedMs: number, settleMs: number): number => {
  if (!error.answered) return settleMs;
  const asked = (error.retryAfter ?? 0) * 1000;
  return Math.max(asked, atMost(settleMs, FORWARD_ANSWERED_MS, patient(triedMs)));
};

/** For how long an event has been tried by `until`. One that was composed had not been posted before it came. */
export const triedFor = (row: { readonly since: number }, delivery: Delivery, until: number): number =>
  Math.max(0, until - Math.max(row.since, delivery.firstReceivedAt));

const patient = (triedMs: number): number => triedMs * FORWARD_PATIENT_SHARE;
const atMost = (most: number, ...pauses: readonly number[]): number => Math.min(most, Math.max(...pauses));

/** Until a post that can double nothing is made again. */
const pauseAfter = (triedMs: number, settleMs: number): number => {
  const { least, most } = FORWARD_HARMLESS_MS;
  return atMost(settleMs, Math.min(Math.max(triedMs, least), most), patient(triedMs));
};

/** @returns an outcome when it must wait. A look writes nothing, and no failure of one moves the row's moments. */
export const resolveDoubt = async (deps: DoubtDeps, job: DoubtfulJob, row: DoubtfulForward): Promise<Resolved> => {
  const now = deps.clock.now();
  if (row.state === 'trying' && now < row.until)
    return retry(Math.min(LOOK_AGAIN_SECONDS, seconds(row.until - now)), 'forward_in_flight');
  const isSettled = hasSettled(row, now);
  const found = await look(deps, job, row, isSettled);
  switch (found) {
    case 'named':
    case 'counted':
      return 'sent';
    case 'noSession':
    case 'harmless':
      return harmlessAgain(deps, job, row, now);
    case 'notListed':
    case 'unclear':
      if (row.state === 'queued') return found === 'unclear' ? 'perhaps' : 'again';
      if (!isSettled) return retry(lookDelay(now - row.until, row.settlesAt - now), 'forward_settling');
      // That it is not listed proves that it was not sent only after SETTLE.
      return found === 'notListed' && now >= row.until + deps.settings.settleMs ? 'again' : 'perhaps';
    default:
      return found;
  }
};

/** Whether what no look has found may be posted again. */
export const hasSettled = (row: DoubtfulForward, now: number): boolean =>
  row.state === 'queued' || now >= row.settlesAt;

const seconds = (ms: number): number => Math.ceil(ms / 1000);

const harmlessAgain = (deps: DoubtDeps, { delivery }: DoubtfulJob, row: DoubtfulForward, now: number): Resolved => {
  if (row.state === 'queued') return 'again';
  const pause = pauseAfter(triedFor(row, delivery, row.until), deps.settings.settleMs);
  const wait = row.until + pause - now;
  return wait > 0 ? retry(seconds(wait), 'forward_settling') : 'again';
};

const look = async (
  deps: DoubtDeps,
  { forward, came, webhook, delivery }: DoubtfulJob,
  row: DoubtfulForward,
  isSettled: boolean,
): Promise<SmsFound | 'harmless' | Outcome> => {
  // Flex does not mind to hear of a channel twice.
  if (!isMessageSent(forward)) return 'harmless';
  const find = () => findSentSms(deps, webhook, { forward, came }, row, isSettled).catch(asTwilioError);
  const first = await find();
  if (!(first instanceof TwilioError)) return first;
  const neverTells = first.remedy === 'park' || first.remedy === 'wait';
  if (!isSettled && neverTells) return 'unclear';
  if (!neverTells && deps.clock.now() <= doubtEndsAt(row)) return retryTwilio(first, delivery.attempts);
  // The post is for the same account, which has just asked to be left alone.
  await deps.clock.sleep(Math.min(first.retryAfter ?? 0, FORWARD_WAIT_SECONDS) * 1000);
  if (first.effect !== 'unsent') return 'unclear';
  // Nothing was asked, for the side was left alone. What has not been looked for is not posted again: other lines may
  // have asked whether the side is back, each time that this one's turn came.
  const second = await find();
  if (!(second instanceof TwilioError)) return second;
  return second.effect === 'unsent' ? retryTwilio(second, delivery.attempts) : 'unclear';
};
