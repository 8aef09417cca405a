import { describe, expect, test } from '@jest/globals';
import { secretsFrom } from '../../src/runtime/secrets.ts';

describe('secret fields', () => {
  test('two tokens and the stamp key are enough', () => {
    const least = { AUTH_TOKEN: 'a', FRONTLINE_AUTH_TOKEN: 'b', STAMP_KEY: '16 characters it', API_KEY_SID: '' };
    expect(secretsFrom(least)).toEqual({
      flex: { authToken: 'a', previousAuthToken: undefined, apiKey: undefined },
      frontline: { authToken: 'b', previousAuthToken: undefined, apiKey: undefined },
      stampKey: '16 characters it',
    });
  });

  test('every missing field is named at once, and no value', () => {
    const FRONTLINE_API_KEY_SID = `SK${'a'.repeat(32)}`;
    expect(() => secretsFrom({ FRONTLINE_AUTH_TOKEN: 'hidden', FRONTLINE_API_KEY_SID })).toThrow(
      /^Secrets are wrong: AUTH_TOKEN is missing, FRONTLINE_API_KEY_SECRET is missing, STAMP_KEY is missing$/,
    );
  });

  const good = {
    AUTH_TOKEN: 'a',
    FRONTLINE_AUTH_TOKEN: 'b',
    STAMP_KEY: 'made at the first start',
    API_KEY_SECRET: 'c',
    FRONTLINE_API_KEY_SECRET: 'd',
    API_KEY_SID: `SK${'a'.repeat(32)}`,
    FRONTLINE_API_KEY_SID: `SK${'b'.repeat(32)}`,
  };

  test.each([
    ['s', 'STAMP_KEY is shorter than 16 characters'],
    [' fifteen of them ', 'STAMP_KEY is shorter than 16 characters'],
  ])('a stamp key that can be guessed is not taken: %j', (STAMP_KEY, problem) => {
    expect(() => secretsFrom({ ...good, STAMP_KEY })).toThrow(`Secrets are wrong: ${problem}`);
  });

  test.each(['SK1', `SK${'A'.repeat(32)}`, `AC${'a'.repeat(32)}` as const, `SK${'a'.repeat(33)}`])(
    'an API key looks like one: %s does not',
    (sid) => {
      expect(() => secretsFrom({ ...good, API_KEY_SID: sid, FRONTLINE_API_KEY_SID: sid })).toThrow(
        'Secrets are wrong: API_KEY_SID is not SK and 32 hex digits, FRONTLINE_API_KEY_SID is not SK and 32 hex digits',
      );
    },
  );

  test('what belongs to one account is not taken for both, and no value is named', () => {
    const { AUTH_TOKEN, API_KEY_SID } = good;
    const twice = { ...good, FRONTLINE_AUTH_TOKEN: ` ${AUTH_TOKEN}`, FRONTLINE_API_KEY_SID: API_KEY_SID };
    expect(() => secretsFrom(twice)).toThrow(
      /^Secrets are wrong: AUTH_TOKEN and FRONTLINE_AUTH_TOKEN are the same: each account has its own, API_KEY_SID and FRONTLINE_API_KEY_SID are the same: each account has its own$/,
    );
  });

  test('a token that stood in the wrong field may be the previous one there', () => {
    expect(secretsFrom({ ...good, FRONTLINE_AUTH_TOKEN_PREVIOUS: 'a' }).frontline.previousAuthToken).toBe('a');
  });

  test('nothing is wrong with good ones', () => {
    expect(secretsFrom(good).frontline.apiKey).toEqual({ sid: good.FRONTLINE_API_KEY_SID, secret: 'd' });
  });
});
