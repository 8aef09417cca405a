import { TWILIO_PAGE } from '../../../core/model/times.ts';
import { TwilioError } from '../../../core/model/twilio-error.ts';
import type { FrontlineSide, Participant } from '../../../core/ports/chat.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { IS_CLOSED, nameExists } from '../http/errors.ts';
import { asPayload, list, optionalText, type Payload, requiredText, sid } from '../http/payload.ts';
import { attributesIn } from '../message-fields.ts';
import { type ChatApi, createChatSide, nextQuery, readContainer, undefinedWhenGone } from './chat-side.ts';

/**
 * The Frontline account's chats on Conversations, always in the form that names the chat service, since the short one
 * reaches only the account's default service: https://www.twilio.com/docs/conversations/api
 * @throws {TwilioError} from every call
 */
export const createFrontlineSide = (account: AccountRest): FrontlineSide => {
  const rest = createRest('conversations.twilio.com', account);
  const dialect = {
    side: 'frontline',
    serviceSid: account.serviceSid,
    version: 'v1',
    containers: 'Conversations',
    members: 'Participants',
    author: ['Author', 'author'],
    media: (message) => (message.media === undefined || message.media === null ? [] : list(message, 'media')),
    // "null if the message has not been edited", says the reference. Its samples have the time of creation there, and
    // so have copies that were edited within a second: what is not null says nothing.
    neverEdited: ({ date_updated: updated }) => updated === null,
    state: ({ state }) => (state === 'closed' ? 'closed' : 'open'),
  } as const satisfies ChatApi;
  const pair = ['v1', 'Services', account.serviceSid];

  const createConversation: FrontlineSide['createConversation'] = async ({ uniqueName, friendlyName, attributes }) => {
    const form = { UniqueName: uniqueName, FriendlyName: friendlyName, Attributes: attributes };
    try {
      return await rest({ method: 'POST', path: [...pair, 'Conversations'], form }, readContainer(dialect));
    } catch (error) {
      if (error instanceof TwilioError && error.code !== undefined && nameExists.has(error.code)) return 'taken';
      throw error;
    }
  };

  const listOpen: FrontlineSide['listOpen'] = async (from) => {
    if (from !== undefined && !/^\?[\x21-\x7e]+$/.test(from)) throw new Error('from is no page of a list');
    const query = from ?? `?State=active&PageSize=${TWILIO_PAGE}`;
    return rest({ method: 'GET', path: [...pair, 'Conversations'], query }, (payload) => ({
      sids: list(payload, 'conversations').map((one) => sid(one, 'sid', 'CH')),
      next: nextQuery(payload),
    }));
  };

  /** https://www.twilio.com/docs/conversations/states-timers */
  const close: FrontlineSide['close'] = async (conversation) => {
    const path = [...pair, 'Conversations', conversation];
    const call = rest({ method: 'POST', path, form: { State: 'closed' } }, () => undefined);
    await undefinedWhenGone(
      call.catch((error: unknown) => {
        if (error instanceof TwilioError && error.code === IS_CLOSED) return;
        throw error;
      }),
    );
  };

  const listSince: FrontlineSide['listSince'] = async (at, from) => {
    if (from !== undefined && !/^\?[\x21-\x7e]+$/.test(from)) throw new Error('from is no page of a list');
    const first = new URLSearchParams({ StartDate: new Date(at).toISOString(), PageSize: String(TWILIO_PAGE) });
    const query = from ?? `?${first}`;
    return rest({ method: 'GET', path: [...pair, 'Conversations'], query }, (payload) => ({
      sids: list(payload, 'conversations').map((one) => sid(one, 'sid', 'CH')),
      next: nextQuery(payload),
    }));
  };

  /** Of more than a page, which no chat with a customer has, the rest is not seen. */
  const participants: FrontlineSide['participants'] = (conversation) => {
    const path = [...pair, 'Conversations', conversation, 'Participants'];
    const query = `?PageSize=${TWILIO_PAGE}`;
    return undefinedWhenGone(
      rest({ method: 'GET', path, query }, (payload) => list(payload, 'participants').map(readParticipant)),
    );
  };

  /** https://www.twilio.com/docs/conversations/delivery-receipts */
  const wasCarried: FrontlineSide['wasCarried'] = (conversation, message) => {
    const path = [...pair, 'Conversations', conversation, 'Messages', message, 'Receipts'];
    return undefinedWhenGone(
      rest({ method: 'GET', path, query: '?PageSize=1' }, (payload) => list(payload, 'delivery_receipts').length > 0),
    );
  };

  const hasUser = async (identity: string): Promise<boolean> => {
    const user = rest({ method: 'GET', path: [...pair, 'Users', identity] }, () => true);
    return (await undefinedWhenGone(user)) ?? false;
  };

  return {
    ...createChatSide(rest, dialect),
    side: 'frontline',
    ...{ createConversation, listOpen, listSince, participants, wasCarried, close, hasUser },
  };
};

const readParticipant = (payload: Payload): Participant => {
  const { messaging_binding: bound } = payload;
  const binding = bound === undefined || bound === null ? {} : asPayload(bound, 'messaging_binding');
  return {
    sid: sid(payload, 'sid', 'MB'),
    identity: optionalText(payload, 'identity'),
    address: optionalText(binding, 'address'),
    attributes: attributesIn(optionalText(payload, 'attributes')),
    joinedAt: Date.parse(requiredText(payload, 'date_created')) || 0,
  };
};
