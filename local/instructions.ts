/** What has to stand in Twilio's own settings for a bridge at this address. */
import { CALLBACKS, TWILIO_EVENTS } from '../src/contract.ts';
import type { Settings } from '../src/runtime/settings.ts';

/**
 * Chat tries again only as often as PostWebhookRetryCount says
 * (https://www.twilio.com/docs/chat/rest/service-resource), TaskRouter as the address's fragment says
 * (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides); Conversations not at all.
 */
export const webhookInstructions = (settings: Settings, publicBaseUrl: string): readonly string[] => [
  'Set these webhooks in the Twilio consoles (method POST; leave everything else as it is):',
  '',
  `  Flex account ${settings.flex.accountSid}`,
  `    Programmable Chat, service ${settings.flex.serviceSid}, post-event webhook:`,
  `      ${publicBaseUrl}/chat-to-frontline`,
  `      events: ${TWILIO_EVENTS.chat.join(', ')}`,
  '      retries: set PostWebhookRetryCount=3 through the API, for the console cannot',
  '    TaskRouter, Flex workspace, event callback (the part after # makes TaskRouter retry):',
  `      ${publicBaseUrl}/taskrouter-handler#rc=5&rp=all`,
  `      EventsFilter, by the API: ${TWILIO_EVENTS.flexTaskRouter.join(',')}`,
  '',
  `  Frontline account ${settings.frontline.accountSid}`,
  `    Conversations, service ${settings.frontline.serviceSid}, post-event webhook (on the service only, not on the account):`,
  `      ${publicBaseUrl}/frontline-to-chat`,
  `      events: ${TWILIO_EVENTS.conversations.join(', ')}`,
  "    TaskRouter, Frontline's workspace, event callback:",
  `      ${publicBaseUrl}/taskrouter-handler#rc=5&rp=all`,
  `      EventsFilter, by the API: ${TWILIO_EVENTS.frontlineTaskRouter.join(',')}`,
  '    Frontline, callbacks:',
  ...CALLBACKS.map((path) => `      ${publicBaseUrl}${path}`),
  '',
  settings.flex.defaultWebhook === undefined
    ? '  FLEX_CHAT_DEFAULT_WEBHOOK is not set: customers on SMS get no messages. Leave it empty for web chat only.'
    : "  The bridge passes Flex's chat events on to FLEX_CHAT_DEFAULT_WEBHOOK, which sends the customers' SMS.",
];
