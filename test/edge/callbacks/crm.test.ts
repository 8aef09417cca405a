import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENTS, FLEX } from '../../../local-twilio/defaults.ts';
import { textsIn } from '../../local/support/chat.ts';
import { until } from '../../local/support/until.ts';
import { ann, type CallbackHarness, callbackHarness, jsonOf } from './harness.ts';

const path = '/frontline/crm';
const { ben } = AGENTS;

type Row = { readonly customer_id: string; readonly display_name: string };

describe("the list of an agent's customers", () => {
  let bridge: CallbackHarness;
  beforeAll(async () => {
    bridge = await callbackHarness();
  });
  afterAll(() => bridge.end());

  const list = async (worker: string, more: Readonly<Record<string, string>> = {}) => {
    const heard = await bridge.ask(path, { Location: 'GetCustomersList', Worker: worker, PageSize: '30', ...more });
    expect([heard.status, heard.headers.get('content-type')]).toEqual([200, 'application/json']);
    const { objects } = jsonOf(heard) as { objects: { customers: readonly Row[]; searchable: boolean } };
    expect(objects.searchable).toBe(true);
    return objects.customers;
  };
  const names = async (...asked: Parameters<typeof list>) =>
    (await list(...asked)).map(({ display_name }) => display_name);

  test('is of the chats that the agent is in, and of no other', async () => {
    const { customer } = bridge.twilio;
    await bridge.linked(customer.beginWebChat({ name: 'Jo', identity: 'jo@customer.example' }));
    await bridge.conversation(
      "Ben's",
      { identity: ben.email },
      { identity: 'kim', attributes: '{"customer_id":"kim"}' },
    );
    expect(await list(ann.email)).toEqual([{ customer_id: 'jo@customer.example', display_name: 'Jo' }]);
    expect(await names(ben.email)).toEqual(["Ben's"]);
    expect(await list('nobody@example.com')).toEqual([]);
  });

  test('leaves when the agent leaves, as after a transfer', async () => {
    const eve = AGENTS.eve.email;
    const sid = await bridge.conversation('Lee', { identity: eve }, { identity: 'lee' });
    expect(await names(eve)).toEqual(['Lee']);
    await bridge.conversations(sid).participants(eve).remove();
    expect(await names(eve)).toEqual([]);
  });

  test('names a customer as the conversation does, or by number, and once, however many chats there were', async () => {
    const worker = 'once@example.com';
    const phone = (n: number, proxy = '+15550100002') => ({
      'messagingBinding.address': `+1555020000${n}`,
      'messagingBinding.proxyAddress': proxy,
    });
    await bridge.conversation('', { identity: worker }, phone(1));
    await bridge.conversation('', { identity: worker }, phone(1, '+15550100003'));
    await bridge.conversation('Sue', { identity: worker }, phone(2));
    await bridge.conversation('System', { identity: worker });
    const marked = '{"customer_id":"crm-7","display_name":"Ray","avatar":"https://example.com/r.png"}';
    await bridge.conversation(
      'chat',
      { identity: worker },
      { identity: ben.email },
      { identity: 'r', attributes: marked },
    );
    expect((await list(worker)).toSorted((a, b) => (a.display_name < b.display_name ? -1 : 1))).toEqual([
      { customer_id: '+15550200001', display_name: '+15550200001' },
      { customer_id: 'crm-7', display_name: 'Ray', avatar: 'https://example.com/r.png' },
      { customer_id: '+15550200002', display_name: 'Sue' },
    ]);
  });

  describe('of many', () => {
    const worker = 'many@example.com';
    const last = 64;
    beforeAll(async () => {
      for (let n = 0; n <= last; n++)
        await bridge.conversation(`Customer ${n}`, { identity: worker }, { identity: `customer-${n}` });
      // Named after nobody, so that it must be looked into.
      await bridge.conversation('', { identity: worker }, { identity: 'z', attributes: '{"display_name":"Zoë 5"}' });
    });

    test('begins with the newest and goes on after the last one of the page before, to the end', async () => {
      const seen: string[] = [];
      for (let after = ''; seen.length < 200; ) {
        const page = await list(worker, { PageSize: '20', ...(after === '' ? {} : { Anchor: after }) });
        if (page.length === 0) break;
        expect(page.length).toBeLessThanOrEqual(20);
        seen.push(...page.map(({ display_name }) => display_name));
        after = page.at(-1)?.customer_id ?? '';
      }
      expect(seen).toEqual(['Zoë 5', ...Array.from({ length: last + 1 }, (_, n) => `Customer ${last - n}`)]);
    });

    test('is searched by name, whatever the case, and however its letters are spelt', async () => {
      expect(await names(worker, { Query: 'customer 6' })).toEqual([
        ...['Customer 64', 'Customer 63', 'Customer 62', 'Customer 61', 'Customer 60', 'Customer 6'],
      ]);
      expect(await names(worker, { Query: 'ZOE\u0308' })).toEqual(['Zoë 5']);
      expect(await names(worker, { Query: 'nobody' })).toEqual([]);
    });

    test('has pages of 30 unless it is told otherwise in a number, and of 50 at most', async () => {
      for (const [PageSize, length] of [
        ['', 30],
        ['-1', 30],
        ['1e9', 30],
        ['999', 50],
        ['1', 1],
      ] as const)
        expect([PageSize, (await list(worker, { PageSize })).length]).toEqual([PageSize, length]);
    });

    test('ends after a customer who is not on it', async () => {
      expect(await list(worker, { Anchor: 'gone' })).toEqual([]);
    });
  });

  test('stays within what Frontline takes, and goes on where it was cut off', async () => {
    const worker = 'wide@example.com';
    for (let n = 0; n < 24; n++) {
      const attributes = JSON.stringify({ customer_id: `c${n}`, avatar: `https://example.com/${'x'.repeat(3_900)}` });
      await bridge.conversation(`W${n}`, { identity: worker }, { identity: `w${n}`, attributes });
    }
    const heard = await bridge.ask(path, { Location: 'GetCustomersList', Worker: worker });
    expect(heard.text.length).toBeLessThanOrEqual(64 * 1024);
    const first = await list(worker);
    const second = await list(worker, { Anchor: first.at(-1)?.customer_id ?? '' });
    expect([...first, ...second].map(({ display_name }) => display_name)).toEqual(
      Array.from({ length: 24 }, (_, n) => `W${23 - n}`),
    );
  });

  test('is refused to whoever is not the Frontline account, and for what it is not asked', async () => {
    const params = { Location: 'GetCustomersList', Worker: ann.email };
    expect((await bridge.ask(path, params, FLEX.authToken)).status).toBe(403);
    expect((await bridge.ask(path, params, 'a guess')).status).toBe(403);
    expect((await bridge.ask(path, { ...params, Location: 'toString' })).status).toBe(422);
    expect((await bridge.ask(path, { Worker: ann.email })).status).toBe(422);
    expect((await bridge.ask(path, { Location: 'GetCustomersList' })).status).toBe(400);
    expect((await bridge.ask(path, { ...params, Query: 'x'.repeat(2_000) })).status).toBe(400);
    expect((await bridge.fetched(path)).status).toBe(405);
  });

  test('says so when Twilio does not answer, and not that there is nobody', async () => {
    const end = bridge.twilio.faults.add({
      ...{ fault: 'rest.5xx-before', p: 1, status: 503, account: 'frontline' },
      only: 'GET conversations.participantconversations',
    });
    const heard = await bridge.ask(path, { Location: 'GetCustomersList', Worker: ann.email });
    end();
    expect([heard.status, heard.text]).toEqual([424, 'Twilio did not answer\n']);
    expect(bridge.answers().at(-1)).toMatchObject({
      ...{ step: 'answered', type: 'GetCustomersList', reason: 'twilio:20500' },
    });
  });
});

test('A list that Twilio answers too slowly for the app keeps no message from crossing', async () => {
  const bridge = await callbackHarness();
  try {
    const begun = bridge.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
    const conversation = await bridge.linked(begun);
    for (let n = 0; n < 12; n++) await bridge.conversation(`C${n}`, { identity: ben.email }, { identity: `c${n}` });
    const end = bridge.twilio.faults.add({
      ...{ fault: 'side.down', how: 'hang', p: 1, account: 'frontline' },
      only: 'GET conversations.participants',
    });
    const heard = await bridge.ask(path, { Location: 'GetCustomersList', Worker: ben.email });
    expect([heard.status, heard.text]).toEqual([424, 'Twilio did not answer\n']);
    end();
    bridge.twilio.customer.writes(begun.channelSid, 'hello');
    await until('the message', () => textsIn(bridge.twilio, 'frontline', conversation).includes('hello'));
    expect(bridge.journal.filter(({ step, type }) => step === 'retried' && type === 'message.added')).toEqual([]);
  } finally {
    await bridge.end();
  }
});
