/** One chat as it was played: what people said in it, by which it is judged. */
import type { DefaultAgent } from '../local-twilio/defaults.ts';
import type { ChannelSid, ConversationSid, MessageSid } from '../src/core/model/sids.ts';
import type { SimWorld } from './world.ts';

export type Played = {
  readonly channel: ChannelSid;
  readonly phone: string | undefined;
  /** The customer's one identity. */
  readonly customer: string;
  readonly agent: DefaultAgent;
  /** SIDs of people's messages on each side. */
  readonly said: { readonly flex: Set<string>; readonly frontline: Set<string> };
  /** To what a person edited a message, by SID. What is not in it was never edited. */
  readonly meant: Map<string, string>;
  /** What the agent deleted of the bridge's copies, as it read: it stays away on that side. */
  readonly deletedByHand: Set<string>;
  /** Files by SID, as they must read on the other side. */
  readonly files: Map<string, string>;
  /** SIDs of messages that hold nothing, as yet. People's, but in no one's `said`: they cross nowhere. */
  readonly empties: Set<MessageSid>;
  /** The SID of its message for each edit that was refused, perhaps. */
  readonly spoilt: string[];
  /** Identities, on both sides, of agents who came along and say nothing. */
  readonly others: Set<string>;
  /** Whether anybody accepts it who is in Frontline too. */
  readonly linkable: boolean;
  /** More messages than a page of a list shows. */
  readonly long: boolean;
  /** The chat's conversation, once there is one that the agent is in. */
  readonly conversation: () => string | undefined;
  readonly finished: () => boolean;
};

/** Every conversation that this channel's story was told in, in the order of their birth. */
export const conversationsWith = (world: SimWorld, channel: string): readonly ConversationSid[] =>
  world.twilio.reads
    .containers('frontline')
    .filter(({ attributes }) => attributes.includes(channel))
    .map(({ sid }) => sid as ConversationSid);

/** The conversation that tells this channel's story now, as the agent's app would list it. */
export const conversationWith = (world: SimWorld, channel: string): ConversationSid | undefined =>
  world.twilio.reads.containers('frontline').findLast(({ attributes }) => attributes.includes(channel))?.sid;
