import { describe, expect, test } from '@jest/globals';
import { createSecrets } from '../../../src/adapters/secrets-manager/secrets.ts';

const good = { AUTH_TOKEN: 'flex-token', FRONTLINE_AUTH_TOKEN: 'frontline-token', STAMP_KEY: 'made-with-the-stack' };

const setUp = (answers: readonly (Record<string, string> | string | Error)[]) => {
  const reads: unknown[] = [];
  let time = 0;
  const send = async (command: { readonly input: unknown }) => {
    reads.push(command.input);
    const answer = answers[Math.min(reads.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return { SecretString: typeof answer === 'string' ? answer : JSON.stringify(answer) };
  };
  const secrets = createSecrets({
    client: { send: send as never },
    secretId: 'the-secret',
    clock: { now: () => time },
  });
  return { secrets, reads, wait: (minutes: number) => (time += minutes * 60_000) };
};

describe('secrets', () => {
  test('are read once for calls at the same time and for five minutes after', async () => {
    const { secrets, reads, wait } = setUp([good]);
    const [one, other] = await Promise.all([secrets(), secrets()]);
    expect(one.flex.authToken).toBe('flex-token');
    expect(other).toBe(one);
    wait(4.9);
    await secrets();
    expect(reads).toEqual([{ SecretId: 'the-secret' }]);
  });

  test('a rotated token is known after five minutes', async () => {
    const { secrets, wait } = setUp([good, { ...good, AUTH_TOKEN: 'new', AUTH_TOKEN_PREVIOUS: 'flex-token' }]);
    await secrets();
    wait(5);
    expect((await secrets()).flex).toEqual({
      authToken: 'new',
      previousAuthToken: 'flex-token',
      apiKey: undefined,
    });
  });

  test('a failed read is not kept', async () => {
    const { secrets } = setUp([new Error('throttled'), good]);
    await expect(secrets()).rejects.toThrow('throttled');
    expect((await secrets()).stampKey).toBe('made-with-the-stack');
  });

  test('empty fields are named; neither they nor a broken secret show a value', async () => {
    const { secrets } = setUp([{ ...good, AUTH_TOKEN: '' }, '{"AUTH_TOKEN": hidden}', good]);
    await expect(secrets()).rejects.toThrow('Secrets are wrong: AUTH_TOKEN is missing');
    const broken = await secrets().catch((error: unknown) => error);
    expect(String(broken)).toBe('Error: The secret is not a JSON object');
    expect((broken as Error).cause).toBeUndefined();
    expect((await secrets()).flex.authToken).toBe('flex-token');
  });
});
