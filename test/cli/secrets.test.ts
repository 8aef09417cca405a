import { GetSecretValueCommand, ListSecretsCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from '@jest/globals';
import { setSecrets } from '../../cli/secrets.ts';

const setUp = (secret: Record<string, string>, stacks: readonly string[] = ['mine']) => {
  let held = JSON.stringify(secret);
  let puts = 0;
  const printed: string[] = [];
  const send = async (command: unknown) => {
    if (command instanceof ListSecretsCommand)
      return {
        SecretList: stacks.map((Value) => ({ ARN: 'arn:secret', Tags: [{ Key: 'flex-frontline-bridge', Value }] })),
      };
    if (command instanceof GetSecretValueCommand) return { SecretString: held };
    if (!(command instanceof PutSecretValueCommand)) throw new Error('no such call');
    held = command.input.SecretString ?? '';
    puts += 1;
    return {};
  };
  return {
    set: (environment: Record<string, string>) =>
      setSecrets({ client: { send: send as never }, environment, print: (line) => printed.push(line) }, 'mine'),
    held: () => JSON.parse(held) as Record<string, string>,
    puts: () => puts,
    printed,
  };
};

const born = { AUTH_TOKEN: '', FRONTLINE_AUTH_TOKEN: '', STAMP_KEY: 'made-with-the-stack' };

describe('bridge secrets', () => {
  test('puts the tokens in, keeps the stamp key, and says only names', async () => {
    const { set, held, printed } = setUp(born);
    const given = { AUTH_TOKEN: 'flex-token', FRONTLINE_AUTH_TOKEN: 'frontline-token', STAMP_KEY: 'another' };
    expect(await set(given)).toBe(true);
    expect(held()).toMatchObject({
      AUTH_TOKEN: 'flex-token',
      FRONTLINE_AUTH_TOKEN: 'frontline-token',
      STAMP_KEY: 'made-with-the-stack',
    });
    expect(printed[0]).toBe('Set: AUTH_TOKEN, FRONTLINE_AUTH_TOKEN');
    expect(printed.join()).not.toMatch(/flex-token|frontline-token|made-with|another/);
  });

  test('what is not given stays, and a replaced token is still good for webhooks under way', async () => {
    const { set, held } = setUp({ ...born, AUTH_TOKEN: 'old', FRONTLINE_AUTH_TOKEN: 'stays' });
    await set({ AUTH_TOKEN: 'new' });
    expect(held()).toMatchObject({ AUTH_TOKEN: 'new', AUTH_TOKEN_PREVIOUS: 'old', FRONTLINE_AUTH_TOKEN: 'stays' });
    expect(held().FRONTLINE_AUTH_TOKEN_PREVIOUS).toBe('');
  });

  test('a replaced token is kept though the one before it still stands in .env, and not one that is named anew', async () => {
    const { set, held } = setUp({
      ...born,
      AUTH_TOKEN: 'second',
      AUTH_TOKEN_PREVIOUS: 'first',
      FRONTLINE_AUTH_TOKEN: 'x',
    });
    await set({ AUTH_TOKEN: 'third', AUTH_TOKEN_PREVIOUS: 'first' });
    expect(held()).toMatchObject({ AUTH_TOKEN: 'third', AUTH_TOKEN_PREVIOUS: 'second' });
    await set({ AUTH_TOKEN: 'third', AUTH_TOKEN_PREVIOUS: 'second' });
    expect(held()).toMatchObject({ AUTH_TOKEN: 'third', AUTH_TOKEN_PREVIOUS: 'second' });
    await set({ AUTH_TOKEN: 'fourth', AUTH_TOKEN_PREVIOUS: 'another' });
    expect(held()).toMatchObject({ AUTH_TOKEN: 'fourth', AUTH_TOKEN_PREVIOUS: 'another' });
  });

  test('a secret that was written by hand is read as its functions read it: what is no text is not there', async () => {
    const { set, held, printed } = setUp({ ...born, API_KEY_SID: 5 as never, AUTH_TOKEN: null as never });
    expect(await set({ AUTH_TOKEN: 'a' })).toBe(false);
    expect(printed.join()).toContain('FRONTLINE_AUTH_TOKEN is missing');
    expect(held()).toMatchObject({ AUTH_TOKEN: 'a', API_KEY_SID: '' });
  });

  test('run again it writes nothing', async () => {
    const { set, puts, printed } = setUp(born);
    const given = { AUTH_TOKEN: 'a', FRONTLINE_AUTH_TOKEN: 'b' };
    await set(given);
    await set(given);
    expect(puts()).toBe(1);
    expect(printed).toContain('Set: nothing, the secret is up to date');
  });

  test('names what is still missing, and then it is not done', async () => {
    const { set, printed } = setUp(born);
    expect(await set({ AUTH_TOKEN: 'a' })).toBe(false);
    expect(printed.join()).toContain('Secrets are wrong: FRONTLINE_AUTH_TOKEN is missing');
  });

  test('puts nothing into a deployment that runs when one of them cannot be meant', async () => {
    const { set, puts, printed } = setUp({ ...born, AUTH_TOKEN: 'a', FRONTLINE_AUTH_TOKEN: 'b' });
    expect(await set({ AUTH_TOKEN: 'new', API_KEY_SID: 'not-a-key', API_KEY_SECRET: 'hidden' })).toBe(false);
    expect(puts()).toBe(0);
    expect(printed).toEqual(['Set: nothing, because API_KEY_SID is not SK and 32 hex digits.']);
  });

  test('touches the secret of exactly the named stack', async () => {
    await expect(setUp(born, ['mine-too']).set({ AUTH_TOKEN: 'a' })).rejects.toThrow('No secret of a stack named mine');
    await expect(setUp(born, ['mine', 'mine']).set({ AUTH_TOKEN: 'a' })).rejects.toThrow('2 secrets');
  });
});
