import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import { ann, type CallbackHarness, callbackHarness, crm, jsonOf } from './harness.ts';

const path = '/frontline/templates';
const asked = (CustomerId: string, more = {}) => ({
  ...{ Location: 'GetTemplatesByCustomerId', Worker: ann.email, CustomerId },
  ...more,
});
const categories = [
  {
    display_name: 'Openers',
    templates: [
      { content: 'Hello {{Name}}, {{ Name }}! {{Author}} here.', whatsAppApproved: true },
      { content: 'Is {{Phone}} your number?' },
      { content: 'How is {{company}}?' },
    ],
  },
  { display_name: 'Only for companies', templates: [{ content: 'Dear {{company}}' }] },
  { display_name: 'Closing', templates: [{ content: 'Bye.', whatsAppApproved: false }] },
];

const folder = mkdtempSync(join(tmpdir(), 'templates-'));
const file = join(folder, 'templates.json');
writeFileSync(file, JSON.stringify(categories));
afterAll(() => rmSync(folder, { recursive: true }));

type Category = { readonly display_name: string; readonly templates: readonly { readonly content: string }[] };

describe('the templates for a customer', () => {
  let bridge: CallbackHarness;
  beforeAll(async () => {
    bridge = await callbackHarness({ TEMPLATES_FILE: file });
  });
  afterAll(() => bridge.end());

  test('have the names of customer and agent in them, and leave out what this customer does not have', async () => {
    // What stands in a name is a name, whatever it looks like.
    await bridge.linked(bridge.twilio.customer.beginWebChat({ name: 'Jo $& {{Author}}', identity: 'jo' }));
    const heard = await bridge.ask(path, asked('jo'));
    const author = bridge.twilio.place.frontline.chat.users.get(ann.email)?.friendlyName ?? ann.email;
    expect([heard.status, jsonOf(heard)]).toEqual([
      200,
      [
        {
          display_name: 'Openers',
          templates: [{ content: `Hello Jo $& {{Author}}, Jo $& {{Author}}! ${author} here.`, whatsAppApproved: true }],
        },
        categories[2],
      ],
    ]);
    expect(author).not.toBe('');
  });

  test('have the number of a customer on SMS', async () => {
    const begun = bridge.twilio.customer.beginSmsChat({ phone: '+15550200001', text: 'hello' });
    await bridge.linked(begun);
    const [openers] = jsonOf(await bridge.ask(path, asked(begun.identity))) as readonly Category[];
    expect(openers?.templates.map(({ content }) => content)).toContain('Is +15550200001 your number?');
  });

  test('are for whom the conversation has, where the app names it, and never for whom another agent has', async () => {
    const ConversationSid = await bridge.conversation('Kim', { identity: ann.email }, { identity: 'kim' });
    const others = await bridge.conversation('Lee', { identity: AGENTS.ben.email }, { identity: 'lee' });
    expect((await bridge.ask(path, asked('', { ConversationSid }))).text).toContain('Hello Kim');
    expect((await bridge.ask(path, asked('kim', { ConversationSid }))).text).toContain('Hello Kim');
    expect((await bridge.ask(path, asked('', { ConversationSid: others }))).status).toBe(404);
    expect((await bridge.ask(path, asked('lee', { ConversationSid: others }))).status).toBe(404);
    expect((await bridge.ask(path, asked('lee', { ConversationSid }))).status).toBe(404);
    expect((await bridge.ask(path, asked('kim', { Location: 'GetTemplates' }))).status).toBe(422);
  });
});

describe('the templates for a customer of the CRM', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  const behind = async (status: number, customer?: unknown) => {
    const company = await crm(() => ({ status, body: JSON.stringify({ objects: { customer } }) }));
    const bridge = await callbackHarness({ TEMPLATES_FILE: file, BACKUP_CRM_ENDPOINT: company.url });
    ends.push(bridge.end, company.stop);
    return { company, bridge };
  };

  test('have all that it says of the customer', async () => {
    const channels = [
      { type: 'email', value: 'b@example.com' },
      { type: 'whatsapp', value: 'whatsapp:+15550200002' },
    ];
    const { bridge, company } = await behind(200, { customer_id: 'b', display_name: 'Bea', company: 'B&B', channels });
    const told = jsonOf(await bridge.ask(path, asked('b', { ConversationSid: '' }))) as readonly Category[];
    expect(told.flatMap(({ templates }) => templates.map(({ content }) => content))).toEqual([
      expect.stringMatching(/^Hello Bea, Bea! .+ here\.$/),
      'Is +15550200002 your number?',
      'How is B&B?',
      'Dear B&B',
      'Bye.',
    ]);
    expect(company.heard[0]?.params.Location).toBe('GetCustomerDetailsByCustomerId');
  });

  test('are an error while it does not answer, and none for whom it does not know', async () => {
    const down = await behind(500);
    expect((await down.bridge.ask(path, asked('b'))).status).toBe(424);
    const without = await behind(404);
    expect((await without.bridge.ask(path, asked('b'))).status).toBe(404);
  });
});

test('without a file there are none, for anybody', async () => {
  const bridge = await callbackHarness();
  const heard = await bridge.ask(path, asked('jo')).finally(bridge.end);
  expect([heard.status, heard.text]).toEqual([200, '[]']);
});
