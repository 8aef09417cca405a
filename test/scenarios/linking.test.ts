import { describe, expect, test } from '@jest/globals';
import { CALM } from '../../sim/plan.ts';
import { configWith } from '../../sim/settings.ts';
import type { TaskSid } from '../../src/core/model/sids.ts';
import {
  AGENTS,
  type Chat,
  channelUrl,
  conversationsUrl,
  FLEX,
  type ScenarioHarness,
  scenarioHarness,
} from './harness.ts';

const { ann, ben, sam } = AGENTS;

/** A web chat in which the customer has said so many things already. */
const chatOf = async (harness: ScenarioHarness, messages: number): Promise<Chat> => {
  const chat = harness.begins();
  for (let n = 1; n <= messages; n += 1) {
    harness.customerWrites(chat, `before ${n}`);
    await harness.settle(0.001);
  }
  await harness.settle(0.5);
  return chat;
};

const earlier = (messages: number): readonly string[] => Array.from({ length: messages }, (_, n) => `before ${n + 1}`);

describe('linking a chat', () => {
  test('gives it a conversation that names its channel, instance, workspace and task from birth', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 0);
    harness.accepts(chat);
    await harness.settle();

    const { uniqueName, attributes, friendlyName } = harness.conversation(chat);
    expect(uniqueName).toBe(`bridge-flex-${chat.channel}-1`);
    expect(friendlyName).toBe('Jo');
    expect(JSON.parse(attributes)).toMatchObject({
      chatChannelSid: chat.channel,
      chatInstanceSid: FLEX.chatServiceSid,
      WorkspaceSid: FLEX.workspaceSid,
      TaskSid: chat.task,
    });
    // At birth: nobody ever wrote to the conversation itself again.
    expect(harness.calls()['frontline POST conversations.conversation']).toBeUndefined();
    expect(harness.journal('linked')[0]?.sids).toEqual(
      expect.arrayContaining([chat.channel, harness.conversation(chat).sid]),
    );
  });

  /** REST calls from an accept until all that comes of it is done: no sweep comes in between. */
  const callsOf = async (harness: ScenarioHarness, chat: Chat, accept: () => void) => {
    const calls = () =>
      harness
        .ran()
        .flatMap(({ steps }) => steps)
        .filter((step) => /^(GET|POST|DELETE) (?!webhooks\.)/.test(step)).length;
    const before = calls();
    accept();
    await harness.settle(0.3);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(harness.people('flex', chat)).toEqual(['jo', ann.flexIdentity]);
    return calls() - before;
  };
  const offered = ({ twilio }: ScenarioHarness, chat: Chat): string =>
    twilio.flexAgent.isOffered(ann.flexWorkerSid, chat.task).reservationSid;

  test.each([
    ['', 8, undefined],
    [', after he was asked in Frontline, which is told to be over', 10, FLEX.workspaceSid],
  ])('costs so many calls without a history, accepted in Flex%s: %d', async (_, calls, workspaceSid) => {
    const harness = scenarioHarness({ config: { flex: { ...configWith().flex, workspaceSid } } });
    const chat = await chatOf(harness, 0);
    const reservation = offered(harness, chat);
    await harness.settle(0.1);
    // As in life: that Flex's interface has put him in is heard when the chat is linked.
    harness.twilio.faults.add({ fault: 'webhook.delayed', p: 1, maxMs: 8_000, only: 'onMemberAdded' });
    expect(await callsOf(harness, chat, () => harness.twilio.flexAgent.accepts(reservation))).toBe(calls);
    expect(harness.journal('agreed(same)')).toHaveLength(1);
  });

  test('costs ten calls without a history, accepted by the bridge', async () => {
    const harness = scenarioHarness({ config: { acceptsOffers: true } });
    const chat = await chatOf(harness, 0);
    expect(await callsOf(harness, chat, () => void offered(harness, chat))).toBe(10);
  });

  test('brings the customer first, under the same identity and the name that Flex shows', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 2);
    harness.accepts(chat);
    await harness.settle();

    expect(harness.people('frontline', chat)).toEqual(['jo', 'ann@example.com']);
    const [customer] = harness.conversation(chat).members;
    expect(JSON.parse(customer?.attributes ?? '')).toEqual({ customer_id: 'jo', display_name: 'Jo' });
    expect(harness.joined(chat, 'jo')).toBeLessThan(Math.min(...harness.written(chat)));
  });

  test('brings the customer although a list of members did not show him at first', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    harness.accepts(chat);
    await harness.during({ fault: 'members.stale', p: 1, maxMs: 1e9, account: 'flex' }, 0.05);
    await harness.settle(0.1);
    expect(harness.people('frontline', chat)).toEqual([chat.customer, ann.email]);
    await harness.settle(5);
    expect(harness.people('flex', chat)).toEqual([chat.customer, ann.flexIdentity]);
  });

  test('brings the agent last, when the whole history stands there with its authors and times', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 5);
    harness.accepts(chat);
    await harness.settle();

    const told = (side: 'flex' | 'frontline') =>
      harness.transcript(side, chat).map(({ author, body, dateCreated }) => [author, body, dateCreated.slice(0, 19)]);
    expect(told('frontline')).toEqual(told('flex'));
    expect(harness.said('frontline', chat)).toEqual(earlier(5));
    expect(harness.joined(chat, ann.email)).toBeGreaterThan(Math.max(...harness.written(chat)));
  });

  test("decodes the agent's identity from Flex's spelling, underscores of his own included", async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 0);
    harness.accepts(chat, ben);
    await harness.settle();
    harness.flexAgentWrites(chat, 'hello', ben);
    await harness.settle();

    expect(harness.people('frontline', chat)).toEqual(['jo', 'ben.o_neil@example.com']);
    expect(harness.transcript('frontline', chat)[0]?.author).toBe('ben.o_neil@example.com');
  });

  test('copies 250 messages of history in order, over several pages and the deaths of several functions', async () => {
    const harness = scenarioHarness();
    harness.twilio.switches.latency = 60;
    const chat = await chatOf(harness, 250);
    harness.accepts(chat);
    await harness.settle(3);

    expect(harness.said('frontline', chat)).toEqual(earlier(250));
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(harness.calls()['flex GET chat.messages']).toBeGreaterThan(3);
    expect(harness.calls()['frontline POST conversations.messages']).toBe(250);
    expect(harness.journal('retried').filter(({ reason }) => reason === 'more_to_copy').length).toBeGreaterThan(0);
  });

  test('lets what is said while it is linked cross once, after the history', async () => {
    const harness = scenarioHarness();
    harness.twilio.switches.latency = 60;
    const chat = await chatOf(harness, 40);
    harness.accepts(chat);
    for (let n = 1; n <= 20; n += 1) {
      await harness.settle(0.003);
      harness.customerWrites(chat, `meanwhile ${n}`);
    }
    await harness.settle(3);

    expect(harness.said('frontline', chat)).toEqual(harness.said('flex', chat));
    expect(harness.said('frontline', chat)).toHaveLength(60);
  });

  test('adds the agent to the channel when Flex has not done it', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 1);
    harness.accepts(chat, ann, 'never');
    await harness.settle();

    expect(harness.people('flex', chat)).toEqual(['jo', ann.flexIdentity]);
    harness.flexAgentWrites(chat, 'now I can write');
    await harness.settle();
    expect(harness.said('frontline', chat)).toEqual(['before 1', 'now I can write']);
  });

  test.each([0, 100, 200, 300, 400, 500, 600])(
    "is well when Flex's interface adds the agent %i ms after the accept, whoever wins",
    async (afterMs) => {
      const harness = scenarioHarness();
      const chat = await chatOf(harness, 1);
      harness.accepts(chat, ann, { afterMs });
      await harness.settle();

      expect(harness.people('flex', chat)).toEqual(['jo', ann.flexIdentity]);
      expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
      expect(harness.journal('retried').filter(({ type }) => type === 'reservation.accepted')).toEqual([]);
      expect(harness.journal('linked')).toHaveLength(1);
    },
  );

  test('does nothing for a voice task', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 1);
    const task = await harness.rest(
      'flex',
      'POST',
      `https://taskrouter.twilio.com/v1/Workspaces/${FLEX.workspaceSid}/Tasks`,
      {
        TaskChannel: 'voice',
        Attributes: JSON.stringify({ channelSid: chat.channel }),
      },
    );
    harness.twilio.counts.reset();
    harness.accepts({ ...chat, task: String(task.sid) as TaskSid }, ann, 'never');
    await harness.settle(3);

    expect(harness.counterparts(chat)).toEqual([]);
    // The sweep's own lists, of tasks that are accepted or offered and of new conversations; its looks at agents apart.
    const calls = Object.entries(harness.calls()).filter(([call]) => !/worker|frontline\.user/.test(call));
    expect(Object.fromEntries(calls)).toEqual({
      'flex GET taskrouter.tasks': 6,
      'frontline GET conversations.conversations': 3,
    });
    // Neither the offer nor the accept.
    expect(harness.journal('skipped(not_a_chat)')).toHaveLength(2);
  });

  test('does nothing for an agent without a Frontline user, and the journal names the worker to add', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 1);
    harness.accepts(chat, sam);
    await harness.settle(5);

    expect(harness.counterparts(chat)).toEqual([]);
    expect(harness.journal('skipped(no_twin)').map(({ sids }) => sids)).toEqual([
      expect.arrayContaining([sam.flexWorkerSid]),
    ]);
  });

  test('succeeds when another agent, who has a Frontline user, takes over', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 2);
    harness.accepts(chat, sam);
    await harness.settle(5);
    harness.accepts(chat, ann);
    await harness.settle(5);

    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(harness.said('frontline', chat)).toEqual(earlier(2));
  });

  test('never gives a counterpart to a channel that is one itself', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 1);
    const origin = `CH${'0a'.repeat(16)}`;
    await harness.rest('flex', 'POST', channelUrl(chat), { UniqueName: `bridge-frontline-${origin}-1` });
    harness.accepts(chat);
    await harness.settle(30);

    expect(harness.counterparts(chat)).toEqual([]);
    // Once for the webhook, and seldom for the sweep, which finds no pair for an accepted task.
    const told = harness.journal('skipped(counterpart)').length;
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(4);
  });
});

describe('one chat, one conversation', () => {
  const oneStory = (harness: ScenarioHarness, chat: Chat): void => {
    expect(harness.counterparts(chat)).toHaveLength(1);
    expect(harness.said('frontline', chat)).toEqual(harness.said('flex', chat));
  };

  test('when the same accept is told again minutes later', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 3);
    const end = harness.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 30 * 60_000 });
    harness.accepts(chat);
    await harness.settle(40);
    end();

    oneStory(harness, chat);
    expect(harness.journal('linked')).toHaveLength(1);
    expect(harness.journal('skipped(already)').filter(({ type }) => type === 'reservation.accepted')).toHaveLength(1);
  });

  test('when two agents accept at once', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 3);
    harness.accepts(chat, ann);
    harness.accepts(chat, ben);
    await harness.settle(3);

    oneStory(harness, chat);
    expect(harness.people('frontline', chat)[0]).toBe('jo');
    expect(new Set(harness.people('frontline', chat))).toEqual(new Set(['jo', ann.email, ben.email]));
  });

  test('when two functions link it side by side', async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const harness = scenarioHarness({ seed });
      const chat = await chatOf(harness, 3);
      harness.setFaults({ ...CALM, twin: 1 });
      harness.accepts(chat, ann, 'never');
      harness.accepts(chat, ben, 'never');
      await harness.settle(5);

      oneStory(harness, chat);
      expect(harness.people('frontline', chat)).toEqual(expect.arrayContaining(['jo', ann.email, ben.email]));
    }
  });

  test('when the answer to its creation is lost', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 3);
    harness.accepts(chat);
    await harness.during(
      { fault: 'rest.answer-lost', p: 1, loss: 'destroy', only: 'POST conversations.conversations' },
      0.01,
    );
    await harness.settle(3);

    expect(harness.twilio.faults.counts()['rest.answer-lost']).toBeGreaterThan(0);
    oneStory(harness, chat);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });
});

describe('when linking meets trouble', () => {
  test.each(['503', 'hang'] as const)(
    'a chat accepted while Frontline is down (%s) for 20 minutes is linked when it is back',
    async (how) => {
      const harness = scenarioHarness();
      const chat = await chatOf(harness, 3);
      harness.accepts(chat);
      await harness.settle(0.001);
      await harness.during({ fault: 'side.down', p: 1, how, account: 'frontline' }, 10);
      harness.customerWrites(chat, 'anybody there?');
      await harness.during({ fault: 'side.down', p: 1, how, account: 'frontline' }, 10);
      harness.customerWrites(chat, 'hello?');
      await harness.settle(5);

      expect(harness.said('frontline', chat)).toEqual([...earlier(3), 'anybody there?', 'hello?']);
      expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
      expect(harness.journal('deferred(side_down)').length).toBeGreaterThan(0);
    },
  );

  test('an agent who takes over while Frontline is down joins when it is back', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 1);
    harness.accepts(chat, ann);
    await harness.settle(5);
    harness.accepts(chat, ben);
    await harness.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 20);
    await harness.settle(5);

    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email, ben.email]);
  });

  test('an agent without a Frontline user, accepting while Frontline is down, does not stand in the way of the next', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 1);
    harness.accepts(chat, sam);
    await harness.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 17);
    harness.accepts(chat, ann);
    await harness.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 17);
    await harness.settle(5);

    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('an agent without a Frontline user who takes over while Frontline is down leaves the pair as it was', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 1);
    harness.accepts(chat, ann);
    await harness.settle(5);
    harness.accepts(chat, sam);
    harness.customerWrites(chat, 'are you there?');
    await harness.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 20);
    await harness.settle(10);

    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(harness.said('frontline', chat)).toEqual(['before 1', 'are you there?']);
    expect(harness.journal('skipped(no_twin)')).toHaveLength(1);
  });

  test('two accepts that Frontline could not hear are both served when it is back', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 1);
    const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
    harness.accepts(chat, ann);
    await harness.settle(16);
    harness.accepts(chat, sam);
    await harness.settle(16);
    harness.accepts(chat, ben);
    await harness.settle(16);
    end();
    await harness.settle(10);

    expect([...harness.people('frontline', chat)].sort()).toEqual([ann.email, ben.email, 'jo']);
    expect(harness.said('frontline', chat)).toEqual(['before 1']);
    expect(harness.journal('skipped(no_twin)')).toHaveLength(1);
    expect(await harness.backlog()).toEqual([]);
  });

  test.each(['other', undefined])(
    'a conversation under our name that another program made (deployment %s) is left alone and the event parked',
    async (bridgeDeployment) => {
      const harness = scenarioHarness();
      const chat = await chatOf(harness, 3);
      await harness.rest('frontline', 'POST', conversationsUrl, {
        UniqueName: `bridge-flex-${chat.channel}-1`,
        Attributes: JSON.stringify({ chatChannelSid: chat.channel, bridgeDeployment }),
      });
      harness.accepts(chat);
      await harness.settle(10);

      expect(harness.counterparts(chat)).toHaveLength(1);
      expect(harness.said('frontline', chat)).toEqual([]);
      expect(harness.people('frontline', chat)).toEqual([]);
      expect(harness.journal('parked(other_deployment)')).toHaveLength(1);
      expect((await harness.dead()).map(({ reason }) => reason)).toEqual(['other_deployment']);
    },
  );

  test('a counterpart that was closed before the pair was open is followed by the next generation', async () => {
    const harness = scenarioHarness();
    const chat = await chatOf(harness, 3);
    await harness.rest('frontline', 'POST', conversationsUrl, {
      UniqueName: `bridge-flex-${chat.channel}-1`,
      Attributes: JSON.stringify({ chatChannelSid: chat.channel, bridgeDeployment: 'sim' }),
      State: 'closed',
    });
    harness.accepts(chat);
    await harness.settle(3);

    expect(harness.counterparts(chat).map(({ uniqueName }) => uniqueName)).toEqual([
      `bridge-flex-${chat.channel}-1`,
      `bridge-flex-${chat.channel}-2`,
    ]);
    expect(harness.said('frontline', chat)).toEqual(earlier(3));
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });
});

test("a customer's name is cut to what a conversation may be called, whatever it is made of", async () => {
  const harness = scenarioHarness();
  const chat = harness.begins('🙂'.repeat(3_000));
  await harness.settle(0.1);
  harness.accepts(chat);
  await harness.settle(3);

  expect(harness.conversation(chat).friendlyName).toBe(`${'🙂'.repeat(127)}…`);
  expect(harness.people('frontline', chat)).toEqual(['jo', 'ann@example.com']);
});
