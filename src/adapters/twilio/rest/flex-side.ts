import type { FlexSide } from '../../../core/ports/chat.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { asPayload } from '../http/payload.ts';
import { createChatSide } from './chat-side.ts';

/**
 * The Flex account's chats on Programmable Chat, https://www.twilio.com/docs/chat/rest. A channel can be written as
 * long as it exists, also when its attributes say `INACTIVE`: `open`.
 * @throws {TwilioError} from every call
 */
export const createFlexSide = (account: AccountRest): FlexSide => ({
  ...createChatSide(createRest('chat.twilio.com', account), {
    side: 'flex',
    serviceSid: account.serviceSid,
    version: 'v2',
    containers: 'Channels',
    members: 'Members',
    author: ['From', 'from'],
    media: ({ media }) => (media === undefined || media === null ? [] : [asPayload(media, 'media')]),
    neverEdited: (message) => message.was_edited === false,
    state: () => 'open',
  }),
  side: 'flex',
  account: account.accountSid,
});
