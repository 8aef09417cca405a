import type { BridgeEvent } from '../../../core/model/event.ts';
import type { Skipped } from '../../../core/model/outcome.ts';
import type { ChannelSid, MessageSid } from '../../../core/model/sids.ts';
import type { Form } from './form.ts';
import { Malformed } from './parameters.ts';

/** What a verified webhook turned out to be. `eventType` is Twilio's own name of the event. */
export type Reading =
  | { readonly kind: 'skipped'; readonly eventType: string; readonly reason: Skipped }
  | { readonly kind: 'malformed'; readonly eventType: string; readonly parameter: string }
  | ReadEvent;

export type ReadEvent = {
  readonly kind: 'event';
  readonly eventType: string;
  /** For the replicator. */
  readonly event?: BridgeEvent;
  /** For Flex's own webhook: the channel, and the SID the event is about there. */
  readonly forward?: { readonly container: ChannelSid; readonly about: MessageSid | ChannelSid };
  readonly dedupeBy: DedupeBy;
  /** Something in it could not be read and was left out. */
  readonly flaw?: 'media_unreadable';
};

/**
 * Which other webhooks are of the same event. What occurs to its subject (a SID) `once`, as a message is added, has the
 * same type and subject; what occurs `often`, as a message is edited, has all parameters the same.
 */
export type DedupeBy = { readonly subject: string; readonly occurs: 'once' | 'often' };

/** Reads the webhooks of one product. @throws {Malformed} */
export type EventReader = (eventType: string, form: Form) => Reading;

/** Runs one product's reader, and returns what it throws of a parameter as a value. */
export const reading = (form: Form, read: EventReader): Reading => {
  const types = form.get('EventType') ?? [];
  const [eventType = ''] = types;
  if (types.length !== 1 || eventType === '') return { kind: 'malformed', eventType: '', parameter: 'EventType' };
  try {
    return read(eventType, form);
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', eventType, parameter: error.parameter };
    throw error;
  }
};

export const skip = (eventType: string, reason: Skipped): Reading => ({ kind: 'skipped', eventType, reason });
