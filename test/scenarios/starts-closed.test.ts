/** The conversation of a chat that an agent begins is closed before the chat is whole. */
import { describe, expect, test } from '@jest/globals';
import { onList } from '../../src/core/state/items.ts';
import { annBegins, type BegunChat, begunBy } from './begun.ts';
import { AGENTS, conversationsUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;
const begins = {
  'a phone': annBegins,
  'an identity': ({ twilio }: ScenarioHarness) => twilio.frontlineAgent.begins(ann.email, { identity: 'jo' }),
};
const annBeginsWith = (harness: ScenarioHarness, whom: keyof typeof begins): BegunChat =>
  begunBy(harness, begins[whom](harness).conversationSid);

/** The text of each SMS, by whatever number. */
const onPhone = (chat: BegunChat) => chat.phone().map((text) => text.replace(/^\S+ /, ''));

/** It has ended in Flex, and nothing of its start waits. */
const hasEnded = async (harness: ScenarioHarness, chat: BegunChat): Promise<void> => {
  expect(JSON.parse(chat.inFlex()?.attributes ?? '{}')).toMatchObject({ status: 'INACTIVE' });
  const isOver = ({ status }: { readonly status: string }) => status === 'completed' || status === 'canceled';
  expect(harness.twilio.reads.tasks('flex').filter((task) => !isOver(task))).toEqual([]);
  expect((await harness.store.list('starts', { limit: 10 })).items).toEqual([]);
};

describe('once the phone is out, and before the pair is open', () => {
  const phoneIsOut = async (): Promise<{ readonly harness: ScenarioHarness; readonly chat: BegunChat }> => {
    const harness = scenarioHarness();
    const chat = annBegins(harness);
    chat.writes('hello');
    while (chat.inFrontline()?.members.some(({ address }) => address !== undefined)) await harness.settle(0.002);
    expect(harness.journal('linked')).toEqual([]);
    return { harness, chat };
  };

  test('closed by the agent, it ends the chat within half a minute, and his last word reaches the phone', async () => {
    const { harness, chat } = await phoneIsOut();
    chat.writes('your parcel is there');
    harness.twilio.frontlineAgent.closes(ann.email, chat.conversationSid);
    await harness.settle(0.5);

    expect(onPhone(chat)).toEqual(['hello', 'your parcel is there']);
    await hasEnded(harness, chat);
  });

  test('deleted, it ends the chat', async () => {
    const { harness, chat } = await phoneIsOut();
    await harness.rest('frontline', 'DELETE', `${conversationsUrl}/${chat.conversationSid}`);
    await harness.settle(20);

    await hasEnded(harness, chat);
  });

  test('closed by a timer, it goes on in the next one, with what both have said', async () => {
    const { harness, chat } = await phoneIsOut();
    chat.writes('your parcel is there');
    harness.twilio.customer.writes(chat.channel(), 'where?');
    harness.twilio.closeByTimer(chat.conversationSid);
    await harness.settle(20);

    expect(onPhone(chat)).toEqual(['hello', 'your parcel is there']);
    const [next] = harness.twilio.reads.containers('frontline').filter(({ state }) => state === 'active');
    expect(next?.members.map(({ identity }) => identity)).toContain(ann.email);
    expect(harness.twilio.reads.transcript('frontline', next?.sid ?? '')).toMatchObject([{ body: 'where?' }]);
    expect(chat.tasks()).toMatchObject([{ status: 'assigned' }]);
  });
});

describe.each(['a phone', 'an identity'] as const)('with %s, behind the death of a process', (whom) => {
  /** The agent says his last word and closes as soon as this process has died behind this step. */
  const diesAndIsClosed = async (process: number, step: number): Promise<void> => {
    const doomed = { step, when: 'after', pauseMs: undefined } as const;
    const harness = scenarioHarness({ doom: (n) => (n === process ? doomed : undefined) });
    const chat = annBeginsWith(harness, whom);
    chat.writes('hello');
    for (let n = 0; n < 1000 && !harness.meter.counts().has('killed'); n += 1) await harness.settle(0.002);
    chat.writes('your parcel is there');
    harness.twilio.frontlineAgent.closes(ann.email, chat.conversationSid);
    await harness.settle(10);

    if (whom === 'a phone') expect([step, ...onPhone(chat)]).toEqual([step, 'hello', 'your parcel is there']);
    await hasEnded(harness, chat);
  };

  /** Those that work at the start, and how many steps each takes: the first one makes all of it, the last one opens. */
  const startProcesses = async () => {
    const harness = scenarioHarness();
    annBeginsWith(harness, whom).writes('hello');
    await harness.settle(0.2);
    const all = harness.ran().map(({ steps }, n) => ({ process: n + 1, steps }));
    const opens = all.find(({ steps }) => steps.length > 9 && steps.at(-1) === 'send frontline-events');
    const makes = all.find(({ steps }) => steps.length > 30);
    return { makes, opens };
  };

  test('the agent closes it, and the chat ends on both sides with all that was said', async () => {
    const { makes, opens } = await startProcesses();
    const last = makes?.steps.length ?? 0;
    for (let step = last - 5; step <= last; step += 1) await diesAndIsClosed(makes?.process ?? 0, step);
    if (opens === makes) return;
    for (let step = 1; step <= (opens?.steps.length ?? 0); step += 1) await diesAndIsClosed(opens?.process ?? 0, step);
  });
});

describe.each([
  ['task', 'POST taskrouter.tasks'],
  ['channel', 'POST flex.channels'],
] as const)('while the %s is being made', (what, call) => {
  /** All that was made of it, as soon as its call has been made. */
  const isMade = ({ twilio }: ScenarioHarness): boolean =>
    twilio.reads.containers('flex').some(({ uniqueName }) => uniqueName?.startsWith('bridge-')) &&
    (what === 'channel' || twilio.reads.tasks('flex').length > 0);

  test.each([
    ['its answer is lost', { fault: 'rest.answer-lost', loss: 'destroy' }],
    ['it is made half a minute later', { fault: 'rest.late-commit', loss: 'destroy', maxMs: 30_000 }],
  ] as const)('it is closed by the agent and nothing is left behind, though %s', async (_, fault) => {
    const harness = scenarioHarness();
    harness.twilio.faults.add({ ...fault, only: call, account: 'flex', p: 1, times: 1 });
    const chat = annBegins(harness);
    chat.writes('hello');
    const made = () => harness.calls()[`flex ${call}`] ?? 0;
    for (let n = 0; n < 1000 && made() === 0; n += 1) await harness.settle(0.002);
    harness.twilio.frontlineAgent.closes(ann.email, chat.conversationSid);
    await harness.settle(10);

    expect(made()).toBe(1);
    expect(isMade(harness)).toBe(true);
    await hasEnded(harness, chat);
  });
});

test.each(['closed', 'deleted'])(
  'whose start has not noted its end is not given up in its next one (%s)',
  async (how) => {
    const harness = scenarioHarness();
    const chat = annBegins(harness);
    await harness.settle(2);
    harness.twilio.closeByTimer(chat.conversationSid);
    await harness.settle(5);
    if (how === 'deleted') await harness.rest('frontline', 'DELETE', `${conversationsUrl}/${chat.conversationSid}`);
    await harness.store.write(
      { pk: `frontline#${chat.conversationSid}`, sk: 'start' },
      { when: [], set: onList('starts', chat.conversationSid), remove: ['ended'], nonce: ['nonce', 'test'] },
    );
    await harness.settle(5);

    expect((await harness.store.list('starts', { limit: 10 })).items).toEqual([]);
    expect(harness.journal('linked').filter(({ type }) => type === 'start')).toHaveLength(2);
    expect(chat.tasks()).toMatchObject([{ status: 'assigned' }]);
    expect(JSON.parse(chat.inFlex()?.attributes ?? '{}')).toMatchObject({ status: 'ACTIVE' });
  },
);
