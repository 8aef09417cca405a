import { createHash } from 'node:crypto';
import type { Form } from '../adapters/twilio/webhook/form.ts';
import type { ReadEvent } from '../adapters/twilio/webhook/reading.ts';
import type { QueueName } from '../contract.ts';
import { encodeEnvelope } from '../core/jobs/envelope.ts';
import { type BridgeEvent, groupOf } from '../core/model/event.ts';
import type { QueueMessage } from '../core/ports/queues.ts';
import type { Verified } from './endpoint.ts';

/** One queue that an event belongs on, and what goes there. */
export type Placement = { readonly queue: QueueName; readonly message: QueueMessage };

/** For the replicator: in the order of its chat, or of its agent. */
export const eventPlacement = (
  read: ReadEvent,
  event: BridgeEvent,
  { receivedAt, form }: Pick<Verified, 'receivedAt' | 'form'>,
): Placement => ({
  queue: event.side === 'flex' ? 'flex-events' : 'frontline-events',
  message: {
    group: groupOf(event),
    dedupe: eventKey(read, form),
    body: encodeEnvelope({ receivedAt, work: { kind: 'event', event } }),
  },
});

/** For Flex's own webhook: the body as it came, in the order of its channel. */
export const forwardPlacement = (
  read: ReadEvent,
  to: NonNullable<ReadEvent['forward']>,
  { receivedAt, contentType, text, form }: Pick<Verified, 'receivedAt' | 'contentType' | 'text' | 'form'>,
): Placement => {
  const key = eventKey(read, form);
  const forward = { eventType: read.eventType, ...to, key, contentType, body: text };
  return {
    queue: 'default-webhook',
    message: {
      group: to.container,
      dedupe: key,
      body: encodeEnvelope({ receivedAt, work: { kind: 'forward', forward } }),
    },
  };
};

/**
 * Names an event for ever, in at most 100 characters that SQS allows: a second webhook of the same event, a retry of
 * Twilio's among them (it differs in RetryCount), has the same key.
 */
export const eventKey = ({ eventType, dedupeBy }: ReadEvent, form: Form): string => {
  const name = `${eventType}:${dedupeBy.subject}`;
  if (dedupeBy.occurs === 'once') return name;
  const parameters = [...form].filter(([parameter]) => parameter !== 'RetryCount').sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}:${createHash('sha256').update(JSON.stringify(parameters)).digest('hex').slice(0, 32)}`;
};
