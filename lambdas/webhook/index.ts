import { createWebhook } from '../../src/edge/routes.ts';
import { basis } from '../compose-base.ts';
import { createWebhookHandler } from './handler.ts';

export const handler = createWebhookHandler({
  journal: basis.journal,
  publicBaseUrl: basis.settings.publicBaseUrl,
  webhookAt: (publicBaseUrl) => createWebhook({ ...basis, config: { ...basis.settings, publicBaseUrl } }),
});
