/**
 * Passes Flex's chat events on to Flex's own webhook, which sends the customer's SMS: in the order of their arrival in
 * the channel, body byte for byte, until each is there. The head of a channel's line holds the line.
 */
import { backoff } from './deliver.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope, type Forward } from './event.ts';
import { type Outcome, type Parked, retry, skipped } from './outcome.ts';
import type { Clock, Consumer, DefaultWebhook, Delivery, Journal, Nonce, Queues, Store } from './ports.ts';
import { TwilioTrouble } from './trouble.ts';

export type ForwarderDeps = {
  readonly store: Store;
  readonly queues: Queues;
  /** undefined when FLEX_CHAT_DEFAULT_WEBHOOK is not set. */
  readonly webhook: DefaultWebhook | undefined;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly journal: Journal;
};

/** After a day an SMS would surprise more than its absence. */
const POINTLESS_AFTER_MS = 24 * 3_600_000;
const KEEP_SECONDS = 180 * 24 * 3600;

/** The channel has no Proxy session: a web chat. https://www.twilio.com/docs/api/errors/80619 */
const NO_PROXY = 80619;

export const createForwarder =
  (deps: ForwarderDeps): Consumer =>
  async (delivery) => {
    const envelope = decodeEnvelope(delivery.body);
    if (envelope?.work.kind !== 'forward') {
      deps.journal({ step: 'parked', type: 'unreadable', reason: 'unreadable', sids: [delivery.group] });
      return { verdict: 'park', reason: 'unreadable' };
    }
    const { forward } = envelope.work;
    const outcome = await pass(deps, forward, delivery, envelope);
    const entry = {
      type: forward.eventType,
      lane: 'forward',
      sids: [forward.about, forward.container],
      ms: deps.clock.now() - envelope.receivedAt,
    } as const;
    if (outcome.end === 'retry') {
      deps.journal({ ...entry, step: 'retried', reason: outcome.why });
      return { verdict: 'retry', afterSeconds: outcome.after };
    }
    if (outcome.end === 'forwarded') deps.journal({ ...entry, step: 'forwarded' });
    else deps.journal({ ...entry, step: outcome.end, reason: outcome.reason });
    return { verdict: 'done' };
  };

type Passed = Extract<Outcome, { end: 'forwarded' | 'skipped' | 'parked' | 'retry' }>;

const pass = async (deps: ForwarderDeps, forward: Forward, delivery: Delivery, envelope: Envelope): Promise<Passed> => {
  if (deps.webhook === undefined) return skipped('no_default_webhook');
  const key = { pk: `flex#${forward.container}`, sk: `f#${forward.key}` };
  if ((await deps.store.get(key)) !== undefined) return skipped('already');
  try {
    await deps.webhook.post(forward.contentType, forward.body);
  } catch (error) {
    if (!(error instanceof TwilioTrouble)) throw error;
    if (error.code === NO_PROXY) return skipped('no_proxy');
    if (error.remedy === 'park') return bury(deps, forward, envelope, 'forward_refused');
    if (deps.clock.now() - envelope.receivedAt > POINTLESS_AFTER_MS)
      return bury(deps, forward, envelope, 'forward_pointless');
    return retry(error.retryAfter ?? backoff(delivery.attempts), `twilio ${error.code ?? error.status ?? error.fate}`);
  }
  await deps.store.write(key, {
    when: [['lacks', 'pk']],
    set: { st: 'ok', ttl: Math.floor(deps.clock.now() / 1000) + KEEP_SECONDS },
    nonce: ['n', deps.nonce()],
  });
  return { end: 'forwarded' };
};

/** The dead letter keeps the webhook as it came: nobody else has it any more. */
const bury = async (deps: ForwarderDeps, forward: Forward, envelope: Envelope, reason: Parked): Promise<Passed> => {
  await deps.queues.bury('default-webhook', {
    group: forward.container,
    dedupe: `parked-${forward.key}`.slice(0, 128),
    reason,
    body: encodeEnvelope(envelope),
  });
  return { end: 'parked', reason };
};
