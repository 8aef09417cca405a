/** Whom an agent of Frontline talks with, as Conversations tells it. Read only. */
import type { ConversationSid } from '../../../core/model/sids.ts';
import { TWILIO_PAGE } from '../../../core/model/times.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { asPayload, list, optionalText, type Payload, sid } from '../http/payload.ts';
import { attributesIn } from '../message-fields.ts';
import { nextQuery, undefinedWhenGone } from './chat-side.ts';

/** A conversation that somebody is in. */
export type OwnConversation = {
  readonly sid: ConversationSid;
  /** As the app shows it; empty when it has none. */
  readonly name: string;
  /** Milliseconds since 1970; 0 when Twilio says nothing. */
  readonly updatedAt: number;
};

/** A participant: an identity, or an address of a channel (`sms`, `whatsapp`), or both. */
export type Person = {
  readonly identity: string | undefined;
  readonly address: string | undefined;
  readonly channel: string | undefined;
  readonly attributes: string;
};

export type FrontlineDirectory = {
  /** One page, in no order that means anything. `next` is opaque: hand it back to go on. */
  readonly conversationsOf: (
    who: { readonly identity: string } | { readonly address: string },
    from?: string | undefined,
  ) => Promise<{ readonly conversations: readonly OwnConversation[]; readonly next: string | undefined }>;
  /** At most a hundred; undefined when the conversation is gone. */
  readonly people: (conversation: ConversationSid) => Promise<readonly Person[] | undefined>;
  /** As the app shows it; empty when it has none, or is gone. */
  readonly conversationName: (conversation: ConversationSid) => Promise<string>;
  /** The friendly name of a user; undefined when there is none. */
  readonly userName: (identity: string) => Promise<string | undefined>;
};

/** The most that this list has on a page. */
const PAGE = 50;

const readConversation = (payload: Payload): OwnConversation => ({
  sid: sid(payload, 'conversation_sid', 'CH'),
  name: optionalText(payload, 'conversation_friendly_name') ?? '',
  updatedAt: Date.parse(optionalText(payload, 'conversation_date_updated') ?? '') || 0,
});

const readPerson = (payload: Payload): Person => {
  const { messaging_binding: bound } = payload;
  const binding = bound === undefined || bound === null ? {} : asPayload(bound, 'messaging_binding');
  return {
    identity: optionalText(payload, 'identity'),
    address: optionalText(binding, 'address'),
    channel: optionalText(binding, 'type'),
    attributes: attributesIn(optionalText(payload, 'attributes')),
  };
};

/**
 * @throws {TwilioError} from every call
 * @see https://www.twilio.com/docs/conversations/api/participant-conversation-resource
 */
export const createFrontlineDirectory = (account: AccountRest): FrontlineDirectory => {
  const rest = createRest('conversations.twilio.com', account);
  const inside = (...path: readonly string[]) => ['v1', 'Services', account.serviceSid, ...path];
  const friendlyName = (...path: readonly string[]): Promise<string | undefined> =>
    undefinedWhenGone(
      rest({ method: 'GET', path: inside(...path) }, (payload) => optionalText(payload, 'friendly_name')),
    );
  return {
    conversationsOf: (who, from) => {
      if (from !== undefined && !/^\?[\x21-\x7e]+$/.test(from)) throw new Error('from is no page of a list');
      const [name, value] = 'identity' in who ? ['Identity', who.identity] : ['Address', who.address];
      const query = from ?? `?${new URLSearchParams({ [name]: value, PageSize: String(PAGE) })}`;
      return rest({ method: 'GET', path: inside('ParticipantConversations'), query }, (payload) => ({
        conversations: list(payload, 'conversations').map(readConversation),
        next: nextQuery(payload),
      }));
    },
    people: (conversation) => {
      const path = inside('Conversations', conversation, 'Participants');
      return undefinedWhenGone(
        rest({ method: 'GET', path, query: `?PageSize=${TWILIO_PAGE}` }, (payload) =>
          list(payload, 'participants').map(readPerson),
        ),
      );
    },
    conversationName: async (conversation) => (await friendlyName('Conversations', conversation)) ?? '',
    userName: async (identity) => (await friendlyName('Users', identity)) || undefined,
  };
};
