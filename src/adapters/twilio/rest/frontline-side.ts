import { TWILIO_PAGE } from '../../../core/model/times.ts';
import { TwilioError } from '../../../core/model/twilio-error.ts';
import type { FrontlineSide } from '../../../core/ports/chat.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { IS_CLOSED, nameExists } from '../http/errors.ts';
import { list, sid } from '../http/payload.ts';
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

  const hasUser = async (identity: string): Promise<boolean> => {
    const user = rest({ method: 'GET', path: [...pair, 'Users', identity] }, () => true);
    return (await undefinedWhenGone(user)) ?? false;
  };

  return { ...createChatSide(rest, dialect), side: 'frontline', createConversation, listOpen, close, hasUser };
};
