import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../core/ports/clock.ts';
import type { Secrets } from '../../runtime/secrets.ts';
import { secretsFrom } from '../../runtime/secrets.ts';

const KEEP_MS = 5 * 60_000;

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
 * The deployment's one secret, kept 5 minutes: a rotated token is known everywhere after that. Calls at the same time
 * share one read; a failed read is not kept.
 * @throws WrongSecrets naming empty and malformed fields; otherwise whatever the client throws. No error holds a value.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export const createSecrets = (deps: {
  readonly client: Pick<SecretsManagerClient, 'send'>;
  readonly secretId: string;
  readonly clock: Pick<Clock, 'now'>;
}): (() => Promise<Secrets>) => {
  let kept: { readonly until: number; readonly secrets: Promise<Secrets> } | undefined;
  const read = async (): Promise<Secrets> => {
    const answer = await deps.client.send(new GetSecretValueCommand({ SecretId: deps.secretId }));
    return secretsFrom(parsed(answer.SecretString));
  };
  return () => {
    if (kept !== undefined && deps.clock.now() < kept.until) return kept.secrets;
    const reading = { until: deps.clock.now() + KEEP_MS, secrets: read() };
    kept = reading;
    reading.secrets.catch(() => {
      if (kept === reading) kept = undefined;
    });
    return reading.secrets;
  };
};
