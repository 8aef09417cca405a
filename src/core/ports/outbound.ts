/** How Flex comes to write to a customer's phone: a channel, and a Proxy session that joins the phone to it. */
import type { ChannelSid, FlowSid, SessionSid } from '../model/sids.ts';

/** By which of Flex's own numbers a phone is written to. */
export type Messenger = 'sms' | 'whatsapp';

/** Every call may throw {@link TwilioError}. */
export type Outbound = {
  /** Flex's own number, as Proxy takes it; undefined when the settings name none for it. */
  readonly number: (messenger: Messenger) => string | undefined;
  /** By which task channel an agent gets such a chat: its unique name or SID. */
  readonly taskChannel: string;
  /** The oldest flow by which the bridge makes channels; undefined when there is none yet. */
  readonly flow: () => Promise<FlowSid | undefined>;
  /** Nothing keeps two from being made. */
  readonly createFlow: () => Promise<FlowSid>;
  /** The customer is in it. `taken` when the unique name exists: read it by name. */
  readonly createChannel: (birth: {
    readonly flow: FlowSid;
    readonly uniqueName: string;
    readonly identity: string;
    /** The customer's, as Flex shows it; not empty. */
    readonly name: string;
    /** The phone's number; undefined when the customer has none. */
    readonly target: string | undefined;
  }) => Promise<ChannelSid | 'taken'>;
  /** The channel's own, made where there is none; `isOpen` is false when it has ended. */
  readonly session: (channel: ChannelSid) => Promise<{ readonly sid: SessionSid; readonly isOpen: boolean }>;
  /** undefined when there is no such session. */
  readonly isOpen: (session: SessionSid) => Promise<boolean | undefined>;
  /**
   * Joins a phone, or the channel by its SID, to a session, through Flex's own number. `in_use`: it speaks through that
   * number in another session.
   */
  readonly joinSession: (session: SessionSid, identifier: string, through: string) => Promise<'joined' | 'in_use'>;
};
