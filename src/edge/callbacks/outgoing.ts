/**
 * From which number an agent's new conversation is held.
 * https://www.twilio.com/docs/frontline/outgoing-conversations
 */
import type { CallbackConfig } from '../../runtime/callback-settings.ts';
import { answered, unanswered } from '../answer.ts';
import type { Answerer } from '../endpoint.ts';
import { byLocation } from './parameters.ts';

/**
 * A conversation of channel `chat` is held by identities, without numbers. Whether the app asks for one all the same is
 * not documented: it is answered with any number there is, else an empty one (docs/adr/0141).
 */
const proxyAddress = ({ smsNumber, whatsAppNumber }: CallbackConfig, channel: string): string | undefined => {
  if (channel === 'sms') return smsNumber;
  if (channel === 'whatsapp') return whatsAppNumber;
  return channel === 'chat' ? (smsNumber ?? whatsAppNumber ?? '') : undefined;
};

export const answerOutgoing = (config: CallbackConfig): Answerer =>
  byLocation({
    GetProxyAddress: async ({ text }) => {
      const address = proxyAddress(config, text('ChannelType'));
      return address === undefined ? unanswered('no_number') : answered({ proxy_address: address });
    },
  });
