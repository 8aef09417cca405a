/** One account's chats. Core knows neither AWS nor Twilio: adapters make this real. */

import type { Message, Side } from '../model/event.ts';
import type { AccountSid, ContainerSid, ConversationSid, MessageSid, ServiceSid } from '../model/sids.ts';

export type Container = {
  readonly sid: ContainerSid;
  readonly uniqueName: string | undefined;
  readonly friendlyName: string;
  readonly attributes: string;
  /** `closed`: nothing can be written there any more. */
  readonly state: 'open' | 'closed';
  /** Milliseconds since 1970, perhaps of whole seconds; undefined where Twilio does not say. */
  readonly createdAt?: number;
  /** It is closed, at the moment at which its timer was to close it. */
  readonly closedByTimer?: true;
};

export type Member = { readonly identity: string; readonly attributes: string };

/** Somebody in a conversation: by an identity, or by a phone that is bound to it. */
export type Participant = {
  readonly sid: string;
  readonly identity: string | undefined;
  /** The phone's number, `whatsapp:+1...` where it is one of WhatsApp. */
  readonly address: string | undefined;
  readonly attributes: string;
  /** Milliseconds since 1970, perhaps of whole seconds: when he joined. */
  readonly joinedAt: number;
};

/** `sid`: the membership's own, MB…. */
export type StandingMember = Member & { readonly sid: string };

export type Draft = {
  readonly author: string;
  readonly body: string;
  /** ISO-8601. */
  readonly createdAt: string;
  readonly attributes: string;
  /** Whether Twilio tells its webhooks of this message (Flex: so that Proxy sends the customer's SMS). */
  readonly notifyWebhooks: boolean;
};

/** `written`: what it says, as Twilio's answer has it, where that is not what it was given. */
export type Sent = { readonly sid: MessageSid; readonly index: number; readonly written?: string };

/** `next` is opaque: hand it back to go on. A page holds at most 100 messages. */
export type Page = { readonly messages: readonly Message[]; readonly next: string | undefined };

/** One account's chats. Every call may throw {@link TwilioError}. */
export type ChatSide = {
  readonly side: Side;
  /** The chat service's SID, IS…. */
  readonly service: ServiceSid;
  readonly send: (container: ContainerSid, draft: Draft) => Promise<Sent>;
  readonly listMessages: (container: ContainerSid, order: 'asc' | 'desc', from?: string | undefined) => Promise<Page>;
  /** undefined when it is gone. */
  readonly message: (container: ContainerSid, sid: MessageSid) => Promise<Message | undefined>;
  /** @returns what it says now, as Twilio's answer has it; undefined where that does not tell. */
  readonly rewrite: (
    container: ContainerSid,
    sid: MessageSid,
    draft: { readonly body: string; readonly attributes: string },
  ) => Promise<string | undefined>;
  /** Success when it is gone already. */
  readonly erase: (container: ContainerSid, sid: MessageSid) => Promise<void>;
  /** By SID or unique name; undefined when there is none. */
  readonly container: (sidOrUniqueName: string) => Promise<Container | undefined>;
  readonly members: (container: ContainerSid) => Promise<readonly StandingMember[]>;
  /** Success when the identity is a member already. */
  readonly join: (container: ContainerSid, member: Member) => Promise<void>;
  /** @param member the membership's SID. Success when he has left already. */
  readonly leave: (container: ContainerSid, member: string) => Promise<void>;
};

export type FlexSide = ChatSide & {
  readonly side: 'flex';
  /** The account's SID, AC…. */
  readonly account: AccountSid;
  /** Replaces all attributes; Twilio tells its webhooks, so that Proxy ends the customer's session. */
  readonly writeAttributes: (channel: ContainerSid, attributes: string) => Promise<void>;
};

export type FrontlineSide = ChatSide & {
  readonly side: 'frontline';
  /** `taken` when the unique name exists: read it by name. */
  readonly createConversation: (birth: {
    readonly uniqueName: string;
    readonly friendlyName: string;
    readonly attributes: string;
  }) => Promise<Container | 'taken'>;
  /** The SIDs of all conversations that are not closed or inactive; 100 on a page. `next` is opaque. */
  readonly listOpen: (
    from?: string | undefined,
  ) => Promise<{ readonly sids: readonly string[]; readonly next: string | undefined }>;
  /** Those that were made since then, milliseconds since 1970; 100 on a page. `next` is opaque. */
  readonly listSince: (
    at: number,
    from?: string | undefined,
  ) => Promise<{ readonly sids: readonly ConversationSid[]; readonly next: string | undefined }>;
  /** All who are in it, phones, too; undefined when it is gone. */
  readonly participants: (conversation: ConversationSid) => Promise<readonly Participant[] | undefined>;
  /** Whether Conversations itself carried this message to a phone; undefined when it is gone. */
  readonly wasCarried: (conversation: ConversationSid, message: MessageSid) => Promise<boolean | undefined>;
  /** Closed for good. Success when it is closed, or gone, already. */
  readonly close: (conversation: ContainerSid) => Promise<void>;
  /** Whether the service knows a user of this identity. */
  readonly hasUser: (identity: string) => Promise<boolean>;
};
