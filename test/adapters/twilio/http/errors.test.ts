import { describe, expect, test } from '@jest/globals';
import { saysGone, twilioErrorFrom } from '../../../../src/adapters/twilio/http/errors.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const refusal = (status: number, code: number) =>
  twilioErrorFrom('POST /v2', answer(status, { code, message: 'Ann said no' }));

const waits = [50377, 50384, 50350, 50300, 50334, 20404, 45376, 80607, 80904];
const retries = [20429, 50063, 50074, 45010, 50349, 50449, 50419, 50213, 50391, 50514, 20409, 50386, 80623];
const rules = [50416, 50417, 50418, 50422, 50403, 50214, 45207, 50211, 50373, 50340, 50407, 50408, 50409, 50413, 50414];
const payloads = [48031, 50503, 50504, 50303, 50304, 50507, 50508, 50509, 50512];
const settings = [20003, 20403, 50065, 50361, 80618, 80620, 80625, 80506, 11200, 11205];
/** Successes where they are asked for; elsewhere no retry would change them. */
const already = [50404, 50433, 45206, 50400, 50402, 50430, 50432, 50201, 80103, 50307, 50353, 45208, 80603];

const rows = (remedy: string, codes: readonly number[]) => codes.map((code) => ({ code, remedy }));

describe('a code of Twilio', () => {
  test.each([
    ...rows('wait', waits),
    ...rows('retry', retries),
    ...rows('park', [...rules, ...payloads, ...already, 80619]),
    ...rows('reconfigure', settings),
  ])('$code is refused for certain, remedy $remedy', ({ code, remedy }) => {
    expect(refusal(400, code)).toMatchObject({ remedy, effect: 'refused', status: 400, code });
  });

  test('that nobody has met yet parks what was sent', () => {
    expect(refusal(400, 59999)).toMatchObject({ remedy: 'park', effect: 'refused' });
    expect(refusal(409, 59998)).toMatchObject({ remedy: 'park', effect: 'refused' });
  });

  test('is read from the newer error bodies too', () => {
    const body = { type: 'https://x', title: 'Ann', status: 400, code: '50304' };
    expect(twilioErrorFrom('POST /v2', answer(400, body))).toMatchObject({ code: 50304, remedy: 'park' });
  });
});

describe('a status', () => {
  test.each([
    { status: 429, body: '', remedy: 'retry', effect: 'refused' },
    { status: 412, body: '', remedy: 'retry', effect: 'refused' },
    { status: 401, body: { code: 20003 }, remedy: 'reconfigure', effect: 'refused' },
    { status: 403, body: { code: 29999 }, remedy: 'reconfigure', effect: 'refused' },
    { status: 403, body: '<html>', remedy: 'reconfigure', effect: 'unknown' },
    { status: 403, body: { code: 50107 }, remedy: 'park', effect: 'refused' },
    { status: 403, body: { code: 50361 }, remedy: 'reconfigure', effect: 'refused' },
    { status: 401, body: { code: 50107 }, remedy: 'reconfigure', effect: 'refused' },
    { status: 405, body: '<html>', remedy: 'park', effect: 'refused' },
    { status: 413, body: '<html>', remedy: 'park', effect: 'refused' },
    { status: 414, body: '', remedy: 'park', effect: 'refused' },
    { status: 431, body: '', remedy: 'park', effect: 'refused' },
    { status: 401, body: '<html>', remedy: 'reconfigure', effect: 'unknown' },
    { status: 408, body: '', remedy: 'retry', effect: 'unknown' },
    { status: 500, body: { code: 20500 }, remedy: 'retry', effect: 'unknown' },
    { status: 500, body: { code: 50504 }, remedy: 'retry', effect: 'unknown' },
    { status: 503, body: '', remedy: 'retry', effect: 'unknown' },
    { status: 504, body: 'upstream', remedy: 'retry', effect: 'unknown' },
    { status: 302, body: '', remedy: 'retry', effect: 'unknown' },
  ])('$status with $body is $effect, remedy $remedy', ({ status, body, remedy, effect }) => {
    expect(twilioErrorFrom('POST /v2', answer(status, body))).toMatchObject({ remedy, effect, status });
  });

  test.each(['', 'not found', '<html>', '{}', '[]', 'null', '{"code":"none"}'])(
    'of the 4xx with a body of somebody in between (%p) is unknown and retried',
    (body) => {
      for (const status of [400, 404, 409])
        expect(twilioErrorFrom('POST /v2', answer(status, body))).toMatchObject({
          remedy: 'retry',
          effect: 'unknown',
          code: undefined,
        });
    },
  );
});

describe('Retry-After', () => {
  const asked = (headers: Record<string, string>) => twilioErrorFrom('GET /v2', answer(429, '', headers)).retryAfter;

  test('is obeyed in seconds and as a date, counted from the answer itself', () => {
    expect(asked({ 'retry-after': '7' })).toBe(7);
    const date = 'Sun, 22 Nov 2026 10:00:00 GMT';
    expect(asked({ 'retry-after': 'Sun, 22 Nov 2026 10:01:30 GMT', date })).toBe(90);
    expect(asked({ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT', date })).toBe(0);
  });

  test('is asked anew after a quarter of an hour, whatever it says: no answer silences a chat for good', () => {
    const date = 'Sun, 22 Nov 2026 10:00:00 GMT';
    for (const long of ['1790000000', '9'.repeat(400), 'Mon, 22 Nov 2027 10:00:00 GMT'])
      expect(asked({ 'retry-after': long, date })).toBe(900);
    expect(asked({ 'retry-after': '900' })).toBe(900);
  });

  test('that cannot be read asks for nothing', () => {
    expect(asked({})).toBeUndefined();
    expect(asked({ 'retry-after': 'soon' })).toBeUndefined();
    expect(asked({ 'retry-after': '-3' })).toBeUndefined();
  });
});

test('what is gone is gone when Twilio says so, not when a proxy finds no page', () => {
  expect(saysGone(refusal(404, 20404))).toBe(true);
  expect(saysGone(refusal(404, 50500))).toBe(true);
  expect(saysGone(refusal(400, 50350))).toBe(true);
  expect(saysGone(twilioErrorFrom('GET /v2', answer(404, '<html>')))).toBe(false);
  expect(saysGone(refusal(400, 50304))).toBe(false);
});

test('the message names method, path, status and code, and nothing that Twilio said', () => {
  expect(refusal(400, 50304).message).toBe('POST /v2: 400, code 50304');
});
