/** What every function is composed of. Settings that are missing are named when the function starts. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecrets } from '../src/adapters/secrets-manager/secrets.ts';
import { createSqsClient } from '../src/adapters/sqs/client.ts';
import { createSqsQueues } from '../src/adapters/sqs/queues.ts';
import { createJournal } from '../src/runtime/journal.ts';
import { queueUrls, readResources } from '../src/runtime/resources.ts';
import { readSettings } from '../src/runtime/settings.ts';
import { systemClock as clock } from '../src/runtime/system-clock.ts';

const settings = readSettings(process.env);
const resources = readResources(process.env);
const urls = queueUrls(resources);
const sqs = createSqsClient();
// A function that starts on a fraction of a processor looks at its socket late. A webhook that waits for the secret is
// answered within 4 s all the same.
const requestHandler = { connectionTimeout: 2000, requestTimeout: 2000, throwOnRequestTimeout: true };
const secretsManager = new SecretsManagerClient({ maxAttempts: 2, requestHandler });

// Straight to stdout: the console would put time and level before the line, and a metric would no longer be one.
const journal = createJournal({
  write: (line) => process.stdout.write(`${line}\n`),
  clock,
  deployment: settings.deployment,
});

export const functionBase = {
  settings,
  resources,
  clock,
  journal,
  secrets: createSecrets({ client: secretsManager, secretId: resources.SECRET_ARN, clock, journal }),
  sqs,
  urls: urls.live,
  queues: createSqsQueues({ client: sqs, urls: urls.live, deadUrls: urls.dead }),
} as const;
