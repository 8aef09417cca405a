/** What has to stand in Twilio's own settings for a bridge at this address. */
import { CALLBACKS } from '../src/contract.ts';
import type { Settings } from '../src/runtime/settings.ts';

const chatEvents =
  'onMessageSent, onMediaMessageSent, onMessageUpdated, onMessageRemoved, onMemberAdded, onMemberRemoved, onChannelUpdated, onChannelDestroyed';
const conversationsEvents =
  'onConversationAdded, onConversationRemoved, onConversationStateUpdated, onMessageAdded, onMessageUpdated, onMessageRemoved, onParticipantAdded, onParticipantRemoved';

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
  `      events: ${chatEvents}`,
  '      retries: set PostWebhookRetryCount=3 through the API, for the console cannot',
  '    TaskRouter, Flex workspace, event callback (the part after # makes TaskRouter retry):',
  `      ${publicBaseUrl}/taskrouter-handler#rc=5&rp=all`,
  '',
  `  Frontline account ${settings.frontline.accountSid}`,
  `    Conversations, service ${settings.frontline.serviceSid}, post-event webhook (on the service only, not on the account):`,
  `      ${publicBaseUrl}/frontline-to-chat`,
  `      events: ${conversationsEvents}`,
  '    Frontline, callbacks:',
  ...CALLBACKS.map((path) => `      ${publicBaseUrl}${path}`),
  '',
  settings.flex.defaultWebhook === undefined
    ? '  FLEX_CHAT_DEFAULT_WEBHOOK is not set: customers on SMS get no messages. Leave it empty for web chat only.'
    : "  The bridge passes Flex's chat events on to FLEX_CHAT_DEFAULT_WEBHOOK, which sends the customers' SMS.",
];
