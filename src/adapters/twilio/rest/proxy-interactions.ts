import { textField } from '../../../core/model/json.ts';
import { TWILIO_PAGE } from '../../../core/model/times.ts';
import type { DefaultWebhook, Interaction } from '../../../core/ports/default-webhook.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { list, optionalText, type Payload, requiredText } from '../http/payload.ts';
import { nextQuery, undefinedWhenGone } from './chat-side.ts';

const starts = (sid: string | undefined, ...prefixes: readonly string[]): boolean =>
  sid !== undefined && prefixes.some((prefix) => sid.startsWith(prefix));

/** An interaction's inbound leg comes to Twilio, its outbound leg leaves it; the phone's leg is an SMS or MMS. */
const directionOf = (inbound: string | undefined, outbound: string | undefined): Interaction['direction'] => {
  if (starts(inbound, 'SM', 'MM')) return 'in';
  return starts(outbound, 'SM', 'MM') ? 'out' : 'unclear';
};

const readInteraction = (payload: Payload): Interaction => {
  const inbound = optionalText(payload, 'inbound_resource_sid');
  const outbound = optionalText(payload, 'outbound_resource_sid');
  return {
    sid: requiredText(payload, 'sid'),
    direction: directionOf(inbound, outbound),
    messages: [inbound, outbound].filter((sid) => sid?.startsWith('IM')).map(String),
    body: textField(optionalText(payload, 'data') ?? '', 'body'),
    createdAt: requiredText(payload, 'date_created'),
  };
};

/**
 * What a session of this Proxy service (KS…) has carried; calls left out.
 * @throws {TwilioError}
 * @see https://www.twilio.com/docs/proxy/api/interaction
 */
export const createProxyInteractions = (
  account: Omit<AccountRest, 'serviceSid'>,
  service: string,
): DefaultWebhook['interactions'] => {
  const rest = createRest('proxy.twilio.com', account);
  return async (session, from) => {
    if (from !== undefined && !/^\?[\x21-\x7e]+$/.test(from)) throw new Error('from is no page of a list');
    const path = ['v1', 'Services', service, 'Sessions', session, 'Interactions'];
    const page = rest({ method: 'GET', path, query: from ?? `?PageSize=${TWILIO_PAGE}` }, (payload) => ({
      interactions: list(payload, 'interactions')
        .filter((one) => one.type !== 'voice')
        .map(readInteraction),
      next: nextQuery(payload),
    }));
    return undefinedWhenGone(page);
  };
};
