import { readFileSync } from 'node:fs';
import { createDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { createDynamoStore } from '../../src/adapters/dynamodb/store.ts';
import { createCallbackAccounts, LARGEST_CALLBACK_BYTES } from '../../src/adapters/twilio/callback-accounts.ts';
import { createGuards } from '../../src/adapters/twilio/http/guards.ts';
import { createHttp } from '../../src/adapters/twilio/http/http.ts';
import { TEMPLATES_ASSET } from '../../src/contract.ts';
import { callbackRoutes } from '../../src/edge/callbacks/routes.ts';
import { createEndpoint } from '../../src/edge/endpoint.ts';
import { readTemplates } from '../../src/templates.ts';
import { functionBase } from '../compose-base.ts';
import { createHttpHandler } from '../http-handler.ts';
import { createNonce } from '../nonce.ts';

const { settings: config, secrets, clock, journal, queues, resources } = functionBase;

/** The stack puts the file beside this code. */
const templates =
  config.callbacks.templatesFile === undefined
    ? []
    : readTemplates(readFileSync(new URL(TEMPLATES_ASSET, import.meta.url), 'utf8'));

const routes = callbackRoutes({
  ...{ config, clock, queues, templates, nonce: createNonce },
  store: createDynamoStore({ client: createDynamoClient(), tableName: resources.TABLE_NAME }),
  accounts: createCallbackAccounts({
    ...{ config, secrets },
    http: createHttp(clock).call,
    crmHttp: createHttp(clock, { maxAnswerBytes: LARGEST_CALLBACK_BYTES }).call,
    guards: createGuards({ clock, journal }),
  }),
});

export const handler = createHttpHandler({
  journal,
  publicBaseUrl: config.publicBaseUrl,
  endpointAt: (publicBaseUrl) =>
    createEndpoint({ clock, journal, secrets, config: { ...config, publicBaseUrl } }, routes),
  unanswered: { type: 'callback', text: 'failed, try again' },
});
