/**
 * Passes Flex's chat events on to Flex's own webhook, which sends the customer's SMS: in the order of their arrival in
 * the channel, body byte for byte, until each is there. The head of a channel's line holds the line until it is
 * through, refused for good, or pointless. For the customer a double beats a loss: a post without an answer is looked
 * up before it is made again, and what cannot be told is sent again and says so in the journal.
 */

import { sendNotice } from '../copies/notice-text.ts';
import type { BridgeSettings } from '../deps.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope, type Forward, type Work } from '../jobs/envelope.ts';
import { writeTicket } from '../jobs/tickets.ts';
import { deferred, LOOKS, lookAgain, type Outcome, type Parked, retry, skipped } from '../model/outcome.ts';
import { retryDelay } from '../model/retry-delay.ts';
import { describeTwilioError, TwilioError } from '../model/twilio-error.ts';
import type { FlexSide } from '../ports/chat.ts';
import type { Clock, Nonce } from '../ports/clock.ts';
import type { DefaultWebhook } from '../ports/default-webhook.ts';
import type { Journal } from '../ports/journal.ts';
import type { Consumer, Delivery, Queues } from '../ports/queues.ts';
import type { Store } from '../ports/store.ts';
import { forwardKey, pairId } from '../state/items.ts';
import { dropGoneForward, forwardAsItStands } from './again.ts';
import { isMessageSent } from './compose.ts';
import { findSentSms, type SmsFound } from './find-sent-sms.ts';
import {
  claimForward,
  type DoubtfulForward,
  finishForward,
  freeForward,
  lapseForward,
  parkForward,
  type TryingForward,
  takeForward,
} from './rows.ts';

export type ForwarderDeps = {
  readonly store: Store;
  readonly queues: Queues;
  /** undefined when FLEX_CHAT_DEFAULT_WEBHOOK is not set. */
  readonly webhook: DefaultWebhook | undefined;
  /** Where a channel's Proxy session stands. */
  readonly flex: Pick<FlexSide, 'container' | 'listMessages' | 'message'>;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly journal: Journal;
  readonly settings: Pick<BridgeSettings, 'settleMs' | 'leaseMs' | 'requestMs'>;
};

/** The journal's word for a post of something that an earlier post may have sent already. */
export const PERHAPS_TWICE = 'perhaps sent twice';

/** After a day an SMS would surprise more than its absence. */
const POINTLESS_AFTER_MS = 24 * 3_600_000;

/** What cannot be read is asked for so long, a list after the settling; then what it would have told cannot be told. */
const PATIENCE_MS = 15 * 60_000;

/** Seconds, within one delivery. */
const LONGEST_WAIT_S = 10;

/** The channel has no Proxy session: a web chat. https://www.twilio.com/docs/api/errors/80619 */
const NO_PROXY = 80619;

/** One delivery on its way through. */
type ForwardJob = {
  /** What is posted. */
  readonly forward: Forward;
  /** The same as its webhook came: the text may have been edited since. */
  readonly came: Forward;
  readonly envelope: Envelope;
  readonly delivery: Delivery;
  readonly webhook: DefaultWebhook;
  readonly key: ReturnType<typeof forwardKey>;
};

type Passed =
  | Extract<Outcome, { end: 'skipped' | 'parked' | 'deferred' | 'retry' }>
  | { readonly end: 'forwarded'; readonly reason: string | undefined };

const FORWARDED: Passed = { end: 'forwarded', reason: undefined };

export const createForwarder =
  (deps: ForwarderDeps): Consumer =>
  async (delivery) => {
    const envelope = decodeEnvelope(delivery.body);
    if (envelope?.work.kind !== 'forward') {
      deps.journal({ step: 'parked', type: 'unreadable', reason: 'unreadable', sids: [delivery.group] });
      return { verdict: 'park', reason: 'unreadable' };
    }
    const { work } = envelope;
    const { forward } = work;
    const outcome = await passAndTell(deps, work, delivery, envelope).catch((error: unknown) =>
      failed(deps, forward, delivery, error),
    );
    const entry = { ...about(forward), ms: deps.clock.now() - envelope.receivedAt };
    if (outcome.end === 'retry') {
      deps.journal({ ...entry, step: 'retried', reason: outcome.why });
      return { verdict: 'retry', afterSeconds: outcome.after };
    }
    const code = outcome.end === 'parked' ? outcome.code : undefined;
    deps.journal({ ...entry, step: outcome.end, reason: outcome.reason, code });
    return { verdict: 'done' };
  };

const about = (forward: Forward) =>
  ({ type: forward.eventType, lane: 'forward', sids: [forward.about, forward.container] }) as const;

/** What nobody foresaw, the store's troubles among it: named by type, never by message, and tried again. */
const failed = (deps: ForwarderDeps, forward: Forward, { attempts }: Delivery, error: unknown): Passed => {
  const reason =
    error instanceof TwilioError ? describeTwilioError(error) : error instanceof Error ? error.name : typeof error;
  deps.journal({ ...about(forward), step: 'failed', reason });
  return retry(retryDelay(attempts), 'failed');
};

type ForwardWork = Extract<Work, { kind: 'forward' }>;

const passAndTell = async (
  deps: ForwarderDeps,
  work: ForwardWork,
  delivery: Delivery,
  envelope: Envelope,
): Promise<Passed> => {
  const passed = await passOn(deps, work, delivery, envelope);
  await writeTicket(deps, work, passed.end === 'forwarded' ? { end: 'forwarded' } : passed);
  return passed;
};

const passOn = async (
  deps: ForwarderDeps,
  { forward, ticket }: ForwardWork,
  delivery: Delivery,
  envelope: Envelope,
): Promise<Passed> => {
  const { webhook } = deps;
  if (webhook === undefined) return skipped('no_default_webhook');
  const job: ForwardJob = {
    ...{ forward, came: forward, envelope, delivery, webhook },
    key: forwardKey(forward.container, forward.key),
  };
  return ticket === undefined ? forwardOnce(deps, job) : forwardAgain(deps, job);
};

const forwardAgain = async (deps: ForwarderDeps, job: ForwardJob): Promise<Passed> => {
  try {
    const forward = await forwardAsItStands(deps, job.key, job.forward);
    if (forward !== undefined) return await forwardOnce(deps, { ...job, forward });
    // A look at one message may be behind by seconds.
    if (job.delivery.attempts <= LOOKS) return lookAgain();
    await dropGoneForward(deps, job.key);
    return skipped('removed');
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    // The letter stays, so nothing is lost; others wait in line behind this one. Its own time in line does not count.
    if (deps.clock.now() - job.delivery.firstReceivedAt > PATIENCE_MS) return deferred('side_down');
    return retry(error.retryAfter ?? retryDelay(job.delivery.attempts), describeTwilioError(error));
  }
};

const forwardOnce = async (deps: ForwarderDeps, job: ForwardJob): Promise<Passed> => {
  const { ok, row } = await claimForward(deps, job.key);
  switch (row?.state) {
    case 'trying':
      return ok ? send(deps, job, row) : settleForward(deps, job, row);
    case 'queued':
      return settleForward(deps, job, row);
    case 'sent':
    case 'skipped':
      return skipped('already');
    case 'parked':
      return skipped('parked');
    default:
      return retry(1, 'somebody else is at it');
  }
};

/** A try whose end nobody knows: waits until nothing of it can still arrive, then looks what became of it. */
const settleForward = async (deps: ForwarderDeps, job: ForwardJob, row: DoubtfulForward): Promise<Passed> => {
  const { clock, settings } = deps;
  if (row.state === 'trying') {
    const wait = Math.ceil((row.until + settings.settleMs - clock.now()) / 1000);
    // Its owner may be alive and through in a moment.
    if (row.until > clock.now())
      return retry(Math.min(wait, retryDelay(job.delivery.attempts)), 'somebody may be at it');
    if (wait > 0) return retry(wait, 'settling');
  }
  if (pointless(deps, job)) return giveUp(deps, job, 'perhaps', 'forward_pointless');
  const effect = await wasSent(deps, job, row);
  if (typeof effect !== 'string') return effect;
  if (effect === 'sent') {
    await finishForward(deps, job.key, 'sent');
    return FORWARDED;
  }
  if (clock.now() + settings.requestMs > job.delivery.deadline) return retry(0, 'no time left');
  const taken = await takeForward(deps, job.key, row, effect === 'unclear' ? 'perhaps' : 'not');
  if (!taken.ok || taken.row?.state !== 'trying') return retry(1, 'somebody else is at it');
  // Said before the post, so that no death after it can keep it back.
  if (effect === 'unclear') deps.journal({ ...about(job.forward), step: 'retried', reason: PERHAPS_TWICE });
  return send(deps, job, taken.row);
};

const wasSent = async (deps: ForwarderDeps, job: ForwardJob, row: DoubtfulForward): Promise<SmsFound | Passed> => {
  // Flex does not mind to hear of a channel twice.
  if (!isMessageSent(job.forward)) return 'notSent';
  try {
    return await findSentSms(deps, job.webhook, job, row);
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    const asked = row.state === 'trying' ? row.until + deps.settings.settleMs : row.at;
    // Each time twice as long: in an outage the post would fare no better than the list, and each one sounds like a
    // double.
    const patience = row.state === 'trying' ? Math.max(PATIENCE_MS, asked - row.since) : PATIENCE_MS;
    const forGood = error.remedy === 'park' || error.remedy === 'wait' || deps.clock.now() - asked > patience;
    if (!forGood) return retry(error.retryAfter ?? retryDelay(job.delivery.attempts), describeTwilioError(error));
    // The post is for the same account, which has just asked to be left alone.
    await deps.clock.sleep(Math.min(error.retryAfter ?? 0, LONGEST_WAIT_S) * 1000);
    return 'unclear';
  }
};

const old = (deps: ForwarderDeps, { envelope }: ForwardJob): boolean =>
  deps.clock.now() - envelope.receivedAt > POINTLESS_AFTER_MS;

/** The end of a channel is never too late: it ends the customer's session. */
const pointless = (deps: ForwarderDeps, job: ForwardJob): boolean => isMessageSent(job.forward) && old(deps, job);

const send = async (deps: ForwarderDeps, job: ForwardJob, row: TryingForward): Promise<Passed> => {
  const { forward, webhook, key, delivery } = job;
  const before = row.twice ? 'perhaps' : 'not';
  if (pointless(deps, job)) return giveUp(deps, job, before, 'forward_pointless');
  // The last look at the lease: a post that could outlive it is not begun.
  if (deps.clock.now() + deps.settings.requestMs > Math.min(row.until, delivery.deadline)) {
    await freeForward(deps, key, row);
    return retry(0, 'no time left');
  }
  try {
    await webhook.post(forward.contentType, forward.body);
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    return refused(deps, job, row, error);
  }
  const { ok, row: stands } = await finishForward(deps, key, 'sent');
  // Somebody else has sent it, or looked it up, while this process slept.
  return ok || stands?.state !== 'sent' ? FORWARDED : { end: 'forwarded', reason: PERHAPS_TWICE };
};

const refused = async (
  deps: ForwarderDeps,
  job: ForwardJob,
  row: TryingForward,
  error: TwilioError,
): Promise<Passed> => {
  const { key, delivery } = job;
  if (error.code === NO_PROXY) {
    await finishForward(deps, key, 'skipped');
    return skipped('no_proxy');
  }
  const sent = row.twice || error.effect === 'unknown' ? 'perhaps' : 'not';
  if (error.remedy === 'park') return giveUp(deps, job, sent, 'forward_refused', error.code);
  // The session or the channel has ended: no try can change that.
  if (error.remedy === 'wait' || old(deps, job)) return giveUp(deps, job, sent, 'forward_pointless', error.code);
  if (error.effect === 'unknown') {
    await lapseForward(deps, key, row);
    return retry(Math.ceil(deps.settings.settleMs / 1000), 'outcome unknown');
  }
  await freeForward(deps, key, row);
  return retry(error.retryAfter ?? retryDelay(delivery.attempts), describeTwilioError(error));
};

/** The dead letter keeps the webhook as it came: nobody else has it any more. The agent is told of a message. */
const giveUp = async (
  deps: ForwarderDeps,
  { came, envelope: { receivedAt }, key }: ForwardJob,
  sent: 'not' | 'perhaps',
  reason: Parked,
  code?: number,
): Promise<Passed> => {
  await deps.queues.deadLetter('default-webhook', {
    group: came.container,
    dedupe: `parked-${came.key}`.slice(0, 128),
    reason,
    body: encodeEnvelope({ receivedAt, work: { kind: 'forward', forward: came } }),
  });
  const { container } = came;
  if (isMessageSent(came))
    await sendNotice(deps, container, pairId('flex', container), {
      sid: came.about,
      way: 'forward',
      reason,
      code,
    });
  await parkForward(deps, key, sent);
  return { end: 'parked', reason, code };
};
