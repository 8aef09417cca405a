import { describe, expect, test } from '@jest/globals';
import { createSecrets } from '../../../src/adapters/secrets-manager/secrets.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';

const good = { AUTH_TOKEN: 'flex-token', FRONTLINE_AUTH_TOKEN: 'frontline-token', STAMP_KEY: 'made-with-the-stack' };

const setUp = (answers: readonly (Record<string, string> | string | Error)[]) => {
  const reads: unknown[] = [];
  const journal: Entry[] = [];
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
    journal: (entry) => journal.push(entry),
  });
  return { secrets, reads, journal, wait: (minutes: number) => (time += minutes * 60_000) };
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

  test('are served on while newer ones cannot be read, which is said and tried again after half a minute', async () => {
    const newer = { ...good, AUTH_TOKEN: 'new' };
    const { secrets, reads, journal, wait } = setUp([good, new RangeError('throttled'), 'no object', newer]);
    const read = await secrets();
    wait(6);
    expect(await Promise.all([secrets(), secrets()])).toEqual([read, read]);
    wait(0.4);
    expect(await secrets()).toBe(read);
    expect(reads).toHaveLength(2);
    wait(0.1);
    expect(await secrets()).toBe(read);
    wait(0.5);
    expect((await secrets()).flex.authToken).toBe('new');
    expect(journal).toEqual(
      ['RangeError', 'Error'].map((reason) => ({ step: 'failed', type: 'secrets', reason, sids: [] })),
    );
  });

  test('newer ones are read for whoever could not verify with these, but not more than twice a minute', async () => {
    const { secrets, reads, wait } = setUp([good, { ...good, AUTH_TOKEN: 'new' }]);
    const read = await secrets();
    wait(0.4);
    expect(await secrets(read)).toBe(read);
    wait(0.1);
    const newer = await secrets(read);
    expect(newer.flex.authToken).toBe('new');
    expect(await secrets(newer)).toBe(newer);
    expect(await secrets(read)).toBe(newer);
    expect(reads).toHaveLength(2);
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
