import { describe, expect, test } from '@jest/globals';
import { secretsFrom } from '../../src/runtime/secret-fields.ts';

describe('secret fields', () => {
  test('two tokens and the stamp key are enough', () => {
    expect(secretsFrom({ AUTH_TOKEN: 'a', FRONTLINE_AUTH_TOKEN: 'b', STAMP_KEY: 'k', API_KEY_SID: '' })).toEqual({
      flex: { authToken: 'a', previousAuthToken: undefined, apiKey: undefined },
      frontline: { authToken: 'b', previousAuthToken: undefined, apiKey: undefined },
      stampKey: 'k',
    });
  });

  test('every missing field is named at once, and no value', () => {
    expect(() => secretsFrom({ FRONTLINE_AUTH_TOKEN: 'hidden', FRONTLINE_API_KEY_SID: 'SK1' })).toThrow(
      'Secrets are missing: AUTH_TOKEN, FRONTLINE_API_KEY_SECRET, STAMP_KEY',
    );
  });
});
