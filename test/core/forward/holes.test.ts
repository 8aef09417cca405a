import { beforeEach, describe, expect, test } from '@jest/globals';
import { AGENTS, FLEX } from '../../../local-twilio/defaults.ts';
import { configWith, secretsWith } from '../../../sim/settings.ts';
import { stampedAttributes } from '../../../src/core/copies/stamp.ts';
import { messageKey } from '../../../src/core/forward/compose.ts';
import { forwardHoles } from '../../../src/core/forward/holes.ts';
import type { ChannelSid } from '../../../src/core/model/sids.ts';
import { TwilioError } from '../../../src/core/model/twilio-error.ts';
import type { Key } from '../../../src/core/ports/change.ts';
import { firstStart } from '../../../src/core/state/first-start.ts';
import { forwardKey } from '../../../src/core/state/items.ts';
import { CHAT_EVENT, type ForwarderHarness, forwarderHarness } from './harness.ts';

const MINUTE = 60_000;
let harness: ForwarderHarness;
let chat: ReturnType<ForwarderHarness['beginSms']>;
let since: number;

beforeEach(async () => {
  harness = forwarderHarness();
  since = harness.twilio.now();
  chat = harness.beginSms();
  await harness.pass(1_000);
});

const sweep = async (of: { channelSid: ChannelSid; identity: string } = chat, deps = harness.deps): Promise<number> => {
  const { messages } = await harness.deps.flex.listMessages(of.channelSid, 'desc');
  harness.calls.store = 0;
  return forwardHoles(deps, { sid: of.channelSid, customer: of.identity, since }, messages);
};

test('a message whose webhook was lost is found and sent', async () => {
  const sid = chat.writes('one');
  await harness.webhooksGetLost();
  await harness.pass(6 * MINUTE);
  expect(chat.phone()).toEqual([]);
  expect(await sweep()).toBe(1);
  await harness.pass(0);
  expect(chat.phone()).toEqual(['one']);
  expect(harness.told(sid)).toEqual(['queued: composed', 'forwarded']);
});

test('Flex gets what Twilio would have sent', async () => {
  const { sid, index } = harness.twilio.flexAgent.writes(AGENTS.ann.flexWorkerSid, chat.channelSid, 'ünd & so');
  await harness.twilio.pass(0);
  const own = harness.twilio.delivered.find(({ params }) => params.MessageSid === sid)?.params;
  if (own === undefined) throw new Error('no webhook');
  await harness.webhooksGetLost();
  await harness.pass(6 * MINUTE);
  await sweep();
  let posted: Record<string, string> = {};
  harness.answers((path, body) => {
    if (path.includes('ChatEvent')) posted = Object.fromEntries(new URLSearchParams(body));
    return undefined;
  });
  await harness.pass(0);
  // A list does not tell who wrote it, nor the milliseconds.
  const { ClientIdentity: _, ...told } = own;
  const expected = { ...told, Source: 'API', DateCreated: posted.DateCreated };
  expect(posted).toEqual(expected);
  expect(posted).toMatchObject({ Index: String(index), AccountSid: FLEX.accountSid, Body: 'ünd & so' });
  expect(Date.parse(posted.DateCreated ?? '')).toBe(Math.floor(Date.parse(own.DateCreated ?? '') / 1000) * 1000);
});

test('one that comes late overtakes nobody who waits, and those found together keep their order', async () => {
  chat.writes('one');
  chat.writes('two');
  await harness.webhooksGetLost();
  await harness.pass(6 * MINUTE);
  const end = harness.fault({ fault: 'side.down', p: 1, only: CHAT_EVENT, how: '503' });
  chat.writes('three');
  await harness.webhooksArrive();
  expect(await sweep()).toBe(2);
  await harness.pass(1_000);
  end();
  await harness.pass(5 * MINUTE);
  expect(chat.phone()).toEqual(['three', 'one', 'two']);
});

test('one that was sent all the same, by Flex before the bridge stood in between, is found in the session', async () => {
  const sid = chat.writes('one');
  await harness.twilio.pass(0);
  const own = harness.twilio.delivered.find(({ params }) => params.MessageSid === sid);
  await harness.deps.defaultWebhook?.post('application/x-www-form-urlencoded', own?.call.body ?? '');
  await harness.webhooksGetLost();
  await harness.pass(6 * MINUTE);
  expect(await sweep()).toBe(1);
  await harness.pass(1_000);
  expect(chat.phone()).toEqual(['one']);
  expect(harness.told(sid)).toEqual(['queued: composed', 'forwarded']);
});

test('one is not taken for its equal that was given up and yet had been sent', async () => {
  harness.twilio.switches.interactionsNameMessages = false;
  const lost = harness.fault({ fault: 'rest.answer-lost', p: 1, only: CHAT_EVENT, loss: 'destroy' });
  chat.writes('ok');
  await harness.pass(0);
  lost();
  chat.writes('ok');
  await harness.webhooksGetLost();
  const no = { status: 400, json: { code: 20001 } };
  harness.answers((path) => (path.includes('/Interactions') || path.includes('/Webhooks/') ? no : undefined));
  await harness.pass(6 * MINUTE);
  harness.answers(() => undefined);
  expect(await harness.dead()).toEqual(['forward_refused']);
  expect(chat.phone()).toEqual(['ok']);
  expect(await sweep()).toBe(1);
  await harness.pass(0);
  expect(chat.phone()).toEqual(['ok', 'ok']);
});

test('its own webhook, very late, and the composed one send one SMS', async () => {
  const sid = chat.writes('one');
  await harness.twilio.pass(6 * MINUTE);
  expect(await sweep()).toBe(1);
  await harness.pass(MINUTE);
  expect(chat.phone()).toEqual(['one']);
  expect(harness.told(sid)).toEqual(['queued: composed', 'forwarded', 'skipped: already']);
});

test('one that is found after more than a day is not sent any more, but told of', async () => {
  const sid = chat.writes('one');
  await harness.webhooksGetLost();
  await harness.pass(25 * 60 * MINUTE);
  expect(await sweep()).toBe(1);
  await harness.pass(MINUTE);
  expect(chat.phone()).toEqual([]);
  expect(harness.told(sid)).toEqual(['queued: composed', 'parked: forward_pointless']);
});

test('what was said while the accept waited for a side that was down is found', async () => {
  await firstStart(harness.deps);
  chat.writes('one');
  await harness.webhooksGetLost();
  await harness.pass(20 * MINUTE);
  since = harness.twilio.now();
  expect(await sweep()).toBe(1);
});

describe('is no hole:', () => {
  test('a message of the last minutes, whose webhook may still be on its way', async () => {
    chat.writes('one');
    await harness.webhooksGetLost();
    await harness.pass(4 * MINUTE);
    expect(await sweep()).toBe(0);
    await harness.pass(2 * MINUTE);
    expect(await sweep()).toBe(1);
  });

  test('a message of a week ago', async () => {
    chat.writes('one');
    await harness.webhooksGetLost();
    await harness.pass(7 * 24 * 60 * MINUTE + 1_000);
    expect(await sweep()).toBe(0);
  });

  test('a message from before the pair began', async () => {
    chat.writes('one');
    await harness.webhooksGetLost();
    await harness.pass(2_000);
    since = harness.twilio.now();
    await harness.pass(6 * MINUTE);
    expect(await sweep()).toBe(0);
  });

  test('a message from before the bridge was first started, though the pair is older, as one that was adopted', async () => {
    chat.writes('one');
    await harness.webhooksGetLost();
    await harness.pass(2_000);
    await firstStart(harness.deps);
    await harness.pass(6 * MINUTE);
    expect(await sweep()).toBe(0);
  });

  test('the customer’s own message', async () => {
    harness.twilio.customer.writes(chat.channelSid, 'mine');
    await harness.webhooksGetLost();
    await harness.pass(6 * MINUTE);
    expect(await sweep()).toBe(0);
  });

  test('a file', async () => {
    const file = { filename: 'a.png', contentType: 'image/png', size: 3 };
    harness.twilio.flexAgent.sends(AGENTS.ann.flexWorkerSid, chat.channelSid, file);
    await harness.webhooksGetLost();
    await harness.pass(6 * MINUTE);
    expect(await sweep()).toBe(0);
  });

  test('a silent copy, which the customer has already, though somebody edited it', async () => {
    const at = {
      lane: 'toFlex',
      container: chat.channelSid,
      author: 'ann_40example_2Ecom',
      body: 'as it was',
    } as const;
    const draft = { author: at.author, body: 'edited', createdAt: new Date(harness.twilio.now()).toISOString() };
    const attributes = stampedAttributes(
      secretsWith().stampKey,
      configWith().deployment,
      at,
      `IM${'1'.repeat(32)}` as const,
      'silent',
    );
    await harness.deps.flex.send(chat.channelSid, { ...draft, attributes, notifyWebhooks: false });
    await harness.pass(6 * MINUTE);
    expect(await sweep()).toBe(0);
  });

  test('anything in a web chat, behind which there is no phone; and it is asked once', async () => {
    const web = harness.twilio.customer.beginWebChat();
    const task = harness.twilio.flexAgent.isOffered(AGENTS.ben.flexWorkerSid, web.taskSid);
    harness.twilio.flexAgent.accepts(task.reservationSid);
    harness.twilio.flexAgent.writes(AGENTS.ben.flexWorkerSid, web.channelSid, 'hello');
    await harness.webhooksGetLost();
    await harness.pass(6 * MINUTE);
    expect(await sweep(web)).toBe(0);
    harness.twilio.counts.reset();
    expect(await sweep(web)).toBe(0);
    expect(harness.twilio.counts.total().rest).toBe(1);
  });

  test('what waits behind the head of a line that is held', async () => {
    const end = harness.fault({ fault: 'side.down', p: 1, only: CHAT_EVENT, how: '503' });
    chat.writes('one');
    chat.writes('two');
    await harness.pass(30 * MINUTE);
    expect(await sweep()).toBe(0);
    end();
    await harness.pass(5 * MINUTE);
    expect(chat.phone()).toEqual(['one', 'two']);
  });
});

test('is put on the queue once, however often one looks, and again when it never came off it', async () => {
  chat.writes('one');
  await harness.webhooksGetLost();
  await harness.pass(6 * MINUTE);
  const refusing = async () => {
    throw new Error('the queue refused');
  };
  const queues = { ...harness.deps.queues, send: refusing };
  await expect(sweep(chat, { ...harness.deps, queues })).rejects.toThrow('the queue refused');
  expect(await sweep()).toBe(0);
  await harness.pass(21 * MINUTE);
  expect(await sweep()).toBe(1);
  expect(await sweep()).toBe(0);
  await harness.pass(MINUTE);
  expect(chat.phone()).toEqual(['one']);
});

/** The state as it is after DynamoDB has deleted what has expired. */
const forgetting = () => ({
  ...harness.deps,
  store: {
    ...harness.deps.store,
    get: async (key: Key) => {
      const item = await harness.deps.store.get(key);
      return Number(item?.ttl) * 1000 < harness.twilio.now() ? undefined : item;
    },
  },
});

test.each([1, 6.9, 7.1, 14.9, 15.1, 40])('what was forwarded is not missed %d days later', async (days) => {
  chat.writes('one');
  await harness.pass(days * 24 * 60 * MINUTE);
  expect(await sweep(chat, forgetting())).toBe(0);
  await harness.pass(MINUTE);
  expect(chat.phone()).toEqual(['one']);
});

test('an event is remembered for longer than it can lie on a queue, and no longer than a day more', async () => {
  const sid = chat.writes('one');
  await harness.pass(1_000);
  const row = await harness.deps.store.get(forwardKey(chat.channelSid, messageKey(sid)));
  const days = (Number(row?.ttl) - harness.twilio.now() / 1000) / (24 * 3600);
  expect(days).toBeGreaterThan(14.9);
  expect(days).toBeLessThanOrEqual(15);
});

test('one that becomes visible after its successors is found all the same', async () => {
  const sid = chat.writes('one');
  await harness.webhooksGetLost();
  chat.writes('two');
  await harness.pass(6 * MINUTE);
  const { messages } = await harness.deps.flex.listMessages(chat.channelSid, 'desc');
  const channel = { sid: chat.channelSid, customer: chat.identity, since };
  const without = messages.filter((message) => message.sid !== sid);
  expect(await forwardHoles(harness.deps, channel, without)).toBe(0);
  expect(await forwardHoles(harness.deps, channel, messages)).toBe(1);
});

describe('a look costs', () => {
  beforeEach(async () => {
    since = 0;
    await firstStart(harness.deps);
    await sweep();
  });

  test('no read where nothing was said for a week', async () => {
    chat.writes('one');
    await harness.pass(8 * 24 * 60 * MINUTE);
    await sweep();
    expect(harness.calls.store).toBe(0);
  });

  test('one read where nothing is new, and nothing at Twilio', async () => {
    for (const text of ['one', 'two', 'three']) chat.writes(text);
    await harness.pass(6 * MINUTE);
    await sweep();
    // The cursor, three rows, the cursor's step.
    expect(harness.calls.store).toBe(5);
    harness.twilio.counts.reset();
    await sweep();
    expect(harness.calls.store).toBe(1);
    expect(harness.twilio.counts.total().rest).toBe(1);
  });

  test('one more read for a new message', async () => {
    chat.writes('one');
    await harness.pass(6 * MINUTE);
    await sweep();
    chat.writes('two');
    await harness.pass(6 * MINUTE);
    await sweep();
    expect(harness.calls.store).toBe(3);
  });
});

describe('beyond the newest page', () => {
  /** So many messages of the agent that all get through. */
  const says = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      chat.writes(`${n}`);
      // The bridge's queue hands out so many at once.
      if (n % 50 === 49) await harness.pass(1_000);
    }
    await harness.pass(1_000);
  };
  const loses = async (text: string): Promise<void> => {
    chat.writes(text);
    await harness.webhooksGetLost();
  };
  /** Of the channel's messages, in this look. */
  const pagesOf = async (look: Promise<number>): Promise<readonly [holes: number, pages: number]> => {
    const before = pages();
    return [await look, pages() - before - 1];
  };
  const pages = (): number => harness.twilio.counts.read().flex?.['GET chat.messages'] ?? 0;

  test('a message whose webhook was lost is found, in order with others, and what is known is read no more', async () => {
    await loses('first');
    await says(120);
    await loses('second');
    await says(20);
    await harness.pass(6 * MINUTE);
    expect(await pagesOf(sweep())).toEqual([2, 1]);
    await harness.pass(0);
    expect(chat.phone().slice(-2)).toEqual(['first', 'second']);
    await pagesOf(sweep());
    expect(await pagesOf(sweep())).toEqual([0, 0]);
  });

  test('a look reads five pages at most, and the next one goes on where it stopped', async () => {
    await loses('first');
    await says(650);
    await loses('second');
    await says(320);
    await harness.pass(6 * MINUTE);
    expect(await pagesOf(sweep())).toEqual([1, 5]);
    await harness.pass(0);
    expect(chat.phone().at(-1)).toBe('first');
    let read = 0;
    for (let looks = 0; looks < 3; looks += 1) {
      const [, more] = await pagesOf(sweep());
      expect(more).toBeLessThanOrEqual(5);
      read += more;
      await harness.pass(0);
    }
    expect(chat.phone().at(-1)).toBe('second');
    expect(chat.phone().filter((text) => text === 'first' || text === 'second')).toHaveLength(2);
    expect(read).toBeLessThanOrEqual(14);
    await pagesOf(sweep());
    expect(await pagesOf(sweep())).toEqual([0, 0]);
  });

  test.each([-1, 100])('one is found that a list by date has on an earlier page (all told up to %d)', async (upTo) => {
    harness.twilio.switches.listOrder = 'date';
    await says(20);
    const early = harness.twilio.now();
    await says(121);
    if (upTo > 0) {
      await harness.pass(6 * MINUTE);
      await sweep();
    }
    await harness.deps.flex.send(chat.channelSid, {
      author: AGENTS.ann.flexIdentity,
      body: 'back-dated',
      createdAt: new Date(early - 1_000).toISOString(),
      attributes: '{}',
      notifyWebhooks: true,
    });
    await harness.webhooksGetLost();
    await says(20);
    await harness.pass(6 * MINUTE);
    await sweep();
    await harness.pass(1_000);
    expect(chat.phone()).toContain('back-dated');
  });

  test('nothing is looked for twice that waits behind a line that is held', async () => {
    await loses('first');
    await harness.pass(6 * MINUTE);
    const works = harness.fault({ fault: 'rest.5xx-before', status: 503, only: CHAT_EVENT, account: 'flex', p: 1 });
    await sweep();
    await says(130);
    await harness.pass(6 * MINUTE);
    expect((await pagesOf(sweep()))[0]).toBe(0);
    works();
  });

  test('a page that Twilio does not know any more is read from the start', async () => {
    await loses('first');
    await says(650);
    await loses('second');
    await says(20);
    await harness.pass(6 * MINUTE);
    await sweep();
    await harness.pass(0);
    await sweep();
    let refused = 0;
    const { flex } = harness.deps;
    const listMessages: typeof flex.listMessages = async (sid, order, from) => {
      if (from === undefined || refused > 0) return flex.listMessages(sid, order, from);
      refused += 1;
      throw new TwilioError('GET messages: status 400', { remedy: 'park', effect: 'refused', status: 400 });
    };
    const forgetful = { ...harness.deps, flex: { ...flex, listMessages } };
    for (let looks = 0; looks < 5; looks += 1) {
      await sweep(chat, forgetful);
      await harness.pass(0);
    }
    expect(refused).toBe(1);
    expect(chat.phone().at(-1)).toBe('second');
  });
});
