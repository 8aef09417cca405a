import type { BridgeEvent } from '../../../core/model/event.ts';
import type { Skipped } from '../../../core/model/outcome.ts';
import type { ChannelSid, MessageSid } from '../../../core/model/sids.ts';
import { Malformed } from './fields.ts';
import type { Form } from './form.ts';

/** What a verified webhook turned out to be. `eventType` is Twilio's own name of the event. */
export type Reading =
  | { readonly kind: 'skipped'; readonly eventType: string; readonly reason: Skipped }
  | { readonly kind: 'malformed'; readonly eventType: string; readonly parameter: string }
  | Work;

export type Work = {
  readonly kind: 'work';
  readonly eventType: string;
  /** For the replicator. */
  readonly event?: BridgeEvent;
  /** For Flex's own webhook: the channel, and the SID the event is about there. */
  readonly forward?: { readonly container: ChannelSid; readonly about: MessageSid | ChannelSid };
  readonly once: Once;
  /** Something in it could not be read and was left out. */
  readonly flaw?: 'media_unreadable';
};

/**
 * What makes this event this one and no other. It `happens` to the thing of this SID once in its life, so that type and
 * SID name it; or it `changes` the thing, any number of times, told apart by all parameters together.
 */
export type Once = { readonly to: string; readonly how: 'happens' | 'changes' };

/** Runs one product's reader; a parameter that it cannot accept becomes a value. */
export const reading = (form: Form, read: (eventType: string, form: Form) => Reading): Reading => {
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
