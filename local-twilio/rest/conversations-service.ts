/** Which Conversations service a call is about: the one in its path, or the account's default one. */

import { findContainer } from '../chat/containers.ts';
import type { ChatService, Container } from '../model.ts';
import { problems } from '../problem.ts';
import { type Call, found, type RestRoute } from './call.ts';

export const conversationService = (call: Call): ChatService =>
  found(call, call.account.services.get(call.at.ChatServiceSid ?? call.account.defaultServiceSid ?? ''));

/** A conversation that something is asked of: unknown is 50350. */
export const listedConversation = (call: Call): Container => {
  const conversation = findContainer(conversationService(call), call.at.ConversationSid ?? '');
  if (conversation === undefined) throw problems.conversationNotFound();
  return conversation;
};

export const conversationUrl = (call: Call, conversation: Container): string =>
  `${call.base}/v1/Services/${conversation.service.sid}/Conversations/${conversation.sid}`;

/** The same resource under its service, and under /v1 for the default service. */
export const bothForms = (routes: readonly RestRoute[]): readonly RestRoute[] =>
  routes.flatMap((route) => [
    { ...route, pattern: `/v1/Services/{ChatServiceSid}${route.pattern}` },
    { ...route, pattern: `/v1${route.pattern}` },
  ]);
