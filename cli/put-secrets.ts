import { parseArgs } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Command, EXIT, Misunderstood } from './command.ts';
import { setSecrets } from './secrets.ts';

export const secretsUsage = `bridge secrets --stack NAME

Writes tokens and API keys from the environment or .env into the secret of a deployed stack. A field that is not set there
stays as it is; a token that is replaced is kept as the previous one.
`;

export const putSecrets: Command = async ({ args, environment, print }) => {
  const { values } = parseArgs({
    args: [...args],
    options: { stack: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    print(secretsUsage);
    return EXIT.well;
  }
  if (!values.stack) throw new Misunderstood('secrets takes --stack NAME');
  const done = await setSecrets({ client: new SecretsManagerClient(), environment, print }, values.stack);
  return done ? EXIT.well : EXIT.wrong;
};
