#!/usr/bin/env node
/** The operator's command. Exit codes: see command.ts. */
import { withDotEnv } from '../src/dot-env.ts';
import { Misunderstood } from '../src/runtime/options.ts';
import { WrongSettings } from '../src/runtime/settings.ts';
import { type Command, EXIT, Unreachable } from './command.ts';

const usage = `Usage: bridge COMMAND [OPTION ...]

  status                 show open pairs, lanes that are behind, what is parked, and the queues
  repair SID             compare both ends of one chat now, and repair what differs
  redrive                list what was given up, and with --apply put it back
  mode [on|read-only|off] show in which directions the bridge writes, or set it
  preflight --stack NAME look at the AWS account in which a stack stands, or is to stand, and say what is missing
  secrets --stack NAME   write tokens and API keys from the environment or .env into a stack's secret

  --help                 show this text, or that of a command
status, repair, redrive and mode work on this machine's bridge, or with --stack NAME on one on AWS. Credentials and region are
found as by the AWS CLI (AWS_PROFILE, AWS_REGION, ...).
`;

/** Each is loaded when it is asked for: AWS's clients take their time. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['status', async () => (await import('./status.ts')).status],
  ['repair', async () => (await import('./repair.ts')).repair],
  ['redrive', async () => (await import('./redrive.ts')).redrive],
  ['mode', async () => (await import('./mode.ts')).mode],
  ['preflight', async () => (await import('./preflight.ts')).preflight],
  ['secrets', async () => (await import('./put-secrets.ts')).putSecrets],
]);

const say = (stream: NodeJS.WriteStream) => (text: string) =>
  void stream.write(text.endsWith('\n') ? text : `${text}\n`);

const run = async ([name = '', ...args]: readonly string[]): Promise<number> => {
  const load = commands.get(name);
  if (load === undefined) {
    const asked = name === '--help' || name === '-h';
    say(asked ? process.stdout : process.stderr)(usage);
    return asked ? EXIT.well : EXIT.misunderstood;
  }
  // The AWS SDK reads this process's own environment.
  Object.assign(process.env, withDotEnv('.env', process.env));
  return (await load())({ args, environment: process.env, print: say(process.stdout) });
};

const exitCodeOf = (error: unknown): number => {
  if (error instanceof Misunderstood || error instanceof WrongSettings) return EXIT.misunderstood;
  return error instanceof Unreachable ? EXIT.unreachable : EXIT.wrong;
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  say(process.stderr)(`bridge: ${error instanceof Error ? error.message : 'failed'}`);
  process.exitCode = exitCodeOf(error);
}
