/** The paths that Twilio's webhooks come to: whose they are, and how each is read. */
import { readChat } from '../adapters/twilio/webhook/chat.ts';
import { readConversations } from '../adapters/twilio/webhook/conversations.ts';
import { readFlexTaskRouter, readFrontlineTaskRouter } from '../adapters/twilio/webhook/taskrouter.ts';
import type { Route } from '../contract.ts';
import { createEndpoint, type RouteRow, type Routes } from './endpoint.ts';
import { answerWebhook, type WebhookDeps } from './webhook.ts';

export const webhookRoutes = (deps: WebhookDeps): Routes => {
  const { flex, frontline } = deps.config;
  const rows: Readonly<Record<Route, RouteRow>> = {
    '/chat-to-frontline': {
      callers: { accounts: ['flex'], sendAccountSid: true },
      answer: answerWebhook(deps, () => readChat(flex.serviceSid)),
    },
    '/frontline-to-chat': {
      callers: { accounts: ['frontline'], sendAccountSid: true },
      answer: answerWebhook(deps, () => readConversations(frontline.serviceSid)),
    },
    '/taskrouter-handler': {
      callers: { accounts: ['flex', 'frontline'], sendAccountSid: true },
      answer: answerWebhook(deps, (signer) => (signer === 'flex' ? readFlexTaskRouter : readFrontlineTaskRouter)),
    },
  };
  return new Map(Object.entries(rows));
};

/** An endpoint for all of Twilio's webhooks. */
export const createWebhook = (deps: WebhookDeps) => createEndpoint(deps, webhookRoutes(deps));
