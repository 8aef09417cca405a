import { beforeAll, describe, expect, test } from '@jest/globals';
import { FLEX } from '../../local-twilio/defaults.ts';
import type { Judge } from '../../local-twilio/respond.ts';
import type { Call, RestRoute } from '../../local-twilio/rest/call.ts';
import { HOSTS } from '../../local-twilio/rest/routes.ts';
import { createJudge, SpecificationMismatch } from '../../local-twilio/validation/judge.ts';

let judge: Judge;
beforeAll(async () => {
  judge = await createJudge();
});

const host = 'chat.twilio.com';
const route = (method: string, name: string): RestRoute => {
  const found = HOSTS[host]?.find((one) => one.method === method && one.name === name);
  if (found === undefined) throw new Error(`no route ${method} ${name}`);
  return found;
};
const call = (query: string, form: string, headers: Record<string, string> = {}) =>
  ({
    path: `/v2/Services/${FLEX.chatServiceSid}/Channels/CH${'a'.repeat(32)}/Messages`,
    query: new URLSearchParams(query),
    form: new URLSearchParams(form),
    headers,
  }) as Call;

describe("an answer of ours that Twilio's specification does not allow is a bug", () => {
  const message = { sid: `IM${'a'.repeat(32)}` as const, index: 0, body: null, date_created: '2020-03-14T17:04:44Z' };

  test('a right one passes', () => {
    expect(() => judge.answer(host, route('POST', 'chat.messages'), { status: 201, body: message })).not.toThrow();
  });

  test.each([
    ['a SID of another kind', { ...message, sid: `CH${'a'.repeat(32)}` as const }],
    ['an index that is a text', { ...message, index: '0' }],
    ['a date that is none', { ...message, date_created: 'yesterday' }],
    ['attributes that are no text', { ...message, attributes: {} }],
  ])('%s', (_, body) => {
    const answer = () => judge.answer(host, route('POST', 'chat.messages'), { status: 201, body });
    expect(answer).toThrow(SpecificationMismatch);
  });

  test('a status that the operation does not have', () => {
    const answer = () => judge.answer(host, route('POST', 'chat.messages'), { status: 200, body: message });
    expect(answer).toThrow(SpecificationMismatch);
  });
});

describe('a request that the specification does not allow is refused', () => {
  test('a right one passes', () => {
    const form = call('', 'Body=hello&From=jo&DateCreated=2020-03-14T17%3A04%3A44.742Z', {
      'x-twilio-webhook-enabled': 'true',
    });
    expect(() => judge.request(host, route('POST', 'chat.messages'), form)).not.toThrow();
    const list = call('Order=desc&PageSize=100', '');
    expect(() => judge.request(host, route('GET', 'chat.messages'), list)).not.toThrow();
  });

  test.each([
    ['a parameter of another API', 'POST', call('', 'Body=hello&Author=jo')],
    ['a date that is none', 'POST', call('', 'Body=hello&DateCreated=today')],
    [
      'a webhook header that is neither true nor false',
      'POST',
      call('', 'Body=a', { 'x-twilio-webhook-enabled': '1' }),
    ],
    ['an order that does not exist', 'GET', call('Order=newest', '')],
    ['a page that is too large', 'GET', call('PageSize=5000', '')],
    ['a query parameter that does not exist', 'GET', call('After=5', '')],
  ])('%s', (_, method, asked) => {
    expect(() => judge.request(host, route(method, 'chat.messages'), asked)).toThrow(
      expect.objectContaining({ status: 400, code: 20001 }),
    );
  });
});

test('every route is an operation of the specification of its host', () => {
  for (const [place, routes] of Object.entries(HOSTS))
    for (const one of routes)
      expect(() => judge.answer(place, one, { status: 299 })).toThrow(/no answer has status 299$/);
});
