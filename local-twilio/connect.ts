/** Points both accounts' webhooks at a bridge, as an operator would. */
import type { TwoAccounts } from './accounts.ts';
import { noWebhooks } from './rest/conversations-webhooks.ts';

const chatFilters = [
  'onMessageSent',
  'onMediaMessageSent',
  'onMessageUpdated',
  'onMessageRemoved',
  'onMemberAdded',
  'onMemberRemoved',
  'onChannelUpdated',
  'onChannelDestroyed',
] as const;

const conversationsFilters = [
  'onConversationAdded',
  'onConversationRemoved',
  'onConversationStateUpdated',
  'onMessageAdded',
  'onMessageUpdated',
  'onMessageRemoved',
  'onParticipantAdded',
  'onParticipantRemoved',
] as const;

/** Chat and TaskRouter try again as often as they can be told to; Conversations cannot be told. */
export const connectBridge = (place: TwoAccounts, publicBaseUrl: string): void => {
  const { flex, frontline } = place;
  Object.assign(flex.chat.chatWebhooks, {
    postWebhookUrl: `${publicBaseUrl}/chat-to-frontline`,
    filters: chatFilters,
    postRetryCount: 3,
  });
  frontline.chat.conversationsWebhooks = {
    ...noWebhooks(),
    postWebhookUrl: `${publicBaseUrl}/frontline-to-chat`,
    filters: conversationsFilters,
  };
  for (const { workspace } of [flex, frontline])
    workspace.eventCallbackUrl = `${publicBaseUrl}/taskrouter-handler#rc=5&rp=all`;
};
