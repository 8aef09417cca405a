import { createWebhook } from '../../src/edge/routes.ts';
import { functionBase } from '../compose-base.ts';
import { createHttpHandler } from '../http-handler.ts';

export const handler = createHttpHandler({
  journal: functionBase.journal,
  publicBaseUrl: functionBase.settings.publicBaseUrl,
  endpointAt: (publicBaseUrl) =>
    createWebhook({ ...functionBase, config: { ...functionBase.settings, publicBaseUrl } }),
  unanswered: { type: 'webhook', text: 'not stored, try again' },
});
