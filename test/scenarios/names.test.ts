/** Under whose name a copy stands. */
import { describe, expect, test } from '@jest/globals';
import { AGENTS, type Chat, channelUrl, conversationsUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;

const authors = (harness: ScenarioHarness, side: 'flex' | 'frontline', chat: Chat) =>
  harness.transcript(side, chat).map(({ author }) => author);
const writesInFlex = (harness: ScenarioHarness, chat: Chat, From: string) =>
  harness.rest('flex', 'POST', `${channelUrl(chat)}/Messages`, { From, Body: `said ${From}` });
const writesInFrontline = (harness: ScenarioHarness, chat: Chat, Author: string) => {
  const url = `${conversationsUrl}/${harness.conversation(chat).sid}/Messages`;
  return harness.rest('frontline', 'POST', url, { Author, Body: `said ${Author}` });
};

describe('Who is no worker keeps his name', () => {
  test('in Frontline: bots, a second guest, and one who had left before the accept', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    const left = 'guest_42';
    await writesInFlex(harness, chat, left);
    harness.accepts(chat);
    await harness.settle(3);
    const others = ['support_42', 'bot_10', 'user_4521', 'guest_2E'];
    for (const name of others) await writesInFlex(harness, chat, name);
    await harness.settle();
    expect(authors(harness, 'frontline', chat)).toEqual([left, ...others]);
  });

  test('in Flex', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const others = ['my-bot', 'survey 1', 'bot_10'];
    for (const name of others) await writesInFrontline(harness, chat, name);
    await harness.settle();
    expect(authors(harness, 'flex', chat)).toEqual(others);
  });
});

test('Agents stand under their true names on both sides, also after a transfer, and also those who never accepted', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  harness.accepts(chat, ben);
  await harness.settle(3);
  for (const name of [ann.flexIdentity, ben.flexIdentity, 'sue_2Ep_40example_2Ecom'])
    await writesInFlex(harness, chat, name);
  await harness.settle();
  expect(authors(harness, 'frontline', chat)).toEqual([ann.email, ben.email, 'sue.p@example.com']);

  for (const name of [ann.email, ben.email, 'sue.p@example.com']) await writesInFrontline(harness, chat, name);
  await harness.settle();
  expect(authors(harness, 'flex', chat).slice(3)).toEqual([
    ann.flexIdentity,
    ben.flexIdentity,
    'sue_2Ep_40example_2Ecom',
  ]);
});

test('An agent whose name is no address keeps it after the chat was transferred', async () => {
  const harness = scenarioHarness();
  const worker = harness.twilio.place.flex.workspace.workers.get(ann.flexWorkerSid);
  if (worker === undefined) throw new Error('Ann has no worker');
  worker.attributes = JSON.stringify({ contact_uri: 'client:ann_2Elee' });
  await harness.rest('frontline', 'POST', conversationsUrl.replace(/Conversations$/, 'Users'), { Identity: 'ann.lee' });
  const chat = await harness.linkedChat();
  harness.accepts(chat, ben);
  await harness.settle(3);
  await writesInFlex(harness, chat, 'ann_2Elee');
  await writesInFrontline(harness, chat, 'ann.lee');
  await harness.settle();
  expect(authors(harness, 'frontline', chat)).toEqual(['ann.lee', 'ann.lee']);
  expect(authors(harness, 'flex', chat)).toEqual(['ann_2Elee', 'ann_2Elee']);
});

test('An agent whose name is no address has it on what he wrote before the bridge heard of the chat', async () => {
  const harness = scenarioHarness();
  const chat = harness.begins();
  const Identity = 'zoe_2Elee-1';
  const Attributes = '{"member_type":"agent"}';
  await harness.rest('flex', 'POST', `${channelUrl(chat)}/Members`, { Identity, Attributes });
  await writesInFlex(harness, chat, Identity);
  await harness.settle(0.1);
  harness.accepts(chat);
  await harness.settle(3);
  expect(authors(harness, 'frontline', chat)).toEqual(['zoe.lee-1']);
});
