import { createWebhook } from '../../src/edge/routes.ts';
import { basis } from '../compose-base.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler({
  journal: basis.journal,
  publicBaseUrl: basis.settings.publicBaseUrl,
  webhookAt: (publicBaseUrl) => createWebhook({ ...basis, config: { ...basis.settings, publicBaseUrl } }),
});
