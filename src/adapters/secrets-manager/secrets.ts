import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { errorName } from '../../core/model/error-name.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Journal } from '../../core/ports/journal.ts';
import type { Secrets } from '../../runtime/secrets.ts';
import { secretsFrom } from '../../runtime/secrets.ts';

const KEEP_MS = 5 * 60_000;
/** Between two reads that fail, and between two that are asked for because a signature did not verify. */
const AGAIN_MS = 30_000;
/** Who has good secrets waits no longer for newer ones: its caller waits, too. */
const REREAD_MS = 1_000;

const parsed = (text: string | undefined): Record<string, string> => {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).filter((entry) => typeof entry[1] === 'string'));
  } catch {
    // The parser's message quotes the text, which is a secret: it must not become a cause.
  }
  throw new Error('The secret is not a JSON object');
};

/**
 * The deployment's one secret, kept 5 minutes: a rotated token is known everywhere after that, or sooner where one is
 * met that the kept ones do not verify. Calls at the same time share one read. Once read, the secrets are served for
 * as long as newer ones cannot be had, for Secrets Manager's bad minute, or a slip of whoever edits the secret, must
 * not close the door to Twilio.
 *
 * No read in the background: what a function has under way when it has answered is frozen with it.
 * @param than the secrets with which something did not verify: newer ones are read, unless that was tried just now
 * @throws WrongSecrets naming empty and malformed fields, or whatever the client throws, where nothing was read before.
 *   No error holds a value.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export const createSecrets = (deps: {
  readonly client: Pick<SecretsManagerClient, 'send'>;
  readonly secretId: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly journal: Journal;
}): ((than?: Secrets) => Promise<Secrets>) => {
  const { clock } = deps;
  let good: { readonly until: number; readonly secrets: Secrets } | undefined;
  let reading: Promise<Secrets> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  const read = async (): Promise<Secrets> => {
    const within = good === undefined ? {} : { abortSignal: AbortSignal.timeout(REREAD_MS) };
    const answer = await deps.client.send(new GetSecretValueCommand({ SecretId: deps.secretId }), within);
    return secretsFrom(parsed(answer.SecretString));
  };
  const readOrKeep = async (): Promise<Secrets> => {
    triedAt = clock.now();
    try {
      const secrets = await read();
      good = { until: clock.now() + KEEP_MS, secrets };
      return secrets;
    } catch (error) {
      if (good === undefined) throw error;
      deps.journal({ step: 'failed', type: 'secrets', reason: errorName(error), sids: [] });
      return good.secrets;
    }
  };
  return (than) => {
    if (reading !== undefined) return reading;
    const isFresh = good !== undefined && good.secrets !== than && clock.now() < good.until;
    if (good !== undefined && (isFresh || clock.now() < triedAt + AGAIN_MS)) return Promise.resolve(good.secrets);
    reading = readOrKeep().finally(() => {
      reading = undefined;
    });
    return reading;
  };
};
