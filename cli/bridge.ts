#!/usr/bin/env node
/** The operator's command. Exit codes: 0 done, 1 not done, 2 not understood. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { setSecrets } from './secrets.ts';

const usage = `bridge COMMAND

  secrets --stack NAME   put tokens and API keys from the environment or .env into a deployed stack's secret

  --help                 this text
AWS credentials and region are found as by the AWS CLI (AWS_PROFILE, AWS_REGION, ...).
`;

const run = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { stack: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command] = positionals;
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  if (command !== 'secrets' || positionals.length > 1 || !values.stack) {
    process.stderr.write(usage);
    return 2;
  }
  if (existsSync('.env')) process.loadEnvFile('.env');
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const done = await setSecrets({ client: new SecretsManagerClient(), environment: process.env, print }, values.stack);
  return done ? 0 : 1;
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const misunderstood =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`bridge: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = misunderstood ? 2 : 1;
}
