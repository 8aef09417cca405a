/** What has to stand in Twilio's own settings for a bridge at this address. */
import type { Settings } from '../src/runtime/settings.ts';

const chatEvents =
  'onMessageSent, onMediaMessageSent, onMessageUpdated, onMessageRemoved, onMemberAdded, onMemberRemoved, onChannelUpdated, onChannelDestroyed';
const conversationsEvents =
  'onConversationAdded, onConversationRemoved, onConversationStateUpdated, onMessageAdded, onMessageUpdated, onMessageRemoved, onParticipantAdded, onParticipantRemoved';

/**
 * Chat tries again only as often as PostWebhookRetryCount says (https://www.twilio.com/docs/chat/rest/service-resource),
 * TaskRouter as the address's fragment says
 * (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides); Conversations not at all.
 */
export const webhookInstructions = (settings: Settings, publicBaseUrl: string): readonly string[] => [
  'Put these addresses into the Twilio consoles (POST; everything else as it is):',
  '',
  `  Flex account ${settings.flex.accountSid}`,
  `    Programmable Chat, service ${settings.flex.serviceSid}, post-event webhook:`,
  `      ${publicBaseUrl}/chat-to-frontline`,
  `      events: ${chatEvents}`,
  '      and let Chat try again, which only its API can set: PostWebhookRetryCount=3',
  '    TaskRouter, the Flex workspace, event callback, with the fragment, so that TaskRouter tries again:',
  `      ${publicBaseUrl}/taskrouter-handler#rc=5&rp=all`,
  '',
  `  Frontline account ${settings.frontline.accountSid}`,
  `    Conversations, service ${settings.frontline.serviceSid}, post-event webhook (at this one scope only):`,
  `      ${publicBaseUrl}/frontline-to-chat`,
  `      events: ${conversationsEvents}`,
  '',
  settings.flex.defaultWebhook === undefined
    ? '  FLEX_CHAT_DEFAULT_WEBHOOK is not set: chats by SMS would not reach the customer. Right for web chat only.'
    : "  What Flex's chat service had as post-event webhook goes on to FLEX_CHAT_DEFAULT_WEBHOOK.",
];
