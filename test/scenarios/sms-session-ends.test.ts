/** A chat's end ends the customer's SMS session, behind all that is due to him, whatever webhook is lost. */
import { describe, expect, test } from '@jest/globals';
import { setMode } from '../../src/core/state/modes.ts';
import { AGENTS, type Chat, channelUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;
const PHONE = '+15550109999';
const chatEvent = { only: 'POST webhooks.chatevent', account: 'flex', p: 1 } as const;

const phone = (harness: ScenarioHarness) => harness.twilio.customer.phone(PHONE).map(({ body }) => body);

const sessions = (harness: ScenarioHarness) =>
  [...harness.twilio.place.flex.account.proxies.values()].flatMap((proxy) => [...proxy.sessions.values()]);
const isOpen = (harness: ScenarioHarness): boolean => sessions(harness).some(({ status }) => status === 'open');
const endsByRest = (harness: ScenarioHarness): number => harness.calls()['flex POST proxy.session'] ?? 0;
const composed = (harness: ScenarioHarness) => harness.journal('queued(composed)').map(({ type }) => type);

const ways: readonly (readonly [string, (harness: ScenarioHarness, chat: Chat) => unknown])[] = [
  ['in Flex', (harness, chat) => harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel)],
  ['in Frontline', (harness, chat) => harness.twilio.frontlineAgent.closes(ann.email, harness.conversation(chat).sid)],
];

describe('the SMS session of a chat that ends', () => {
  test.each(ways)('%s ends by its own event, and nothing is composed', async (_, ends) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    ends(harness, chat);
    await harness.settle(0.5);
    expect(isOpen(harness)).toBe(false);
    await harness.settle(30);
    expect(composed(harness)).toEqual([]);
    expect(endsByRest(harness)).toBe(0);
  });

  test.each(ways)('%s ends within five minutes although every webhook of it is lost', async (_, ends) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    const heard = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    ends(harness, chat);
    await harness.settle(4);
    heard();
    await harness.settle(1);
    expect(harness.conversation(chat).state).toBe('closed');
    expect(composed(harness)).toContain('onChannelUpdated');
    expect(isOpen(harness)).toBe(false);
    expect(endsByRest(harness)).toBe(0);
  });

  test.each(ways)('%s stays until what is due to the customer is with him', async (_, ends) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    const works = harness.twilio.faults.add({ fault: 'rest.5xx-before', status: 503, ...chatEvent });
    harness.frontlineAgentWrites(chat, 'your code is 7');
    await harness.settle(0.3);
    const heard = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    ends(harness, chat);
    await harness.settle(20);
    expect([isOpen(harness), phone(harness)]).toEqual([true, []]);
    heard();
    works();
    await harness.settle(30);
    expect([isOpen(harness), phone(harness)]).toEqual([false, ['your code is 7']]);
    expect(endsByRest(harness)).toBe(0);
  });

  test('is ended by REST where its channel is gone and nobody was told', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    const heard = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    await harness.rest('flex', 'DELETE', channelUrl(chat));
    await harness.settle(0.1);
    heard();
    await harness.settle(5);
    expect(harness.conversation(chat).state).toBe('closed');
    expect(composed(harness)).toEqual(['onChannelDestroyed']);
    expect(isOpen(harness)).toBe(true);
    await harness.settle(15);
    expect(isOpen(harness)).toBe(false);
    expect(endsByRest(harness)).toBe(1);
  });

  test('is ended by REST where it still stands after its event, but not while nothing is to be written', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel);
    await harness.settle(0.5);
    for (const session of sessions(harness)) session.status = 'open';
    await setMode({ store: harness.store, clock: harness.time, nonce: () => 'mode off' }, 'off', ['toFlex']);
    await harness.settle(40);
    expect(isOpen(harness)).toBe(true);
    await setMode({ store: harness.store, clock: harness.time, nonce: () => 'mode on' }, 'on');
    await harness.settle(50);
    expect(isOpen(harness)).toBe(false);
    expect(endsByRest(harness)).toBe(1);
  });

  test('stays while only its task has ended', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    harness.twilio.flexAgent.completesTask(chat.task);
    await harness.settle(60);
    expect(harness.conversation(chat).state).toBe('closed');
    expect(isOpen(harness)).toBe(true);
    expect(composed(harness)).toEqual([]);
  });

  // The chat before this one ended in the same channel, and Flex's own webhook heard of that end.
  test.each([20, 90])('waits for its own end, %i minutes after an earlier one in its channel', async (minutes) => {
    const harness = scenarioHarness();
    const first = await harness.linkedSmsChat(PHONE);
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, first.channel);
    await harness.settle(minutes);
    const chat = { ...first, task: harness.twilio.customer.comesBack(first.channel).taskSid };
    // His text to Flex's number joins his phone to the channel again.
    for (const session of sessions(harness)) session.status = 'open';
    harness.customerWrites(chat, 'me again');
    harness.accepts(chat);
    await harness.settle(3);
    const works = harness.twilio.faults.add({ fault: 'rest.5xx-before', status: 503, ...chatEvent });
    harness.frontlineAgentWrites(chat, 'your code is 7');
    await harness.settle(0.3);
    const heard = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel);
    await harness.settle(15);
    heard();
    works();
    await harness.settle(30);
    expect(phone(harness)).toEqual(['your code is 7']);
    expect(isOpen(harness)).toBe(false);
  });

  test.each([
    ['answers 500', { fault: 'rest.5xx-before', status: 500 }],
    ['answers nothing', { fault: 'side.down', how: 'destroy' }],
  ] as const)('ends though Twilio %s for that of another chat, again and again', async (_, fault) => {
    const harness = scenarioHarness();
    const first = await harness.linkedSmsChat('+15550109991');
    const second = await harness.linkedSmsChat('+15550109992');
    const [one, two] = sessions(harness);
    harness.twilio.faults.add({
      ...{ ...fault, p: 1, account: 'flex' },
      ...{ only: 'GET proxy.session', at: one?.sid },
    });
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, first.channel);
    await harness.settle(5);
    const heard = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, second.channel);
    await harness.settle(4);
    heard();
    await harness.settle(30);
    expect(two?.status).toBe('closed');
  });
});

test('A web chat that ends costs no look at a session', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel);
  await harness.settle(0.5);
  const before = harness.calls()['flex GET chat.channel'];
  await harness.settle(30);
  expect(harness.calls()['flex GET chat.channel']).toBe(before);
  expect(harness.calls()['flex GET proxy.session']).toBeUndefined();
});
