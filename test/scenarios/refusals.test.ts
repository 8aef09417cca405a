/** What Twilio refuses in places where it seldom does: nothing waits for it for ever, and somebody is told. */
import { describe, expect, test } from '@jest/globals';
import type { TwilioRequest } from '../../local-twilio/respond.ts';
import { listParked } from '../../src/core/operate/parked.ts';
import { AGENTS, channelUrl, conversationsUrl, scenarioHarness } from './harness.ts';

type Refusal = { readonly status: number; readonly code: number };

/** A Twilio that can be told what to refuse of the bridge's calls. */
const openRefusing = (plan: Parameters<typeof scenarioHarness>[0] = {}) => {
  let refuses: (asked: TwilioRequest) => Refusal | undefined = () => undefined;
  const harness = scenarioHarness({
    ...plan,
    tap: (answers) => async (asked) => {
      const refused = refuses(asked);
      return refused === undefined
        ? answers(asked)
        : { status: refused.status, headers: {}, body: JSON.stringify({ ...refused, message: 'refused' }) };
    },
  });
  return {
    ...harness,
    refuses: (next: typeof refuses) => {
      refuses = next;
    },
    parked: () => listParked(harness.store, {}),
  };
};

/** Known to be final: https://www.twilio.com/docs/api/errors/50408 */
const NEVER = { status: 400, code: 50408 } as const;
const isErase = ({ method, path }: TwilioRequest) => method === 'DELETE' && path.includes('/Messages/');

const quiet = async ({
  settle,
  entries,
}: Pick<ReturnType<typeof scenarioHarness>, 'settle' | 'entries'>): Promise<void> => {
  const before = entries.length;
  await settle(10);
  const steps = entries.slice(before).map(({ entry: { step, reason } }) => `${step} ${reason}`);
  expect(new Set(steps)).toEqual(new Set(['swept clean', 'swept undefined']));
};

describe('a removal that Twilio will not carry out', () => {
  test.each(['told', 'not told'])('is parked, and the chat goes on at once (%s)', async (told) => {
    const harness = openRefusing();
    const chat = await harness.linkedChat();
    const { sid } = harness.customerWrites(chat, 'hello');
    await harness.settle(3);
    harness.refuses((asked) => (isErase(asked) ? NEVER : undefined));
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: told === 'told' ? 0 : 1 });
    harness.twilio.customer.deletes(chat.channel, sid);
    end();
    harness.customerWrites(chat, 'still there?');
    await harness.settle(told === 'told' ? 0.5 : 10);

    expect(harness.said('frontline', chat)).toEqual([
      'hello',
      'still there?',
      expect.stringMatching(/^\[Bridge\] A message that was deleted is still shown here .*50408/),
    ]);
    expect(await harness.parked()).toMatchObject([{ sid, reason: 'refused', code: 50408, edit: true }]);
    await quiet(harness);
  });

  test('of a copy that was not wanted any more does not hold up the lane', async () => {
    const harness = openRefusing();
    const chat = await harness.linkedChat();
    harness.refuses((asked) => (isErase(asked) ? NEVER : undefined));
    const end = harness.twilio.faults.add({ fault: 'webhook.delayed', p: 1, maxMs: 60_000, only: 'onMessageSent' });
    const { sid } = harness.customerWrites(chat, 'hello');
    end();
    harness.twilio.customer.deletes(chat.channel, sid);
    await harness.settle(3);
    harness.customerWrites(chat, 'next');
    await harness.settle(3);
    expect(harness.said('frontline', chat)).toContain('next');
  });
});

test('A channel that is deleted takes no copy with it', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  const { sid } = harness.customerWrites(chat, 'hello');
  await harness.settle(3);
  const down = harness.twilio.faults.add({ fault: 'side.down', p: 1, account: 'flex', how: '503' });
  harness.twilio.customer.edits(chat.channel, sid, 'better');
  await harness.settle(1);
  down();
  await harness.rest('flex', 'DELETE', channelUrl(chat)).catch(() => undefined);
  await harness.settle(60);
  expect(harness.said('frontline', chat)).toEqual(['hello']);
});

test('A notice that meets one 404 comes all the same', async () => {
  const harness = openRefusing();
  const chat = await harness.linkedChat();
  let times = 1;
  harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison' });
  harness.refuses(({ method, body }) =>
    method === 'POST' && body.includes('Bridge%5D') && times-- > 0 ? { status: 404, code: 20404 } : undefined,
  );
  harness.frontlineAgentWrites(chat, 'poison');
  await harness.settle(10);
  expect(harness.said('frontline', chat)).toEqual(['poison', expect.stringContaining('[Bridge] A message of yours')]);
});

test('An accept whose history meets one 404 is not forgotten beside another', async () => {
  const harness = openRefusing();
  const chat = harness.begins();
  harness.customerWrites(chat, 'hello');
  await harness.settle(0.1);
  const until = harness.time.now() + 6_000;
  harness.refuses(({ method, host, path }) =>
    method === 'POST' && host.startsWith('conversations') && path.endsWith('/Messages') && harness.time.now() < until
      ? { status: 404, code: 20404 }
      : undefined,
  );
  harness.accepts(chat, AGENTS.ann, 'never');
  await harness.settle(0.01);
  harness.accepts(chat, AGENTS.ben, 'never');
  await harness.settle(10);
  expect(harness.people('frontline', chat)).toEqual(expect.arrayContaining(['jo', AGENTS.ann.email, AGENTS.ben.email]));
  expect(harness.said('frontline', chat)).toEqual(['hello']);
});

test.each([
  ['users', 'conversations', '/Users/'],
  ['members', 'chat', '/Members'],
])('A look at %s that is refused before the pair begins holds nobody up, and is parked', async (_, host, path) => {
  const harness = openRefusing();
  const chat = harness.begins();
  await harness.settle(0.1);
  harness.refuses((asked) =>
    asked.method === 'GET' && asked.host.startsWith(host) && asked.path.includes(path) ? NEVER : undefined,
  );
  harness.accepts(chat);
  await harness.settle(0.5);
  expect(harness.journal('parked(refused)')).toMatchObject([{ code: 50408 }]);
  expect((await harness.dead()).map(({ reason }) => reason)).toEqual(['refused']);
  await harness.settle(10);
  expect(harness.journal('parked(refused)')).toHaveLength(1);
});

test('Two equal texts of one second are two, though the first one lost its stamp and the second its answer', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  // The lane back does not know how far the conversation has come.
  const lost = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  harness.frontlineAgentWrites(chat, 'of which nobody told');
  lost();
  await harness.settle((1_000 - (harness.time.now() % 1_000)) / 60_000);
  harness.customerWrites(chat, 'ok');
  await harness.settle(0.008);
  const copy = harness.transcript('frontline', chat).at(-1);
  const only = 'POST conversations.messages';
  const down = harness.twilio.faults.add({ fault: 'side.down', p: 1, account: 'frontline', how: 'hang', only });
  harness.customerWrites(chat, 'ok');
  const url = `${conversationsUrl}/${harness.conversation(chat).sid}/Messages/${copy?.sid}`;
  await harness.rest('frontline', 'POST', url, { Attributes: '{"app":1}' });
  await harness.settle(0.3);
  down();
  await harness.settle(60);
  expect(harness.said('frontline', chat).filter((text) => text === 'ok')).toHaveLength(2);
});

describe('a copy that somebody changes whenever it is put right', () => {
  const withWar = async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const { sid } = harness.customerWrites(chat, 'hello');
    await harness.settle(3);
    const [copy] = harness.transcript('frontline', chat);
    const meddle = () =>
      harness.twilio.frontlineAgent.edits(AGENTS.ann.email, harness.conversation(chat).sid, copy?.sid ?? '', 'mine');
    for (let n = 0; n < 8; n += 1) {
      meddle();
      await harness.settle(1.5);
    }
    return { harness, chat, sid, meddle };
  };
  const notices = (texts: readonly string[]) => texts.filter((text) => text.startsWith('[Bridge]'));

  test('is left to him after the fifth time in an hour, and that is told once', async () => {
    const { harness, chat, sid } = await withWar();
    const writes = harness.calls()['frontline POST conversations.message'];
    expect(writes).toBe(5);
    expect(harness.said('frontline', chat)[0]).toBe('mine');
    expect(notices(harness.said('frontline', chat))).toEqual([
      expect.stringContaining('its copy is changed again and again'),
    ]);
    expect(await listParked(harness.store, {})).toMatchObject([{ sid, reason: 'altered', edit: true }]);
    await quiet(harness);
  });

  test('follows its source again when that is edited', async () => {
    const { harness, chat, sid, meddle } = await withWar();
    harness.twilio.customer.edits(chat.channel, sid, 'hello again');
    await harness.settle(1);
    expect(harness.said('frontline', chat)[0]).toBe('hello again');
    expect(await listParked(harness.store, {})).toEqual([]);
    meddle();
    await harness.settle(2);
    expect(harness.said('frontline', chat)[0]).toBe('hello again');
  });
});

describe('what Twilio never takes, and says so by no final code', () => {
  /** Two chats; of the first, what holds `poison` is answered so. */
  const withTwo = async (refusal: Refusal, all = false) => {
    const harness = openRefusing();
    const chat = await harness.linkedChat();
    const other = harness.begins('Al', 'al');
    await harness.settle(0.1);
    harness.accepts(other, AGENTS.ben);
    await harness.settle(3);
    for (const one of [chat, other]) harness.customerWrites(one, 'before');
    await harness.settle(1);
    const refused = (body: string): boolean => all || body.includes('poison');
    harness.refuses(({ method, host, path, body }) =>
      method === 'POST' && host.startsWith('conversations') && path.includes('/Messages') && refused(body)
        ? refusal
        : undefined,
    );
    const pass = async (hours: number): Promise<void> => {
      for (let n = 0; n < hours * 6; n += 1) {
        harness.customerWrites(other, `${harness.time.now()}`);
        await harness.settle(10);
      }
    };
    return { harness, chat, other, pass };
  };
  const people = (texts: readonly string[]) =>
    texts.filter((text) => !text.startsWith('[Bridge]') && text !== 'before');

  test.each([
    { status: 500, code: 20500 },
    { status: 400, code: 0 },
    { status: 401, code: 0 },
  ])('is given up after an hour in which others got through (%j)', async (refusal) => {
    const { harness, chat, pass } = await withTwo(refusal);
    harness.customerWrites(chat, 'poison');
    harness.customerWrites(chat, 'still there?');
    await pass(0.5);
    expect(people(harness.said('frontline', chat))).toEqual([]);
    await pass(2);
    expect(people(harness.said('frontline', chat))).toEqual(['still there?']);
    expect(harness.said('frontline', chat)).toContainEqual(
      expect.stringMatching(/^\[Bridge\] A message .*did not take it for an hour/),
    );
    expect(await harness.parked()).toMatchObject([{ reason: 'gave_up', edit: false }]);
  });

  test('an edit, too', async () => {
    const { harness, chat, pass } = await withTwo({ status: 500, code: 20500 });
    const { sid } = harness.customerWrites(chat, 'hello');
    const told = harness.customerWrites(chat, 'and').sid;
    await harness.settle(1);
    harness.twilio.customer.edits(chat.channel, told, 'poison');
    const lost = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.customer.edits(chat.channel, sid, 'poison too');
    lost();
    await pass(3);
    expect(people(harness.said('frontline', chat))).toEqual(['hello', 'and']);
    expect((await harness.parked()).map(({ reason, edit }) => [reason, edit])).toEqual([
      ['gave_up', true],
      ['gave_up', true],
    ]);
    await quiet(harness);
  });

  test('an edit that waits holds up no other edit', async () => {
    const { harness, chat } = await withTwo({ status: 500, code: 20500 });
    const [first, second] = [harness.customerWrites(chat, 'first').sid, harness.customerWrites(chat, 'second').sid];
    await harness.settle(1);
    const lost = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.customer.edits(chat.channel, first, 'poison');
    await harness.settle(3);
    const down = harness.twilio.faults.add({ fault: 'side.down', p: 1, account: 'frontline', how: '503' });
    lost();
    harness.twilio.customer.edits(chat.channel, second, 'better');
    await harness.settle(20);
    down();
    await harness.settle(10);
    expect(people(harness.said('frontline', chat))).toEqual(['first', 'better']);
  });

  test('waits for as long as nobody else gets through either, and crosses in order', async () => {
    const { harness, chat, pass } = await withTwo({ status: 500, code: 20500 }, true);
    harness.customerWrites(chat, 'one');
    harness.customerWrites(chat, 'two');
    await pass(6);
    expect(await harness.parked()).toEqual([]);
    harness.refuses(() => undefined);
    await harness.settle(10);
    expect(people(harness.said('frontline', chat))).toEqual(['one', 'two']);
  });

  test('counts no pause that Twilio asked for, and no closed conversation', async () => {
    const { harness, chat, pass } = await withTwo({ status: 429, code: 20429 });
    harness.customerWrites(chat, 'poison');
    await pass(3);
    harness.refuses(() => undefined);
    await harness.settle(10);
    expect(people(harness.said('frontline', chat))).toEqual(['poison']);
  });
});
