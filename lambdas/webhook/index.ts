import { createWebhook } from '../../src/edge/routes.ts';
import { functionBase } from '../compose-base.ts';
import { createWebhookHandler } from './handler.ts';

export const handler = createWebhookHandler({
  journal: functionBase.journal,
  publicBaseUrl: functionBase.settings.publicBaseUrl,
  webhookAt: (publicBaseUrl) => createWebhook({ ...functionBase, config: { ...functionBase.settings, publicBaseUrl } }),
});
