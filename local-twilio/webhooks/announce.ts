import type { TwilioWorld } from '../world.ts';
import { chatForm } from './chat-form.ts';
import { conversationsForm } from './conversations-form.ts';
import type { Happening } from './happening.ts';
import { chatRule, conversationsRule } from './retry-rules.ts';

const withoutFragment = (url: string): string => url.split('#', 1)[0] ?? url;

/**
 * Tells the service's chat webhook and its conversations webhook, each when it has one and its filters name the event.
 */
export const announce = (world: TwilioWorld, happening: Happening): void => {
  const { account, service } = happening.container;
  const chat = service.chatWebhooks;
  if (chat.postWebhookUrl !== undefined) {
    const params = chatForm(happening);
    if (params !== undefined && chat.filters.includes(params.EventType ?? ''))
      world.send({
        account,
        url: withoutFragment(chat.postWebhookUrl),
        method: chat.method,
        params,
        countsRetries: true,
        rule: chatRule(chat.postRetryCount),
      });
  }
  const config = service.conversationsWebhooks ?? account.conversationsWebhooks;
  if (config.postWebhookUrl !== undefined) {
    const params = conversationsForm(happening);
    if (config.filters.includes(params.EventType ?? ''))
      world.send({
        account,
        url: withoutFragment(config.postWebhookUrl),
        method: config.method,
        params,
        countsRetries: true,
        rule: conversationsRule,
      });
  }
};
