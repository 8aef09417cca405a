/** Answers Twilio's webhooks: each is read once, stored on every queue it belongs on, and only then acknowledged. */

import { type EventReader, type ReadEvent, type Reading, reading } from '../adapters/twilio/webhook/reading.ts';
import { provenStamp, type Stamp } from '../core/copies/stamp.ts';
import { errorName } from '../core/model/error-name.ts';
import type { BridgeEvent, Side } from '../core/model/event.ts';
import { laneFrom, otherLane } from '../core/model/event.ts';
import type { Queues } from '../core/ports/queues.ts';
import { type Answer, failed, queued, refused, skippedBecause } from './answer.ts';
import type { Answerer, EndpointDeps, Logged, Verified } from './endpoint.ts';
import { eventPlacement, forwardPlacement, type Placement } from './placement.ts';
import { nameIn } from './request.ts';

/** In bytes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const maxQueueMessage = 1024 * 1024;

export type WebhookDeps = EndpointDeps & { readonly queues: Pick<Queues, 'send'> };

/**
 * Answers 204 when the event is on all its queues, or of no use; 400 when it cannot be read; 413 when it is too long
 * for a queue; 503 when a queue did not take it.
 */
export const answerWebhook =
  (deps: Pick<WebhookDeps, 'queues' | 'config'>, readerFor: (signer: Side) => EventReader): Answerer =>
  async (verified) => {
    const read = reading(verified.form, readerFor(verified.signer));
    verified.logAs(loggedOf(read));
    if (read.kind === 'malformed') return refused('malformed', read.parameter);
    if (read.kind === 'skipped') return skippedBecause(read.reason);
    return store(deps, read, verified);
  };

/** The type is the bridge's name of the event, else Twilio's if that is a word; otherwise it remains the path. */
const loggedOf = (read: Reading): Partial<Logged> => {
  const event = read.kind === 'event' ? read.event : undefined;
  const type = event?.type ?? nameIn(read.eventType);
  return {
    ...(type === undefined ? {} : { type }),
    ...(read.kind === 'event' ? { lane: event === undefined ? 'forward' : laneFrom(event.side) } : {}),
  };
};

/** Sends an event to all its queues at once; acknowledged when it is on each of them. */
const store = async (
  deps: Pick<WebhookDeps, 'queues' | 'config'>,
  read: ReadEvent,
  verified: Verified,
): Promise<Answer> => {
  const { deployment, flex } = deps.config;
  const stamp = read.event && ownStamp(read.event, verified.secrets.stampKey, deployment);
  const placements = placementsOf(read, verified, { stamp, forwards: flex.defaultWebhook !== undefined });
  if (placements.some(({ message }) => Buffer.byteLength(message.body) > maxQueueMessage)) return refused('too_large');
  const sent = await Promise.allSettled(placements.map(async ({ queue, message }) => deps.queues.send(queue, message)));
  const lost = sent.find((one) => one.status === 'rejected');
  if (lost !== undefined) return failed('not_stored', errorName(lost.reason));
  if (stamp !== undefined) return skippedBecause('echo', placements.length);
  return placements.length === 0 ? skippedBecause('no_default_webhook') : queued(placements.length, read.flaw);
};

type Circumstances = {
  /** The event's message is the bridge's own, so it is not replicated back. */
  readonly stamp: Stamp | undefined;
  /** Flex has a webhook of its own. */
  readonly forwards: boolean;
};

const placementsOf = (
  read: ReadEvent,
  verified: Verified,
  { stamp, forwards }: Circumstances,
): readonly Placement[] => {
  const replicated = read.event !== undefined && stamp === undefined;
  // What a silent copy says, the customer has had by SMS already.
  const forwarded = read.forward !== undefined && forwards && stamp?.k !== 'silent';
  return [
    ...(replicated ? [eventPlacement(read, read.event, verified)] : []),
    ...(forwarded ? [forwardPlacement(read, read.forward, verified)] : []),
  ];
};

/** The stamp of a message that this deployment wrote: in Flex the lane to Flex did, in Frontline the other. */
const ownStamp = (event: BridgeEvent, key: string, deployment: string): Stamp | undefined => {
  if (event.type !== 'message.added' && event.type !== 'message.updated') return undefined;
  const { author, body, attributes } = event.message;
  const lane = otherLane(laneFrom(event.side));
  const stamp = provenStamp(key, { lane, container: event.container, author, body }, attributes);
  return stamp?.d === deployment ? stamp : undefined;
};
