/**
 * Passes Flex's chat events on to Flex's own webhook, which sends the customer's SMS: in the order of their arrival in
 * the channel, body byte for byte, until each is there. The head of a channel's line holds the line until it is
 * through, refused for good, or pointless. For the customer a double beats a loss: a post that may have got through is
 * looked up before it is made again, and what cannot be told is sent again and says so in the journal.
 */

import { sendNotice } from '../copies/notice-text.ts';
import type { BridgeSettings } from '../deps.ts';
import { createConsumer } from '../jobs/consumer.ts';
import { sendDeadLetter } from '../jobs/dead-letter.ts';
import type { Envelope, Forward, Work } from '../jobs/envelope.ts';
import { mayOutlast } from '../jobs/run.ts';
import {
  deferred,
  lookAgain,
  type Outcome,
  outcomeUnknown,
  type Parked,
  retry,
  retryTwilio,
  skipped,
} from '../model/outcome.ts';
import { FORWARD_POINTLESS_MS, FORWARD_RECEIVES, LOOKS, PATIENCE_MS } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { FlexSide } from '../ports/chat.ts';
import type { Clock, Nonce } from '../ports/clock.ts';
import type { DefaultWebhook } from '../ports/default-webhook.ts';
import type { Journal } from '../ports/journal.ts';
import type { Consumer, Delivery, Queues } from '../ports/queues.ts';
import type { Store } from '../ports/store.ts';
import { noteEndForwarded } from '../state/channel-ends.ts';
import { forwardKey, pairId } from '../state/items.ts';
import { isMessageSent, saysChannelEnded } from './compose.ts';
import { hasSettled, resolveDoubt, settleAfter, triedFor } from './doubt.ts';
import { dropGoneForward, forwardAsItStands } from './redrive.ts';
import type { DoubtfulForward, TryingForward } from './row.ts';
import { claimForward, finishForward, freeForward, lapseForward, parkForward, takeForward } from './rows.ts';

export type ForwarderDeps = {
  readonly store: Store;
  readonly queues: Queues;
  /** undefined when FLEX_CHAT_DEFAULT_WEBHOOK is not set. */
  readonly defaultWebhook: DefaultWebhook | undefined;
  /** Where a channel's Proxy session stands. */
  readonly flex: Pick<FlexSide, 'container' | 'listMessages' | 'message'>;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly journal: Journal;
  readonly settings: Pick<BridgeSettings, 'settleMs' | 'leaseMs' | 'requestMs'>;
};

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

const FORWARDED: Outcome = { end: 'forwarded' };

export const createForwarder = (deps: ForwarderDeps): Consumer =>
  createConsumer(deps, {
    takes: (work) => work.kind === 'forward',
    handle: async (work, delivery, _, envelope) => {
      const outcome = await passOn(deps, work, delivery, envelope);
      const { forward } = work;
      if (hasEnded(outcome) && saysChannelEnded(forward))
        await noteEndForwarded(deps, forward.container, isOfWebChat(forward, outcome));
      return outcome;
    },
    settle: async (_, outcome, delivery) => unhurried(outcome, delivery),
  });

/** Of a channel that is gone that is not said: Proxy does not find its session by the event. */
const isOfWebChat = ({ eventType }: Forward, outcome: Outcome): boolean =>
  eventType === 'onChannelUpdated' && outcome.end === 'skipped' && outcome.reason === 'no_proxy';

const hasEnded = ({ end }: Outcome): boolean => end === 'forwarded' || end === 'skipped' || end === 'parked';

/** However long its line is held, it is received no more often than its queue allows within a day. */
const unhurried = (outcome: Outcome, { attempts }: Delivery): Outcome => {
  const { hurried, thenEverySeconds } = FORWARD_RECEIVES;
  if (outcome.end !== 'retry' || attempts <= hurried) return outcome;
  return { ...outcome, after: Math.max(outcome.after, thenEverySeconds) };
};

const about = (forward: Forward) =>
  ({ type: forward.eventType, lane: 'forward', sids: [forward.about, forward.container] }) as const;

type ForwardWork = Extract<Work, { kind: 'forward' }>;

const passOn = async (
  deps: ForwarderDeps,
  { forward, ticket }: ForwardWork,
  delivery: Delivery,
  envelope: Envelope,
): Promise<Outcome> => {
  const { defaultWebhook: webhook } = deps;
  if (webhook === undefined) return skipped('no_default_webhook');
  const job: ForwardJob = {
    ...{ forward, came: forward, envelope, delivery, webhook },
    key: forwardKey(forward.container, forward.key),
  };
  return ticket === undefined ? forwardOnce(deps, job) : forwardAgain(deps, job);
};

const forwardAgain = async (deps: ForwarderDeps, job: ForwardJob): Promise<Outcome> => {
  try {
    const forward = await forwardAsItStands(deps, job.key, job.forward);
    if (forward !== undefined) return await forwardOnce(deps, { ...job, forward });
    // A look at one message may be behind by seconds.
    if (job.delivery.attempts <= LOOKS) return lookAgain();
    await dropGoneForward(deps, job.key);
    return skipped('removed');
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    // The dead letter stays, so nothing is lost; others wait in line behind this one. Its own time in line does not
    // count.
    if (deps.clock.now() - job.delivery.firstReceivedAt > PATIENCE_MS) return deferred('side_down');
    return retryTwilio(error, job.delivery.attempts);
  }
};

const forwardOnce = async (deps: ForwarderDeps, job: ForwardJob): Promise<Outcome> => {
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
      return retry(1, 'forward_taken');
  }
};

/** A try whose end is not known. */
const settleForward = async (deps: ForwarderDeps, job: ForwardJob, row: DoubtfulForward): Promise<Outcome> => {
  if (hasSettled(row, deps.clock.now()) && pointless(deps, job))
    return giveUp(deps, job, 'perhaps', 'forward_pointless');
  const resolved = await resolveDoubt(deps, job, row);
  if (typeof resolved !== 'string') return resolved;
  if (resolved === 'sent') {
    await finishForward(deps, job.key, 'sent');
    return FORWARDED;
  }
  if (mayOutlast(deps, job.delivery.deadline)) return retry(0, 'no_time_left');
  const taken = await takeForward(deps, job.key, row, resolved === 'perhaps' ? 'perhaps' : 'not');
  if (!taken.ok || taken.row?.state !== 'trying') return retry(1, 'forward_taken');
  // Said before the post, so that no death after it can keep it back.
  if (resolved === 'perhaps') deps.journal({ ...about(job.forward), step: 'retried', reason: 'perhaps_sent_twice' });
  return send(deps, job, taken.row);
};

const old = (deps: ForwarderDeps, { envelope }: ForwardJob): boolean =>
  deps.clock.now() - envelope.receivedAt > FORWARD_POINTLESS_MS;

/** The end of a channel is never too late: it ends the customer's session. */
const pointless = (deps: ForwarderDeps, job: ForwardJob): boolean => isMessageSent(job.forward) && old(deps, job);

const send = async (deps: ForwarderDeps, job: ForwardJob, row: TryingForward): Promise<Outcome> => {
  const { forward, webhook, key, delivery } = job;
  const before = row.again > 0 ? 'perhaps' : 'not';
  if (pointless(deps, job)) return giveUp(deps, job, before, 'forward_pointless');
  // The last look at the lease: a post that could outlive it is not begun.
  if (mayOutlast(deps, Math.min(row.until, delivery.deadline))) {
    await freeForward(deps, key, row);
    return retry(0, 'no_time_left');
  }
  try {
    await webhook.post(forward.contentType, forward.body);
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    return refused(deps, job, row, error);
  }
  const { ok, row: stands } = await finishForward(deps, key, 'sent');
  // Another run has sent it, or looked it up, while this process slept.
  return ok || stands?.state !== 'sent' ? FORWARDED : { end: 'forwarded', reason: 'perhaps_sent_twice' };
};

const refused = async (
  deps: ForwarderDeps,
  job: ForwardJob,
  row: TryingForward,
  error: TwilioError,
): Promise<Outcome> => {
  const { key, delivery } = job;
  if (error.code === NO_PROXY) {
    await finishForward(deps, key, 'skipped');
    return skipped('no_proxy');
  }
  const sent = row.again > 0 || error.effect === 'unknown' ? 'perhaps' : 'not';
  if (error.remedy === 'park') return giveUp(deps, job, sent, 'forward_refused', error.code);
  // The session or the channel has ended: no try can change that.
  if (error.remedy === 'wait' || old(deps, job)) return giveUp(deps, job, sent, 'forward_pointless', error.code);
  if (error.effect === 'unknown') {
    const tried = triedFor(row, delivery, deps.clock.now());
    await lapseForward(deps, key, row, settleAfter(error, tried, deps.settings.settleMs));
    return outcomeUnknown();
  }
  await freeForward(deps, key, row);
  return retryTwilio(error, delivery.attempts);
};

/** The dead letter keeps the webhook as it came, the only copy there is. The agent is told of a message. */
const giveUp = async (
  deps: ForwarderDeps,
  { came, envelope: { receivedAt }, key }: ForwardJob,
  sent: 'not' | 'perhaps',
  reason: Parked,
  code?: number,
): Promise<Outcome> => {
  await sendDeadLetter(
    deps,
    'default-webhook',
    { group: came.container, name: came.key, reason, receivedAt },
    { kind: 'forward', forward: came },
  );
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
