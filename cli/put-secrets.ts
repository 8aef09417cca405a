import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Misunderstood, type Program, text } from '../src/runtime/options.ts';
import { commandOf, EXIT } from './command.ts';
import { setSecrets } from './secrets.ts';

const SECRETS = {
  command: 'bridge secrets --stack NAME',
  about: `Writes tokens and API keys from the environment or .env into the secret of a deployed stack. A field that is not set there
stays as it is; a token that is replaced is kept as the previous one.`,
  options: { stack: text('NAME', 'the deployed stack') },
} as const satisfies Program;

export const putSecrets = commandOf(SECRETS, async ({ values }, { environment, print }) => {
  if (values.stack === undefined) throw new Misunderstood('secrets takes --stack NAME');
  const done = await setSecrets({ client: new SecretsManagerClient(), environment, print }, values.stack);
  return done ? EXIT.well : EXIT.wrong;
});
