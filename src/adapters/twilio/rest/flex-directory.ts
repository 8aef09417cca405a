/** What Flex knows of a customer. Read only. */
import type { ChannelSid } from '../../../core/model/sids.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { optionalText, requiredText } from '../http/payload.ts';
import { attributesIn } from '../message-fields.ts';
import { undefinedWhenGone } from './chat-side.ts';

export type FlexDirectory = {
  /** A channel's attributes; undefined when it is gone. */
  readonly channel: (channel: ChannelSid) => Promise<string | undefined>;
  /** Who a channel's member (MB…) is; undefined when he is none. */
  readonly memberIdentity: (channel: ChannelSid, member: string) => Promise<string | undefined>;
};

/** @throws {TwilioError} from every call */
export const createFlexDirectory = (account: AccountRest): FlexDirectory => {
  const rest = createRest('chat.twilio.com', account);
  const channels = ['v2', 'Services', account.serviceSid, 'Channels'];
  return {
    channel: (channel) =>
      undefinedWhenGone(
        rest({ method: 'GET', path: [...channels, channel] }, (payload) =>
          attributesIn(optionalText(payload, 'attributes')),
        ),
      ),
    memberIdentity: (channel, member) =>
      undefinedWhenGone(
        rest({ method: 'GET', path: [...channels, channel, 'Members', member] }, (payload) =>
          requiredText(payload, 'identity'),
        ),
      ),
  };
};
