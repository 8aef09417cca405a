/** What Twilio refuses in places where it seldom does: nothing waits for it for ever, and somebody is told. */
import { describe, expect, test } from '@jest/globals';
import type { TwilioRequest } from '../../local-twilio/respond.ts';
import { listParked } from '../../src/core/operate/parked.ts';
import { AGENTS, channelUrl, conversationsUrl, openStage } from './stage.ts';

type Refusal = { readonly status: number; readonly code: number };

/** A Twilio that can be told what to refuse of the bridge's calls. */
const openRefusing = (plan: Parameters<typeof openStage>[0] = {}) => {
  let refuses: (asked: TwilioRequest) => Refusal | undefined = () => undefined;
  const stage = openStage({
    ...plan,
    tap: (answers) => async (asked) => {
      const refused = refuses(asked);
      return refused === undefined
        ? answers(asked)
        : { status: refused.status, headers: {}, body: JSON.stringify({ ...refused, message: 'refused' }) };
    },
  });
  return {
    ...stage,
    refuses: (next: typeof refuses) => {
      refuses = next;
    },
    parked: () => listParked(stage.store, {}),
  };
};

/** Known to be final: https://www.twilio.com/docs/api/errors/50408 */
const NEVER = { status: 400, code: 50408 } as const;
const isErase = ({ method, path }: TwilioRequest) => method === 'DELETE' && path.includes('/Messages/');

const quiet = async ({ settle, entries }: Pick<ReturnType<typeof openStage>, 'settle' | 'entries'>): Promise<void> => {
  const before = entries.length;
  await settle(10);
  const steps = entries.slice(before).map(({ entry: { step, reason } }) => `${step} ${reason}`);
  expect(new Set(steps)).toEqual(new Set(['swept clean', 'swept undefined']));
};

describe('a removal that Twilio will not carry out', () => {
  test.each(['told', 'not told'])('is parked, and the chat goes on at once (%s)', async (told) => {
    const stage = openRefusing();
    const chat = await stage.linkedChat();
    const { sid } = stage.customerWrites(chat, 'hello');
    await stage.settle(3);
    stage.refuses((asked) => (isErase(asked) ? NEVER : undefined));
    const end = stage.twilio.faults.add({ fault: 'webhook.lost', p: told === 'told' ? 0 : 1 });
    stage.twilio.customer.deletes(chat.channel, sid);
    end();
    stage.customerWrites(chat, 'still there?');
    await stage.settle(told === 'told' ? 0.5 : 10);

    expect(stage.said('frontline', chat)).toEqual([
      'hello',
      'still there?',
      expect.stringMatching(/^\[Bridge\] A message that was deleted is still shown here .*50408/),
    ]);
    expect(await stage.parked()).toMatchObject([{ sid, reason: 'refused', code: 50408, edit: true }]);
    await quiet(stage);
  });

  test('of a copy that was not wanted any more does not hold up the lane', async () => {
    const stage = openRefusing();
    const chat = await stage.linkedChat();
    stage.refuses((asked) => (isErase(asked) ? NEVER : undefined));
    const end = stage.twilio.faults.add({ fault: 'webhook.delayed', p: 1, maxMs: 60_000, only: 'onMessageSent' });
    const { sid } = stage.customerWrites(chat, 'hello');
    end();
    stage.twilio.customer.deletes(chat.channel, sid);
    await stage.settle(3);
    stage.customerWrites(chat, 'next');
    await stage.settle(3);
    expect(stage.said('frontline', chat)).toContain('next');
  });
});

test('A channel that is deleted takes no copy with it', async () => {
  const stage = openStage();
  const chat = await stage.linkedChat();
  const { sid } = stage.customerWrites(chat, 'hello');
  await stage.settle(3);
  const down = stage.twilio.faults.add({ fault: 'side.down', p: 1, account: 'flex', how: '503' });
  stage.twilio.customer.edits(chat.channel, sid, 'better');
  await stage.settle(1);
  down();
  await stage.rest('flex', 'DELETE', channelUrl(chat)).catch(() => undefined);
  await stage.settle(60);
  expect(stage.said('frontline', chat)).toEqual(['hello']);
});

test('A notice that meets one 404 comes all the same', async () => {
  const stage = openRefusing();
  const chat = await stage.linkedChat();
  let times = 1;
  stage.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison' });
  stage.refuses(({ method, body }) =>
    method === 'POST' && body.includes('Bridge%5D') && times-- > 0 ? { status: 404, code: 20404 } : undefined,
  );
  stage.frontlineAgentWrites(chat, 'poison');
  await stage.settle(10);
  expect(stage.said('frontline', chat)).toEqual(['poison', expect.stringContaining('[Bridge] A message of yours')]);
});

test('An accept whose history meets one 404 is not forgotten beside another', async () => {
  const stage = openRefusing();
  const chat = stage.begins();
  stage.customerWrites(chat, 'hello');
  await stage.settle(0.1);
  const until = stage.time.now() + 6_000;
  stage.refuses(({ method, host, path }) =>
    method === 'POST' && host.startsWith('conversations') && path.endsWith('/Messages') && stage.time.now() < until
      ? { status: 404, code: 20404 }
      : undefined,
  );
  stage.accepts(chat, AGENTS.ann, 'never');
  await stage.settle(0.01);
  stage.accepts(chat, AGENTS.ben, 'never');
  await stage.settle(10);
  expect(stage.people('frontline', chat)).toEqual(expect.arrayContaining(['jo', AGENTS.ann.email, AGENTS.ben.email]));
  expect(stage.said('frontline', chat)).toEqual(['hello']);
});

test.each([
  ['users', 'conversations', '/Users/'],
  ['members', 'chat', '/Members'],
])('A look at %s that is refused before the pair begins holds nobody up, and is parked', async (_, host, path) => {
  const stage = openRefusing();
  const chat = stage.begins();
  await stage.settle(0.1);
  stage.refuses((asked) =>
    asked.method === 'GET' && asked.host.startsWith(host) && asked.path.includes(path) ? NEVER : undefined,
  );
  stage.accepts(chat);
  await stage.settle(0.5);
  expect(stage.journal('parked(refused)')).toMatchObject([{ code: 50408 }]);
  expect((await stage.dead()).map(({ reason }) => reason)).toEqual(['refused']);
  await stage.settle(10);
  expect(stage.journal('parked(refused)')).toHaveLength(1);
});

test('Two equal texts of one second are two, though the first one lost its stamp and the second its answer', async () => {
  const stage = openStage();
  const chat = await stage.linkedChat();
  // The lane back does not know how far the conversation has come.
  const lost = stage.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  stage.frontlineAgentWrites(chat, 'of which nobody told');
  lost();
  await stage.settle((1_000 - (stage.time.now() % 1_000)) / 60_000);
  stage.customerWrites(chat, 'ok');
  await stage.settle(0.008);
  const copy = stage.transcript('frontline', chat).at(-1);
  const only = 'POST conversations.messages';
  const down = stage.twilio.faults.add({ fault: 'side.down', p: 1, account: 'frontline', how: 'hang', only });
  stage.customerWrites(chat, 'ok');
  const url = `${conversationsUrl}/${stage.conversation(chat).sid}/Messages/${copy?.sid}`;
  await stage.rest('frontline', 'POST', url, { Attributes: '{"app":1}' });
  await stage.settle(0.3);
  down();
  await stage.settle(60);
  expect(stage.said('frontline', chat).filter((text) => text === 'ok')).toHaveLength(2);
});

describe('a copy that somebody changes whenever it is put right', () => {
  const withWar = async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const { sid } = stage.customerWrites(chat, 'hello');
    await stage.settle(3);
    const [copy] = stage.transcript('frontline', chat);
    const meddle = () =>
      stage.twilio.frontlineAgent.edits(AGENTS.ann.email, stage.conversation(chat).sid, copy?.sid ?? '', 'mine');
    for (let n = 0; n < 8; n += 1) {
      meddle();
      await stage.settle(1.5);
    }
    return { stage, chat, sid, meddle };
  };
  const notices = (texts: readonly string[]) => texts.filter((text) => text.startsWith('[Bridge]'));

  test('is left to him after the fifth time in an hour, and that is told once', async () => {
    const { stage, chat, sid } = await withWar();
    const writes = stage.calls()['frontline POST conversations.message'];
    expect(writes).toBe(5);
    expect(stage.said('frontline', chat)[0]).toBe('mine');
    expect(notices(stage.said('frontline', chat))).toEqual([
      expect.stringContaining('its copy is changed again and again'),
    ]);
    expect(await listParked(stage.store, {})).toMatchObject([{ sid, reason: 'altered', edit: true }]);
    await quiet(stage);
  });

  test('follows its source again when that is edited', async () => {
    const { stage, chat, sid, meddle } = await withWar();
    stage.twilio.customer.edits(chat.channel, sid, 'hello again');
    await stage.settle(1);
    expect(stage.said('frontline', chat)[0]).toBe('hello again');
    expect(await listParked(stage.store, {})).toEqual([]);
    meddle();
    await stage.settle(2);
    expect(stage.said('frontline', chat)[0]).toBe('hello again');
  });
});

describe('what Twilio never takes, and says so by no final code', () => {
  /** Two chats; of the first, what holds `poison` is answered so. */
  const withTwo = async (refusal: Refusal, all = false) => {
    const stage = openRefusing();
    const chat = await stage.linkedChat();
    const other = stage.begins('Al', 'al');
    await stage.settle(0.1);
    stage.accepts(other, AGENTS.ben);
    await stage.settle(3);
    for (const one of [chat, other]) stage.customerWrites(one, 'before');
    await stage.settle(1);
    const refused = (body: string): boolean => all || body.includes('poison');
    stage.refuses(({ method, host, path, body }) =>
      method === 'POST' && host.startsWith('conversations') && path.includes('/Messages') && refused(body)
        ? refusal
        : undefined,
    );
    const pass = async (hours: number): Promise<void> => {
      for (let n = 0; n < hours * 6; n += 1) {
        stage.customerWrites(other, `${stage.time.now()}`);
        await stage.settle(10);
      }
    };
    return { stage, chat, other, pass };
  };
  const people = (texts: readonly string[]) =>
    texts.filter((text) => !text.startsWith('[Bridge]') && text !== 'before');

  test.each([
    { status: 500, code: 20500 },
    { status: 400, code: 0 },
    { status: 401, code: 0 },
  ])('is given up after an hour in which others got through (%j)', async (refusal) => {
    const { stage, chat, pass } = await withTwo(refusal);
    stage.customerWrites(chat, 'poison');
    stage.customerWrites(chat, 'still there?');
    await pass(0.5);
    expect(people(stage.said('frontline', chat))).toEqual([]);
    await pass(2);
    expect(people(stage.said('frontline', chat))).toEqual(['still there?']);
    expect(stage.said('frontline', chat)).toContainEqual(
      expect.stringMatching(/^\[Bridge\] A message .*did not take it for an hour/),
    );
    expect(await stage.parked()).toMatchObject([{ reason: 'gave_up', edit: false }]);
  });

  test('an edit, too', async () => {
    const { stage, chat, pass } = await withTwo({ status: 500, code: 20500 });
    const { sid } = stage.customerWrites(chat, 'hello');
    const told = stage.customerWrites(chat, 'and').sid;
    await stage.settle(1);
    stage.twilio.customer.edits(chat.channel, told, 'poison');
    const lost = stage.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    stage.twilio.customer.edits(chat.channel, sid, 'poison too');
    lost();
    await pass(3);
    expect(people(stage.said('frontline', chat))).toEqual(['hello', 'and']);
    expect((await stage.parked()).map(({ reason, edit }) => [reason, edit])).toEqual([
      ['gave_up', true],
      ['gave_up', true],
    ]);
    await quiet(stage);
  });

  test('an edit that waits holds up no other edit', async () => {
    const { stage, chat } = await withTwo({ status: 500, code: 20500 });
    const [first, second] = [stage.customerWrites(chat, 'first').sid, stage.customerWrites(chat, 'second').sid];
    await stage.settle(1);
    const lost = stage.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    stage.twilio.customer.edits(chat.channel, first, 'poison');
    await stage.settle(3);
    const down = stage.twilio.faults.add({ fault: 'side.down', p: 1, account: 'frontline', how: '503' });
    lost();
    stage.twilio.customer.edits(chat.channel, second, 'better');
    await stage.settle(20);
    down();
    await stage.settle(10);
    expect(people(stage.said('frontline', chat))).toEqual(['first', 'better']);
  });

  test('waits for as long as nobody else gets through either, and crosses in order', async () => {
    const { stage, chat, pass } = await withTwo({ status: 500, code: 20500 }, true);
    stage.customerWrites(chat, 'one');
    stage.customerWrites(chat, 'two');
    await pass(6);
    expect(await stage.parked()).toEqual([]);
    stage.refuses(() => undefined);
    await stage.settle(10);
    expect(people(stage.said('frontline', chat))).toEqual(['one', 'two']);
  });

  test('counts no pause that Twilio asked for, and no closed conversation', async () => {
    const { stage, chat, pass } = await withTwo({ status: 429, code: 20429 });
    stage.customerWrites(chat, 'poison');
    await pass(3);
    stage.refuses(() => undefined);
    await stage.settle(10);
    expect(people(stage.said('frontline', chat))).toEqual(['poison']);
  });
});
