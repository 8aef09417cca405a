import {
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SECRET_FIELDS, SECRET_TAG, type SecretField } from '../src/contract.ts';
import { malformedSecrets, secretsFrom, WrongSecrets } from '../src/runtime/secrets.ts';

type Fields = Partial<Record<SecretField, string>>;

export type SecretsCommand = {
  readonly client: Pick<SecretsManagerClient, 'send'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
};

/**
 * The stamp key was made with the deployment and stays: with another one the bridge would not know its own messages.
 */
const settable = SECRET_FIELDS.filter((field) => field !== 'STAMP_KEY');

const previous = { AUTH_TOKEN: 'AUTH_TOKEN_PREVIOUS', FRONTLINE_AUTH_TOKEN: 'FRONTLINE_AUTH_TOKEN_PREVIOUS' } as const;

/**
 * Puts the tokens and API keys that stand in the environment into the secret of a deployed stack; what is not there
 * stays as it is, and a token that is replaced is kept as the previous one. Nothing is put while one of them is
 * malformed: a deployment that runs would stop. Prints names of fields, never a value.
 * @returns whether the secret now has all it needs.
 * @throws Error when no stack of that name has a secret, or Secrets Manager refuses.
 */
export const setSecrets = async (command: SecretsCommand, stack: string): Promise<boolean> => {
  const { client, environment, print } = command;
  const secretId = await secretOf(client, stack);
  const written = secretFields(await readSecret(client, secretId));
  if (written === undefined) throw new Error('The secret is not a JSON object: was it written by hand?');
  // As the functions read it: what is no text is not there.
  const before: Fields = Object.fromEntries(Object.entries(written).filter((field) => typeof field[1] === 'string'));
  const after = merged(before, environment);
  const malformed = malformedSecrets(after);
  if (malformed.length > 0) {
    print(`Set: nothing, because ${malformed.join(', ')}.`);
    return false;
  }
  const changed = SECRET_FIELDS.filter((field) => (after[field] ?? '') !== (before[field] ?? ''));
  if (changed.length > 0)
    await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(after) }));
  print(`Set: ${changed.join(', ') || 'nothing, the secret is up to date'}`);
  const empty = SECRET_FIELDS.filter((field) => !after[field]);
  if (empty.length > 0) print(`Empty: ${empty.join(', ')}`);
  try {
    secretsFrom(after);
    return true;
  } catch (error) {
    if (!(error instanceof WrongSecrets)) throw error;
    print(`${error.message}. Put them into the environment or into .env, and run this again.`);
    return false;
  }
};

const merged = (before: Fields, environment: SecretsCommand['environment']): Fields => {
  const after: Fields = { ...before };
  for (const field of settable) after[field] = environment[field]?.trim() || (before[field] ?? '');
  for (const [token, kept] of Object.entries(previous) as [keyof typeof previous, SecretField][]) {
    // One that stands in the secret already was left in .env by the change before.
    const isNamed = after[kept] !== '' && after[kept] !== before[kept];
    if (before[token] && before[token] !== after[token] && !isNamed) after[kept] = before[token];
  }
  return after;
};

/** The ARNs of the secrets that stacks of this name have made: one, unless an earlier stack has left its own. */
export const secretsOfStack = async (client: SecretsCommand['client'], stack: string): Promise<readonly string[]> => {
  const { SecretList = [] } = await client.send(
    new ListSecretsCommand({
      Filters: [
        { Key: 'tag-key', Values: [SECRET_TAG] },
        { Key: 'tag-value', Values: [stack] },
      ],
    }),
  );
  // Both filters match by the beginning of a word.
  return SecretList.filter(({ Tags = [] }) => Tags.some(({ Key, Value }) => Key === SECRET_TAG && Value === stack))
    .map(({ ARN }) => ARN)
    .filter((arn) => arn !== undefined);
};

const secretOf = async (client: SecretsCommand['client'], stack: string): Promise<string> => {
  const own = await secretsOfStack(client, stack);
  const [secret] = own;
  if (secret === undefined) throw new Error(`No secret of a stack named ${stack} in this account and region`);
  if (own.length > 1) throw new Error(`${own.length} secrets of a stack named ${stack}: delete those of older ones`);
  return secret;
};

/** The text of a secret, as it is. */
export const readSecret = async (client: SecretsCommand['client'], secretId: string): Promise<string> =>
  (await client.send(new GetSecretValueCommand({ SecretId: secretId }))).SecretString ?? '';

/** @returns undefined when the text is no JSON object. */
export const secretFields = (text: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // The parser's message would quote the secret.
  }
  return undefined;
};
