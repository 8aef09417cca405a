import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENTS, FLEX, FRONTLINE } from '../../../local-twilio/defaults.ts';
import { flexClient } from '../../local-twilio/support/clients.ts';
import { signature } from '../harness.ts';
import { ann, type CallbackHarness, callbackHarness, crm, jsonOf } from './harness.ts';

const path = '/frontline/crm';
const { ben } = AGENTS;
const asked = (Worker: string, CustomerId: string) => ({
  ...{ Location: 'GetCustomerDetailsByCustomerId', Worker, CustomerId },
});

type Details = {
  readonly customer_id: string;
  readonly display_name: string;
  readonly channels: readonly unknown[];
  readonly links: readonly unknown[];
  readonly details: { readonly title: string; readonly content: string };
};

describe('the details of a customer', () => {
  let bridge: CallbackHarness;
  beforeAll(async () => {
    bridge = await callbackHarness();
  });
  afterAll(() => bridge.end());

  const status = async (worker: string, id: string) => (await bridge.ask(path, asked(worker, id))).status;
  const details = async (worker: string, id: string): Promise<Details> => {
    const heard = await bridge.ask(path, asked(worker, id));
    expect(heard.status).toBe(200);
    return (jsonOf(heard) as { objects: { customer: Details } }).objects.customer;
  };

  test('are name, ways to reach, a link, and where the chat is, to the agent who has it', async () => {
    const begun = bridge.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo@customer.example' });
    const conversation = await bridge.linked(begun);
    const { details: told, ...customer } = await details(ann.email, 'jo@customer.example');
    expect(customer).toEqual({
      customer_id: 'jo@customer.example',
      display_name: 'Jo',
      channels: [{ type: 'chat', value: 'jo@customer.example' }],
      links: [{ type: 'Email', value: 'mailto:jo@customer.example', display_name: 'Write an e-mail' }],
    });
    expect(told.title).toBe('Chat');
    expect(told.content.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, 'TIME').split('\n')).toEqual([
      'Came by: web',
      'Accepted: TIME UTC',
      `Task: ${begun.taskSid}`,
      `Channel in Flex: ${begun.channelSid}`,
      `Conversation: ${conversation}`,
    ]);
    expect(bridge.answers().at(-1)).toMatchObject({ step: 'answered', sids: [conversation] });
  });

  test('have the number of a customer on SMS, by which and by chat an agent may begin again', async () => {
    const begun = bridge.twilio.customer.beginSmsChat({ phone: '+15550200001', text: 'hello' });
    await bridge.linked(begun);
    const { channels, details: told } = await details(ann.email, begun.identity);
    expect(channels).toEqual([
      { type: 'sms', value: '+15550200001' },
      { type: 'chat', value: begun.identity },
    ]);
    expect(told.content).toContain('Came by: sms');
  });

  test('have a WhatsApp number as one, and no identity where there is none', async () => {
    const address = 'whatsapp:+15550200009';
    const proxy = 'whatsapp:+15550100003';
    await bridge.conversation(
      'Wes',
      { identity: ann.email },
      {
        ...{ 'messagingBinding.address': address, 'messagingBinding.proxyAddress': proxy },
      },
    );
    expect((await details(ann.email, address)).channels).toEqual([{ type: 'whatsapp', value: address }]);
  });

  test("of another agent's customer are those of nobody", async () => {
    const params = { identity: 'kim', attributes: '{"customer_id":"kim"}' };
    await bridge.conversation('Kim', { identity: ben.email }, params);
    expect((await details(ben.email, 'kim')).display_name).toBe('Kim');
    const [hers, nobodys] = [
      await bridge.ask(path, asked(ann.email, 'kim')),
      await bridge.ask(path, asked(ann.email, 'x')),
    ];
    expect([hers.status, hers.text]).toEqual([404, 'no such customer\n']);
    expect([nobodys.status, nobodys.text]).toEqual([hers.status, hers.text]);
    expect(await status(ann.email, ben.email)).toBe(404);
    expect(await status(ann.email, '')).toBe(404);
  });

  test('are found by an id that only the conversation knows', async () => {
    const marked = { identity: 'r', attributes: '{"customer_id":"crm-7","display_name":"Ray"}' };
    await bridge.conversation('a chat', { identity: ann.email }, marked);
    expect((await details(ann.email, 'crm-7')).display_name).toBe('Ray');
  });

  test("do not follow what attributes alone say of another customer's chat", async () => {
    const begun = bridge.twilio.customer.beginSmsChat({ phone: '+15550200077', text: 'mine' });
    const sid = await bridge.conversation('Max', { identity: ann.email }, { identity: 'max' });
    await bridge.conversations(sid).update({ attributes: JSON.stringify({ chatChannelSid: begun.channelSid }) });
    const { channels, details: told } = await details(ann.email, 'max');
    expect([channels, told.content]).toEqual([[{ type: 'chat', value: 'max' }], `Conversation: ${sid}`]);
  });

  describe('by an id of the older app', () => {
    const memberOf = (channel: string, identity: string): string => {
      const members = bridge.twilio.place.flex.chat.containers.get(channel)?.members.values() ?? [];
      return [...members].find((member) => member.identity === identity)?.sid ?? '';
    };
    const older = (p: string, c: string): string => JSON.stringify({ p, c });

    test('are those of the customer who is that member of that channel', async () => {
      const { channelSid, taskSid } = bridge.twilio.customer.beginWebChat({ name: 'Ole', identity: 'ole' });
      await bridge.linked({ channelSid, taskSid });
      const id = older(memberOf(channelSid, 'ole'), channelSid);
      expect(await details(ann.email, id)).toMatchObject({ customer_id: id, display_name: 'Ole' });
      expect(await status(ben.email, id)).toBe(404);
    });

    test("are found where the bridge has no pair, by what the channel's attributes name", async () => {
      const { channelSid } = bridge.twilio.customer.beginWebChat({ name: 'Una', identity: 'una' });
      const sid = await bridge.conversation('Una', { identity: ann.email }, { identity: 'una' });
      const channels = flexClient(bridge.twilio.url).chat.v2.services(FLEX.chatServiceSid).channels;
      await channels(channelSid).update({ attributes: JSON.stringify({ ConversationSid: sid }) });
      const id = older(memberOf(channelSid, 'una'), channelSid);
      expect(await details(ann.email, id)).toMatchObject({ customer_id: id, display_name: 'Una' });
    });

    test('are nobody for an agent, another member, a channel that is gone, and what is no id at all', async () => {
      const { channelSid, taskSid } = bridge.twilio.customer.beginWebChat({ name: 'Pat', identity: 'pat' });
      await bridge.linked({ channelSid, taskSid });
      const member = memberOf(channelSid, 'pat');
      for (const id of [
        older(memberOf(channelSid, ann.flexIdentity), channelSid),
        older(`MB${'0'.repeat(31)}1`, channelSid),
        older(member, `CH${'0'.repeat(31)}1`),
        older(member, 'CH/../x'),
        older('', ''),
        '{"p":1,"c":{}}',
        '{',
        'null',
      ])
        expect([id, await status(ann.email, id)]).toEqual([id, 404]);
    });
  });
});

describe('the CRM behind the bridge', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  const behind = async (answer: Parameters<typeof crm>[0]) => {
    const company = await crm(answer);
    const bridge = await callbackHarness({ BACKUP_CRM_ENDPOINT: company.url });
    ends.push(bridge.end, company.stop);
    return { company, bridge };
  };
  const bea = { customer_id: 'b1', display_name: 'Bea', channels: [{ type: 'sms', value: '+15550200002' }], vip: true };
  const nested = (depth: number): string => {
    const list = '['.repeat(depth) + ']'.repeat(depth);
    return `{"objects":{"customer":{"customer_id":"b1","more":${list}},"customers":[${list}]}}`;
  };
  const answers = (json: unknown) => () => ({ status: 200, body: JSON.stringify(json) });

  test('is asked for the list, as Frontline asked, signed anew for its own address', async () => {
    const objects = { customers: [{ customer_id: 'b1', display_name: 'Bea' }], searchable: false };
    const { company, bridge } = await behind(answers({ objects, other: 1 }));
    const params = { Location: 'GetCustomersList', Worker: ann.email, PageSize: '30', Anchor: 'a+b', Query: 'ä ö' };
    const heard = await bridge.ask(path, params);
    expect([heard.status, jsonOf(heard)]).toEqual([200, { objects }]);
    expect(company.heard).toEqual([
      { url: '/crm?key=1', params, signature: signature(FRONTLINE.authToken, company.url, params) },
    ]);
  });

  test('is asked for a customer whom the bridge does not know, and for no other', async () => {
    const { company, bridge } = await behind(answers({ objects: { customer: bea } }));
    await bridge.linked(bridge.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' }));
    expect((await bridge.ask(path, asked(ann.email, 'jo'))).status).toBe(200);
    expect(company.heard).toEqual([]);
    expect(jsonOf(await bridge.ask(path, asked(ann.email, 'b1')))).toEqual({ objects: { customer: bea } });
    expect(company.heard.map(({ params }) => params)).toEqual([asked(ann.email, 'b1')]);
  });

  test.each([
    ['404', { status: 404, body: '' }],
    ['no customer', { status: 200, body: '{"objects":{}}' }],
    ['null', { status: 200, body: '{"objects":{"customer":null}}' }],
  ])(
    "knows nobody by %s: the agent's own conversations are looked through, and then it is nobody",
    async (_what, answer) => {
      const { bridge } = await behind(() => answer);
      await bridge.conversation('x', { identity: ann.email }, { identity: 'r', attributes: '{"customer_id":"crm-7"}' });
      expect((await bridge.ask(path, asked(ann.email, 'crm-7'))).status).toBe(200);
      expect((await bridge.ask(path, asked(ann.email, 'nobody'))).status).toBe(404);
    },
  );

  test.each([
    ['500', { status: 500, body: '{"objects":{"customer":{}}}' }, 'crm:500'],
    ['a redirect', { status: 302, body: '' }, 'crm:302'],
    ['no JSON', { status: 200, body: '<html>' }, 'crm:unreadable'],
    ['something else', { status: 200, body: '{"objects":{"customer":"Bea","customers":{}}}' }, 'crm:unreadable'],
    ['what is nested too deep to be passed on', { status: 200, body: nested(10_000) }, 'crm:unreadable'],
    ['more than Frontline takes', { status: 200, body: `{"objects":"${'x'.repeat(70_000)}"}` }, 'crm:answer too large'],
  ])('that answers %s is a clear error, for list and customer', async (_what, answer, reason) => {
    const { bridge } = await behind(() => answer);
    for (const params of [asked(ann.email, 'b1'), { Location: 'GetCustomersList', Worker: ann.email }]) {
      const heard = await bridge.ask(path, params);
      expect([heard.status, heard.text]).toEqual([424, 'the CRM behind the bridge did not answer\n']);
      expect(bridge.answers().at(-1)).toMatchObject({ step: 'answered', reason });
    }
  });

  test('that never answers is a clear error within the time that Frontline waits', async () => {
    const { bridge } = await behind(() => undefined);
    const before = Date.now();
    const heard = await bridge.ask(path, asked(ann.email, 'b1'));
    expect(Date.now() - before).toBeLessThan(6_000);
    expect(heard.status).toBe(424);
    expect(bridge.answers().at(-1)).toMatchObject({ step: 'answered', reason: 'crm:no answer in time' });
  });
});
