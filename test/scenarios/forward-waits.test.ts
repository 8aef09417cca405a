/** How long the customer's SMS waits while Flex's own webhook answers every fourth event with an error, twice. */
import { describe, expect, test } from '@jest/globals';
import type { TwilioRequest, TwilioResponse } from '../../local-twilio/respond.ts';
import { type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const SECOND = 1_000;
const EVENTS = 69;
const LINES = 3;
const MOST_MS = 15 * SECOND;

/** What is done with an event that is answered with an error: nothing, all, or all a while after the answer. */
type Doing = 'nothing' | 'all' | 'all, later';
const LATER_MS = 7 * SECOND;

/** Another event each time its first post comes; posts of the same one share its number. */
const answerEachFourthWithErrors = (harness: ScenarioHarness, doing: Doing, error: TwilioResponse) => {
  const { respond } = harness.twilio;
  const posts = new Map<string, number>();
  const answer = async (request: TwilioRequest): Promise<TwilioResponse | 'destroyed'> => {
    const sid = new URLSearchParams(request.body).get('MessageSid') ?? '';
    if (request.host !== 'webhooks.twilio.com' || sid === '') return respond(request);
    const known = [...posts.keys()].indexOf(sid);
    const number = known < 0 ? posts.size + 1 : known + 1;
    const tries = (posts.get(sid) ?? 0) + 1;
    posts.set(sid, tries);
    if (number % 4 !== 0 || tries > 2) return respond(request);
    if (doing === 'all') await respond(request);
    if (doing === 'all, later') harness.time.after(LATER_MS, () => void respond(request));
    return error;
  };
  Object.assign(harness.twilio, { respond: answer });
  return { failing: () => [...posts.keys()].filter((_, n) => (n + 1) % 4 === 0), seen: () => posts.size };
};

const phoneOf = (number: number): string => `+1555010999${number}`;

const linked = async (harness: ScenarioHarness, kind: 'sms' | 'web'): Promise<readonly Chat[]> => {
  const chats = Array.from({ length: LINES }, (_, n) =>
    kind === 'sms' ? harness.texts(phoneOf(n), 'hi') : harness.begins(`Jo ${n}`, `jo-${n}`),
  );
  await harness.settle(0.1);
  for (const chat of chats) harness.accepts(chat);
  await harness.settle(3);
  return chats;
};

/** Agents write in turn, a text each half second. @returns when each was written, by chat, in order. */
const writeAll = async (harness: ScenarioHarness, chats: readonly Chat[]) => {
  const written = chats.map((): { readonly sid: string; readonly text: string; readonly at: number }[] => []);
  for (let n = 0; n < EVENTS; n += 1) {
    const chat = chats[n % LINES];
    if (chat === undefined) throw new Error('no such chat');
    const { sid } = harness.flexAgentWrites(chat, `text ${n}`);
    written[n % LINES]?.push({ sid, text: `text ${n}`, at: harness.time.now() });
    await harness.time.runUntil(harness.time.now() + SECOND / 2);
  }
  return written;
};

const endOf = (harness: ScenarioHarness, sid: string): number =>
  harness.entries.find(
    ({ entry: { lane, step, sids } }) =>
      lane === 'forward' && sids[0] === sid && (step === 'forwarded' || step === 'skipped'),
  )?.at ?? Number.POSITIVE_INFINITY;

/** From its being the head of its channel's line until it is through. */
const waits = (harness: ScenarioHarness, line: readonly { readonly sid: string; readonly at: number }[]) =>
  line.map(({ sid, at }, n) => {
    const before = line[n - 1];
    return endOf(harness, sid) - Math.max(at, before === undefined ? 0 : endOf(harness, before.sid));
  });

const said = (harness: ScenarioHarness, sid: string): number =>
  harness.entries.filter(({ entry }) => entry.reason === 'perhaps_sent_twice' && entry.sids[0] === sid).length;

const twilios: TwilioResponse = {
  status: 500,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ code: 20500, message: 'internal', more_info: '', status: 500 }),
};
const bare: TwilioResponse = { status: 500, headers: {}, body: '' };

const play = async (kind: 'sms' | 'web', named: boolean, doing: Doing, error: TwilioResponse) => {
  const harness = scenarioHarness();
  harness.twilio.switches.interactionsNameMessages = named;
  const chats = await linked(harness, kind);
  const webhook = answerEachFourthWithErrors(harness, doing, error);
  const written = await writeAll(harness, chats);
  await harness.settle(3);
  expect(webhook.seen()).toBe(EVENTS);
  expect(webhook.failing()).toHaveLength(17);
  expect(Math.max(...written.flatMap((line) => waits(harness, line)))).toBeLessThanOrEqual(MOST_MS);
  return { harness, written, failing: webhook.failing() };
};

const phone = (harness: ScenarioHarness, number: number): readonly string[] =>
  harness.twilio.customer.phone(phoneOf(number)).map(({ body }) => body);

describe.each([
  ['names', true],
  ['does not name', false],
] as const)(
  'when every fourth of 69 events is answered with 500 twice, and Proxy %s messages, each is through 15 s after its turn came',
  (_, named) => {
    test.each([
      ['with Twilio’s error body', twilios],
      ['without', bare],
    ])('and what was not done is sent once, and said to be perhaps sent twice (%s)', async (__, error) => {
      const { harness, written, failing } = await play('sms', named, 'nothing', error);
      for (const [n, line] of written.entries()) expect(phone(harness, n)).toEqual(line.map(({ text }) => text));
      for (const line of written)
        for (const { sid } of line) expect(said(harness, sid)).toBe(failing.includes(sid) ? 2 : 0);
    });

    test('and what was done all the same is found in the session, and not sent again', async () => {
      const { harness, written } = await play('sms', named, 'all', twilios);
      for (const [n, line] of written.entries()) {
        expect(phone(harness, n)).toEqual(line.map(({ text }) => text));
        for (const { sid } of line) expect(said(harness, sid)).toBe(0);
      }
    });

    test('and what is done later than anybody waits is sent again, and never without a word', async () => {
      const { harness, written, failing } = await play('sms', named, 'all, later', twilios);
      for (const [n, line] of written.entries()) {
        const got = harness.twilio.customer.phone(phoneOf(n)).map(({ messageSid }) => messageSid);
        expect([...new Set(got)]).toEqual(line.map(({ sid }) => sid));
        for (const { sid } of line) {
          const times = got.filter((one) => one === sid).length;
          expect(times).toBeLessThanOrEqual(1 + said(harness, sid));
          if (!failing.includes(sid)) expect(times).toBe(1);
        }
      }
    });
  },
);

test('web chats have no Proxy session: each event is through within 15 s there, too, and nothing is said of doubles', async () => {
  const { harness, written } = await play('web', true, 'nothing', bare);
  for (const line of written) for (const { sid } of line) expect(said(harness, sid)).toBe(0);
});
