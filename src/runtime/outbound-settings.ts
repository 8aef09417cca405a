/** What the settings say of chats that an agent begins in Frontline. */
import type { Setting } from '../contract.ts';
import { isSid } from '../core/model/sids.ts';

/** How Flex writes to the phone of a customer with whom an agent begins a chat in Frontline. */
export type OutboundConfig = {
  /** Flex's own number: customers know the company by it. */
  readonly smsNumber: string;
  /** Flex's WhatsApp sender, `whatsapp:+1...`. */
  readonly whatsappNumber: string | undefined;
  /** Flex's Proxy service, KS…. */
  readonly proxyServiceSid: string;
  /** The task channel of such a chat, by unique name or SID. */
  readonly taskChannel: string;
};

const number = /^\+\d{7,15}$/;
const inWebhook = /\/Proxy\/(KS[0-9a-f]{32})\//;

/**
 * @param text the value of a setting, trimmed; undefined when it is not set
 * @param problems gets a line for each that is malformed
 * @returns undefined when there is no number of Flex's own, or no Proxy service; that one stands in the address of
 *   Flex's own webhook, too.
 */
export const readOutboundSettings = (
  text: (name: Setting) => string | undefined,
  problems: string[],
): OutboundConfig | undefined => {
  const checked = (name: Setting, isRight: (value: string) => boolean, expected: string): string | undefined => {
    const value = text(name);
    if (value !== undefined && !isRight(value)) problems.push(`${name} is not ${expected}`);
    return value;
  };
  const smsNumber = checked('SMS_NUMBER', (value) => number.test(value), 'a number, + and 7 to 15 digits');
  const whatsapp = checked(
    'WHATSAPP_NUMBER',
    (value) => number.test(value.replace(/^whatsapp:/, '')),
    'a number, + and 7 to 15 digits, with whatsapp: or without',
  );
  const service = checked('PROXY_SERVICE_SID', (value) => isSid('KS', value), 'KS and 32 hex digits');
  const taskChannel = checked('SMS_CHANNEL_SID', (value) => isSid('TC', value), 'TC and 32 hex digits') ?? 'sms';
  const proxyServiceSid = service ?? inWebhook.exec(text('FLEX_CHAT_DEFAULT_WEBHOOK') ?? '')?.[1];
  if (smsNumber === undefined || proxyServiceSid === undefined) return undefined;
  const whatsappNumber = whatsapp && `whatsapp:${whatsapp.replace(/^whatsapp:/, '')}`;
  return { smsNumber, whatsappNumber, proxyServiceSid, taskChannel };
};
