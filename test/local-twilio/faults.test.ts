import { beforeEach, describe, expect, test } from '@jest/globals';
import { FLEX } from '../../local-twilio/defaults.ts';
import type { Fault } from '../../local-twilio/faults.ts';
import { createVirtualTwilio, json, openPair, status, type VirtualTwilio } from './support/virtual-twilio.ts';

let twilio: VirtualTwilio;
let pair: Awaited<ReturnType<typeof openPair>>;

beforeEach(async () => {
  twilio = createVirtualTwilio();
  pair = await openPair(twilio);
  twilio.connectBridge('https://bridge.example.com');
});

const met = (fault: Fault) => twilio.faults.counts()[fault.fault] ?? 0;
const bodies = (side: 'flex' | 'frontline' = 'frontline') =>
  twilio.reads.transcript(side, side === 'flex' ? pair.channelSid : pair.conversationSid).map(({ body }) => body ?? '');
const post = (body = 'copy', gaveUp?: AbortSignal) =>
  twilio.frontline('POST', `${pair.conversation}/Messages`, { Author: 'jo', Body: body }, gaveUp && { gaveUp });
const list = async (query = '') => {
  const asked = twilio.frontline('GET', `${pair.conversation}/Messages${query}`);
  await twilio.pass(0);
  return (json(asked).messages as { body: string; index: number }[]).map(({ body }) => body);
};

describe('webhooks', () => {
  const write = (text: string) => twilio.customer.writes(pair.channelSid, text);
  const heard = () => twilio.delivered.map(({ params }) => params.Body);

  test('are lost', async () => {
    const fault: Fault = { fault: 'webhook.lost', p: 1, account: 'flex' };
    twilio.faults.add(fault);
    write('a');
    twilio.frontlineAgent.writes('ann@example.com', pair.conversationSid, 'b');
    await twilio.pass(60_000);
    expect([heard(), met(fault)]).toEqual([['b'], 1]);
  });

  test('come twice, the same each time', async () => {
    const fault: Fault = { fault: 'webhook.doubled', p: 1, maxMs: 3000 };
    twilio.faults.add(fault);
    write('a');
    await twilio.pass(3000);
    expect([heard(), met(fault)]).toEqual([['a', 'a'], 1]);
    expect(twilio.delivered[0]?.params).toEqual(twilio.delivered[1]?.params);
  });

  test('come late', async () => {
    const fault: Fault = { fault: 'webhook.delayed', p: 1, maxMs: 3000, only: 'onMessageSent' };
    twilio.faults.add(fault);
    write('a');
    await twilio.pass(0);
    expect(heard()).toEqual([]);
    await twilio.pass(3000);
    expect([heard(), met(fault)]).toEqual([['a'], 1]);
  });

  test('change places with the next one, or come alone after a while', async () => {
    const fault: Fault = { fault: 'webhook.swapped', p: 1, maxMs: 3000 };
    const remove = twilio.faults.add(fault);
    write('a');
    await twilio.pass(100);
    write('b');
    await twilio.pass(100);
    expect([heard(), met(fault)]).toEqual([['b', 'a'], 1]);
    write('c');
    await twilio.pass(3000);
    expect(heard()).toEqual(['b', 'a', 'c']);
    remove();
    expect(twilio.faults.rules()).toEqual([]);
  });
});

describe('calls', () => {
  test('are refused for a while, with Retry-After or without, and nothing is done', async () => {
    const fault: Fault = { fault: 'rest.429', p: 1, retryAfter: 7 };
    const remove = twilio.faults.add(fault);
    const told = post();
    remove();
    twilio.faults.add({ fault: 'rest.429', p: 1 });
    const untold = post();
    await twilio.pass(0);
    expect([status(told), json(told).code, status(untold)]).toEqual([429, 20429, 429]);
    expect(told.answer()).toMatchObject({ headers: { 'retry-after': '7' } });
    expect(untold.answer()).not.toHaveProperty('headers.retry-after');
    expect([bodies(), met(fault)]).toEqual([[], 2]);
  });

  test('are refused while no credentials are good', async () => {
    const fault: Fault = { fault: 'rest.denied', p: 1, status: 403 };
    const remove = twilio.faults.add(fault);
    const asked = post();
    remove();
    await twilio.pass(0);
    expect([status(asked), json(asked).code, bodies(), met(fault)]).toEqual([403, 20403, [], 1]);
  });

  test('are refused for good for what they say; what a person says is not', async () => {
    const fault: Fault = { fault: 'content.refused', p: 1, holds: 'poison' };
    twilio.faults.add(fault);
    twilio.frontlineAgent.writes('ann@example.com', pair.conversationSid, 'poison');
    const [asked, other] = [post('more poison'), post('honey')];
    await twilio.pass(0);
    expect([status(asked), json(asked).code, status(other)]).toEqual([400, 50504, 201]);
    expect([bodies(), met(fault)]).toEqual([['poison', 'honey'], 1]);
  });

  test('show of one message what it was a while ago, or nothing', async () => {
    const hidden: Fault = { fault: 'read.stale', p: 1, maxMs: 5_000, hides: true };
    const { sid } = twilio.frontlineAgent.writes('ann@example.com', pair.conversationSid, 'old');
    await twilio.pass(10_000);
    twilio.frontlineAgent.edits('ann@example.com', pair.conversationSid, sid, 'new');
    const fault: Fault = { fault: 'read.stale', p: 1, maxMs: 5_000, hides: false };
    twilio.faults.add(fault);
    const look = async () => {
      const asked = twilio.frontline('GET', `${pair.conversation}/Messages/${sid}`);
      await twilio.pass(0);
      return asked;
    };
    expect([json(await look()).body, met(fault)]).toEqual(['old', 1]);
    await twilio.pass(5_000);
    expect([json(await look()).body, met(fault)]).toEqual(['new', 1]);
    twilio.frontlineAgent.deletes('ann@example.com', pair.conversationSid, sid);
    expect([json(await look()).body, met(fault)]).toEqual(['new', 2]);
    await twilio.pass(5_000);
    expect([status(await look()), met(fault)]).toEqual([404, 2]);
    twilio.faults.clear();
    const young = twilio.frontlineAgent.writes('ann@example.com', pair.conversationSid, 'young').sid;
    twilio.faults.add(hidden);
    const asked = twilio.frontline('GET', `${pair.conversation}/Messages/${young}`);
    await twilio.pass(0);
    expect([status(asked), met(hidden)]).toEqual([404, 3]);
  });

  test('meet a fault that is meant for one text, so often as it is meant to be, and others do not', async () => {
    const fault: Fault = { fault: 'rest.5xx-before', p: 1, status: 500, at: 'word', times: 2 };
    twilio.faults.add(fault);
    const statuses: unknown[] = [];
    for (const text of ['other', 'a+word', 'a+word', 'other', 'a+word']) {
      const asked = post(text);
      await twilio.pass(0);
      statuses.push(status(asked));
    }
    expect([statuses, met(fault)]).toEqual([[201, 500, 500, 201, 201], 2]);
  });

  test('meet a fault that is meant for one container, and others do not', async () => {
    twilio.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'destroy', at: 'CH00000000000000000000000000000000' });
    const asked = post();
    twilio.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'destroy', at: pair.conversationSid });
    const other = post();
    await twilio.pass(0);
    expect([status(asked), status(other)]).toEqual([201, 'destroyed']);
  });

  test('fail before anything is done', async () => {
    const fault: Fault = { fault: 'rest.5xx-before', p: 1, status: 503 };
    twilio.faults.add(fault);
    const asked = post();
    await twilio.pass(0);
    expect([status(asked), bodies(), met(fault)]).toEqual([503, [], 1]);
  });

  test('fail after all is done; reads do not', async () => {
    const fault: Fault = { fault: 'rest.5xx-after', p: 1, status: 500 };
    twilio.faults.add(fault);
    const asked = post();
    await twilio.pass(0);
    expect([status(asked), await list(), met(fault)]).toEqual([500, ['copy'], 1]);
  });

  test.each(['hang', 'destroy'] as const)('are done and never answered (%s)', async (loss) => {
    const fault: Fault = { fault: 'rest.answer-lost', p: 1, loss };
    twilio.faults.add(fault);
    const asked = post();
    await twilio.pass(600_000);
    expect(status(asked)).toBe(loss === 'hang' ? 'no answer' : 'destroyed');
    expect([await list(), met(fault)]).toEqual([['copy'], 1]);
  });

  test('are done late, after the caller gave up, and never answered', async () => {
    const fault: Fault = { fault: 'rest.late-commit', p: 1, loss: 'hang', maxMs: 500 };
    const remove = twilio.faults.add(fault);
    const caller = new AbortController();
    const asked = post('late', caller.signal);
    await twilio.pass(9000);
    expect(bodies()).toEqual([]);
    remove();
    caller.abort();
    post('next');
    await twilio.pass(500);
    expect([status(asked), bodies(), met(fault)]).toEqual(['no answer', ['next', 'late'], 1]);
  });

  test('are done late although the connection broke at once', async () => {
    twilio.faults.add({ fault: 'rest.late-commit', p: 1, loss: 'destroy', maxMs: 500 });
    const asked = post();
    await twilio.pass(0);
    expect([status(asked), bodies()]).toEqual(['destroyed', []]);
    await twilio.pass(500);
    expect(bodies()).toEqual(['copy']);
  });

  test('a late write that Twilio would refuse by then does nothing', async () => {
    twilio.faults.add({ fault: 'rest.late-commit', p: 1, loss: 'destroy', maxMs: 500 });
    post();
    await twilio.pass(0);
    twilio.frontlineAgent.closes('ann@example.com', pair.conversationSid);
    await twilio.pass(500);
    expect(bodies()).toEqual([]);
  });

  test.each([
    ['503', 503],
    ['hang', 'no answer'],
    ['destroy', 'destroyed'],
  ] as const)(
    'of a side that is down fail, all of them, the other side and its people do not (%s)',
    async (how, said) => {
      const fault: Fault = { fault: 'side.down', p: 1, account: 'frontline', how };
      twilio.faults.add(fault);
      const asked = [post(), twilio.frontline('GET', pair.conversation)];
      const other = twilio.flex('GET', pair.channel);
      twilio.frontlineAgent.writes('ann@example.com', pair.conversationSid, 'hi');
      await twilio.pass(60_000);
      expect([...asked.map(status), status(other)]).toEqual([said, said, 200]);
      expect([bodies(), met(fault)]).toEqual([['hi'], 2]);
    },
  );

  test('a side that is down takes no events for its own webhook either', async () => {
    twilio.faults.add({ fault: 'side.down', p: 1, account: 'flex', how: '503' });
    const asked = twilio.flex('POST', FLEX.defaultWebhook.replace('https://', ''), {});
    await twilio.pass(0);
    expect(status(asked)).toBe(503);
  });

  test('can be picked by name', async () => {
    twilio.faults.add({ fault: 'rest.5xx-before', p: 1, status: 500, only: 'GET' });
    const [write, read] = [post(), twilio.frontline('GET', pair.conversation)];
    await twilio.pass(0);
    expect([status(write), status(read)]).toEqual([201, 500]);
  });

  test('take their time', async () => {
    twilio.switches.latency = () => 150;
    const asked = post();
    await twilio.pass(80);
    expect([status(asked), bodies()]).toEqual(['no answer', ['copy']]);
    await twilio.pass(70);
    expect(status(asked)).toBe(201);
  });
});

describe('lists', () => {
  test('show what there was some time ago', async () => {
    const fault: Fault = { fault: 'list.stale', p: 1, maxMs: 5000 };
    post('old');
    await twilio.pass(10_000);
    post('new');
    await twilio.pass(1);
    const remove = twilio.faults.add(fault);
    expect(await list()).toEqual(['old']);
    expect(met(fault)).toBe(1);
    remove();
    expect(await list()).toEqual(['old', 'new']);
  });

  test('of members show who there was some time ago, who has gone among them', async () => {
    const fault: Fault = { fault: 'members.stale', p: 1, maxMs: 5000 };
    const participants = async () => {
      const asked = twilio.frontline('GET', `${pair.conversation}/Participants`);
      await twilio.pass(0);
      return (json(asked).participants as { identity: string }[]).map(({ identity }) => identity);
    };
    const before = await participants();
    await twilio.pass(10_000);
    await twilio.frontline('DELETE', `${pair.conversation}/Participants/${before[0]}`);
    await twilio.frontline('POST', `${pair.conversation}/Participants`, { Identity: 'sup' });
    await twilio.pass(1);
    const remove = twilio.faults.add(fault);
    expect([await participants(), met(fault)]).toEqual([before, 1]);
    remove();
    expect(await participants()).toEqual([...before.slice(1), 'sup']);
  });

  test('do not show a message that is late, while they show its successors', async () => {
    const fault: Fault = { fault: 'message.late', p: 1, maxMs: 5000 };
    const remove = twilio.faults.add(fault);
    post('late');
    await twilio.pass(0);
    remove();
    post('next');
    expect(await list()).toEqual(['next']);
    await twilio.pass(5000);
    expect([await list(), met(fault)]).toEqual([['late', 'next'], 1]);
  });

  test('sort a back-dated message by its index or by its date, and page the same way', async () => {
    for (const [body, year] of [
      ['a', 2022],
      ['b', 2020],
      ['c', 2021],
    ])
      twilio.frontline('POST', `${pair.conversation}/Messages`, {
        Body: `${body}`,
        DateCreated: `${year}-01-01T00:00:00.000Z`,
      });
    expect(await list('?Order=asc')).toEqual(['a', 'b', 'c']);
    twilio.switches.listOrder = 'date';
    expect(await list('?Order=desc')).toEqual(['a', 'c', 'b']);
    const first = twilio.frontline('GET', `${pair.conversation}/Messages?Order=desc&PageSize=2`);
    await twilio.pass(0);
    const next = String((json(first).meta as { next_page_url: string }).next_page_url);
    expect(next).toMatch(/^https:\/\/conversations\.twilio\.com\/v1\/Services\//);
    expect(await list(next.slice(next.indexOf('?')))).toEqual(['b']);
  });

  test('have holes where an index was skipped', async () => {
    const fault: Fault = { fault: 'index.skipped', p: 1, max: 3 };
    post('a');
    await twilio.pass(0);
    twilio.faults.add(fault);
    post('b');
    await twilio.pass(0);
    const [a, b] = twilio.reads.transcript('frontline', pair.conversationSid).map(({ index }) => index);
    expect(a).toBe(0);
    expect(b).toBeGreaterThan(1);
    expect(met(fault)).toBe(1);
  });
});

describe('what happens by itself', () => {
  test('a conversation is closed by its timer, and the webhook says so', async () => {
    const fault: Fault = { fault: 'conversation.closed-by-timer', p: 1, maxMs: 1000 };
    twilio.faults.add(fault);
    post();
    await twilio.pass(1000);
    expect(twilio.reads.container('frontline', pair.conversationSid)?.state).toBe('closed');
    expect(twilio.delivered.at(-1)?.params).toMatchObject({ Reason: 'TIMER', StateTo: 'closed' });
    expect(met(fault)).toBe(1);
  });

  test("the agent's app replaces the attributes of what a program wrote", async () => {
    const fault: Fault = { fault: 'attributes.replaced', p: 1, maxMs: 1000 };
    twilio.faults.add(fault);
    post();
    await twilio.pass(1000);
    const [message] = twilio.reads.transcript('frontline', pair.conversationSid);
    expect(message?.attributes).toMatch(/^\{"messageId":"/);
    expect(twilio.delivered.at(-1)?.params).toMatchObject({ EventType: 'onMessageUpdated', Source: 'SDK' });
    expect(met(fault)).toBe(1);
  });
});

test('the same seed brings the same SIDs and the same faults', async () => {
  const run = async (seed: number) => {
    const one = createVirtualTwilio(seed);
    const { channelSid } = await openPair(one);
    one.connectBridge('https://bridge.example.com');
    one.faults.add({ fault: 'webhook.lost', p: 0.5 });
    for (let i = 0; i < 20; i += 1) one.customer.writes(channelSid, `${i}`);
    await one.pass(0);
    return [channelSid, one.delivered.map(({ params }) => params.Index)];
  };
  expect(await run(7)).toEqual(await run(7));
  expect(await run(7)).not.toEqual(await run(8));
});
