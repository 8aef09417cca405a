import { expect, test } from '@jest/globals';
import { isTwilioUrl, wireUrl } from '../../../../src/adapters/twilio/http/base-url.ts';

test.each([
  [undefined, 'https://chat.twilio.com/v2/x?y=1', 'https://chat.twilio.com/v2/x?y=1'],
  ['http://127.0.0.1:4010', 'https://chat.twilio.com/v2/x?y=1', 'http://127.0.0.1:4010/chat.twilio.com/v2/x?y=1'],
  ['http://127.0.0.1:4010/', 'https://chat.twilio.com/v2', 'http://127.0.0.1:4010/chat.twilio.com/v2'],
  ['http://127.0.0.1:4010', 'http://127.0.0.1:4010/chat.twilio.com/v2', 'http://127.0.0.1:4010/chat.twilio.com/v2'],
  ['http://127.0.0.1:401', 'http://127.0.0.1:4010/v2', 'http://127.0.0.1:401/127.0.0.1:4010/v2'],
])('with base %s, %s is sent to %s', (base, url, wire) => {
  expect(wireUrl(base, url)).toBe(wire);
});

test('only hosts of twilio.com are Twilio', () => {
  expect(isTwilioUrl('https://webhooks.twilio.com/x')).toBe(true);
  expect(isTwilioUrl('https://webhooks.twilio.com.evil.example/x')).toBe(false);
  expect(isTwilioUrl('https://eviltwilio.com/x')).toBe(false);
});
