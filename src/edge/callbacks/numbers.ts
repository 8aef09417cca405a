/** How a customer can be reached, from what both accounts say. */
import { textField } from '../../core/model/json.ts';
import type { OwnCustomer } from './customers.ts';

export type Reach = { readonly type: 'sms' | 'whatsapp' | 'chat'; readonly value: string };

const isNumber = (text: string | undefined): text is string => /^(whatsapp:)?\+\d{5,15}$/.test(text ?? '');

/**
 * By number where one is known: that of the conversation, or of the customer's chat in Flex, which has it in `from`. By
 * `chat` where the customer has an identity: such a conversation goes to the customer's chat in Flex.
 * @see https://www.twilio.com/docs/api/errors/48033
 */
export const reachOf = ({ address, identity }: OwnCustomer, channelAttributes: string): readonly Reach[] => {
  const numbers = new Set([address, textField(channelAttributes, 'from')].filter(isNumber));
  return [
    ...[...numbers].map((value): Reach => ({ type: value.startsWith('whatsapp:') ? 'whatsapp' : 'sms', value })),
    ...(identity === undefined ? [] : [{ type: 'chat', value: identity } as const]),
  ];
};

export const phoneIn = (reach: readonly Reach[]): string | undefined =>
  reach.find(({ type }) => type !== 'chat')?.value.replace(/^whatsapp:/, '');
