import type { FlexSide } from '../../../core/ports/chat.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { asPayload } from '../http/payload.ts';
import { createChatSide } from './chat-side.ts';

/**
 * The Flex account's chats on Programmable Chat, https://www.twilio.com/docs/chat/rest. A channel can be written as
 * long as it exists, also when its attributes say `INACTIVE`: `open`.
 * @throws {TwilioError} from every call
 */
export const createFlexSide = (account: AccountRest): FlexSide => {
  const rest = createRest('chat.twilio.com', account);
  const writeAttributes: FlexSide['writeAttributes'] = (channel, attributes) =>
    rest(
      {
        method: 'POST',
        path: ['v2', 'Services', account.serviceSid, 'Channels', channel],
        form: { Attributes: attributes },
        notifyWebhooks: true,
      },
      () => undefined,
    );
  return {
    ...createChatSide(rest, {
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
    writeAttributes,
  };
};
