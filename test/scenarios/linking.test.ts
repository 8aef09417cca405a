import { describe, expect, test } from '@jest/globals';
import { CALM } from '../../sim/plan.ts';
import type { TaskSid } from '../../src/core/model/sids.ts';
import { AGENTS, type Chat, channelUrl, conversationsUrl, FLEX, openStage, type Stage } from './stage.ts';

const { ann, ben, sam } = AGENTS;

/** A web chat in which the customer has said so many things already. */
const chatOf = async (stage: Stage, messages: number): Promise<Chat> => {
  const chat = stage.begins();
  for (let n = 1; n <= messages; n += 1) {
    stage.customerWrites(chat, `before ${n}`);
    await stage.settle(0.001);
  }
  await stage.settle(0.5);
  return chat;
};

const earlier = (messages: number): readonly string[] => Array.from({ length: messages }, (_, n) => `before ${n + 1}`);

describe('linking a chat', () => {
  test('gives it a conversation that names its channel, instance, workspace and task from birth', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 0);
    stage.accepts(chat);
    await stage.settle();

    const { uniqueName, attributes, friendlyName } = stage.conversation(chat);
    expect(uniqueName).toBe(`bridge-flex-${chat.channel}-1`);
    expect(friendlyName).toBe('Jo');
    expect(JSON.parse(attributes)).toMatchObject({
      chatChannelSid: chat.channel,
      chatInstanceSid: FLEX.chatServiceSid,
      WorkspaceSid: FLEX.workspaceSid,
      TaskSid: chat.task,
    });
    // At birth: nobody ever wrote to the conversation itself again.
    expect(stage.calls()['frontline POST conversations.conversation']).toBeUndefined();
    expect(stage.journal('linked')[0]?.sids).toEqual(
      expect.arrayContaining([chat.channel, stage.conversation(chat).sid]),
    );
  });

  test('brings the customer first, under the same identity and the name that Flex shows', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 2);
    stage.accepts(chat);
    await stage.settle();

    expect(stage.people('frontline', chat)).toEqual(['jo', 'ann@example.com']);
    const [customer] = stage.conversation(chat).members;
    expect(JSON.parse(customer?.attributes ?? '')).toEqual({ customer_id: 'jo', display_name: 'Jo' });
    expect(stage.joined(chat, 'jo')).toBeLessThan(Math.min(...stage.written(chat)));
  });

  test('brings the agent last, when the whole history stands there with its authors and times', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 5);
    stage.accepts(chat);
    await stage.settle();

    const told = (side: 'flex' | 'frontline') =>
      stage.transcript(side, chat).map(({ author, body, dateCreated }) => [author, body, dateCreated.slice(0, 19)]);
    expect(told('frontline')).toEqual(told('flex'));
    expect(stage.said('frontline', chat)).toEqual(earlier(5));
    expect(stage.joined(chat, ann.email)).toBeGreaterThan(Math.max(...stage.written(chat)));
  });

  test("decodes the agent's identity from Flex's spelling, underscores of his own included", async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 0);
    stage.accepts(chat, ben);
    await stage.settle();
    stage.flexAgentWrites(chat, 'hello', ben);
    await stage.settle();

    expect(stage.people('frontline', chat)).toEqual(['jo', 'ben.o_neil@example.com']);
    expect(stage.transcript('frontline', chat)[0]?.author).toBe('ben.o_neil@example.com');
  });

  test('copies 250 messages of history in order, over several pages and the deaths of several functions', async () => {
    const stage = openStage();
    stage.twilio.switches.latency = 60;
    const chat = await chatOf(stage, 250);
    stage.accepts(chat);
    await stage.settle(3);

    expect(stage.said('frontline', chat)).toEqual(earlier(250));
    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(stage.calls()['flex GET chat.messages']).toBeGreaterThan(3);
    expect(stage.calls()['frontline POST conversations.messages']).toBe(250);
    expect(stage.journal('retried').filter(({ reason }) => reason === 'more_to_copy').length).toBeGreaterThan(0);
  });

  test('lets what is said while it is linked cross once, after the history', async () => {
    const stage = openStage();
    stage.twilio.switches.latency = 60;
    const chat = await chatOf(stage, 40);
    stage.accepts(chat);
    for (let n = 1; n <= 20; n += 1) {
      await stage.settle(0.003);
      stage.customerWrites(chat, `meanwhile ${n}`);
    }
    await stage.settle(3);

    expect(stage.said('frontline', chat)).toEqual(stage.said('flex', chat));
    expect(stage.said('frontline', chat)).toHaveLength(60);
  });

  test('adds the agent to the channel when Flex has not done it', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 1);
    stage.accepts(chat, ann, 'never');
    await stage.settle();

    expect(stage.people('flex', chat)).toEqual(['jo', ann.flexIdentity]);
    stage.flexAgentWrites(chat, 'now I can write');
    await stage.settle();
    expect(stage.said('frontline', chat)).toEqual(['before 1', 'now I can write']);
  });

  test.each([0, 100, 200, 300, 400, 500, 600])(
    "is well when Flex's interface adds the agent %i ms after the accept, whoever wins",
    async (afterMs) => {
      const stage = openStage();
      const chat = await chatOf(stage, 1);
      stage.accepts(chat, ann, { afterMs });
      await stage.settle();

      expect(stage.people('flex', chat)).toEqual(['jo', ann.flexIdentity]);
      expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
      expect(stage.journal('retried').filter(({ type }) => type === 'reservation.accepted')).toEqual([]);
      expect(stage.journal('linked')).toHaveLength(1);
    },
  );

  test('does nothing for a voice task', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 1);
    const task = await stage.rest(
      'flex',
      'POST',
      `https://taskrouter.twilio.com/v1/Workspaces/${FLEX.workspaceSid}/Tasks`,
      {
        TaskChannel: 'voice',
        Attributes: JSON.stringify({ channelSid: chat.channel }),
      },
    );
    stage.twilio.counts.reset();
    stage.accepts({ ...chat, task: String(task.sid) as TaskSid }, ann, 'never');
    await stage.settle(3);

    expect(stage.counterparts(chat)).toEqual([]);
    // The sweep's own list of all tasks.
    expect(stage.calls()).toEqual({ 'flex GET taskrouter.tasks': 3 });
    expect(stage.journal('skipped(not_a_chat)')).toHaveLength(1);
  });

  test('does nothing for an agent without a Frontline user, and the journal names the worker to add', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 1);
    stage.accepts(chat, sam);
    await stage.settle(5);

    expect(stage.counterparts(chat)).toEqual([]);
    expect(stage.journal('skipped(no_twin)').map(({ sids }) => sids)).toEqual([
      expect.arrayContaining([sam.flexWorkerSid]),
    ]);
  });

  test('succeeds when another agent, who has a Frontline user, takes over', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 2);
    stage.accepts(chat, sam);
    await stage.settle(5);
    stage.accepts(chat, ann);
    await stage.settle(5);

    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(stage.said('frontline', chat)).toEqual(earlier(2));
  });

  test('never gives a counterpart to a channel that is one itself', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 1);
    const origin = `CH${'0a'.repeat(16)}`;
    await stage.rest('flex', 'POST', channelUrl(chat), { UniqueName: `bridge-frontline-${origin}-1` });
    stage.accepts(chat);
    await stage.settle(30);

    expect(stage.counterparts(chat)).toEqual([]);
    // Once for the webhook, and seldom for the sweep, which finds no pair for an accepted task.
    const told = stage.journal('skipped(counterpart)').length;
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(4);
  });
});

describe('one chat, one conversation', () => {
  const oneStory = (stage: Stage, chat: Chat): void => {
    expect(stage.counterparts(chat)).toHaveLength(1);
    expect(stage.said('frontline', chat)).toEqual(stage.said('flex', chat));
  };

  test('when the same accept is told again minutes later', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 3);
    const end = stage.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 30 * 60_000 });
    stage.accepts(chat);
    await stage.settle(40);
    end();

    oneStory(stage, chat);
    expect(stage.journal('linked')).toHaveLength(1);
    expect(stage.journal('skipped(already)').filter(({ type }) => type === 'reservation.accepted')).toHaveLength(1);
  });

  test('when two agents accept at once', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 3);
    stage.accepts(chat, ann);
    stage.accepts(chat, ben);
    await stage.settle(3);

    oneStory(stage, chat);
    expect(stage.people('frontline', chat)[0]).toBe('jo');
    expect(new Set(stage.people('frontline', chat))).toEqual(new Set(['jo', ann.email, ben.email]));
  });

  test('when two functions link it side by side', async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const stage = openStage({ seed });
      const chat = await chatOf(stage, 3);
      stage.setFaults({ ...CALM, twin: 1 });
      stage.accepts(chat, ann, 'never');
      stage.accepts(chat, ben, 'never');
      await stage.settle(5);

      oneStory(stage, chat);
      expect(stage.people('frontline', chat)).toEqual(expect.arrayContaining(['jo', ann.email, ben.email]));
    }
  });

  test('when the answer to its creation is lost', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 3);
    stage.accepts(chat);
    await stage.during(
      { fault: 'rest.answer-lost', p: 1, loss: 'destroy', only: 'POST conversations.conversations' },
      0.01,
    );
    await stage.settle(3);

    expect(stage.twilio.faults.counts()['rest.answer-lost']).toBeGreaterThan(0);
    oneStory(stage, chat);
    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
  });
});

describe('when linking meets trouble', () => {
  test.each(['503', 'hang'] as const)(
    'a chat accepted while Frontline is down (%s) for 20 minutes is linked when it is back',
    async (how) => {
      const stage = openStage();
      const chat = await chatOf(stage, 3);
      stage.accepts(chat);
      await stage.settle(0.001);
      await stage.during({ fault: 'side.down', p: 1, how, account: 'frontline' }, 10);
      stage.customerWrites(chat, 'anybody there?');
      await stage.during({ fault: 'side.down', p: 1, how, account: 'frontline' }, 10);
      stage.customerWrites(chat, 'hello?');
      await stage.settle(5);

      expect(stage.said('frontline', chat)).toEqual([...earlier(3), 'anybody there?', 'hello?']);
      expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
      expect(stage.journal('deferred(side_down)').length).toBeGreaterThan(0);
    },
  );

  test('an agent who takes over while Frontline is down joins when it is back', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 1);
    stage.accepts(chat, ann);
    await stage.settle(5);
    stage.accepts(chat, ben);
    await stage.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 20);
    await stage.settle(5);

    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email, ben.email]);
  });

  test('an agent without a Frontline user, accepting while Frontline is down, does not stand in the way of the next', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 1);
    stage.accepts(chat, sam);
    await stage.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 17);
    stage.accepts(chat, ann);
    await stage.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 17);
    await stage.settle(5);

    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('an agent without a Frontline user who takes over while Frontline is down leaves the pair as it was', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 1);
    stage.accepts(chat, ann);
    await stage.settle(5);
    stage.accepts(chat, sam);
    stage.customerWrites(chat, 'are you there?');
    await stage.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 20);
    await stage.settle(10);

    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(stage.said('frontline', chat)).toEqual(['before 1', 'are you there?']);
    expect(stage.journal('skipped(no_twin)')).toHaveLength(1);
  });

  test('two accepts that Frontline could not hear are both served when it is back', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 1);
    const end = stage.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
    stage.accepts(chat, ann);
    await stage.settle(16);
    stage.accepts(chat, sam);
    await stage.settle(16);
    stage.accepts(chat, ben);
    await stage.settle(16);
    end();
    await stage.settle(10);

    expect([...stage.people('frontline', chat)].sort()).toEqual([ann.email, ben.email, 'jo']);
    expect(stage.said('frontline', chat)).toEqual(['before 1']);
    expect(stage.journal('skipped(no_twin)')).toHaveLength(1);
    expect((await stage.store.list('backlog', { limit: 9 })).items).toEqual([]);
  });

  test.each(['other', undefined])(
    'a conversation under our name that another program made (deployment %s) is left alone and the event parked',
    async (bridgeDeployment) => {
      const stage = openStage();
      const chat = await chatOf(stage, 3);
      await stage.rest('frontline', 'POST', conversationsUrl, {
        UniqueName: `bridge-flex-${chat.channel}-1`,
        Attributes: JSON.stringify({ chatChannelSid: chat.channel, bridgeDeployment }),
      });
      stage.accepts(chat);
      await stage.settle(10);

      expect(stage.counterparts(chat)).toHaveLength(1);
      expect(stage.said('frontline', chat)).toEqual([]);
      expect(stage.people('frontline', chat)).toEqual([]);
      expect(stage.journal('parked(other_deployment)')).toHaveLength(1);
      expect((await stage.dead()).map(({ reason }) => reason)).toEqual(['other_deployment']);
    },
  );

  test('a counterpart that was closed before the pair was open is followed by the next generation', async () => {
    const stage = openStage();
    const chat = await chatOf(stage, 3);
    await stage.rest('frontline', 'POST', conversationsUrl, {
      UniqueName: `bridge-flex-${chat.channel}-1`,
      Attributes: JSON.stringify({ chatChannelSid: chat.channel, bridgeDeployment: 'sim' }),
      State: 'closed',
    });
    stage.accepts(chat);
    await stage.settle(3);

    expect(stage.counterparts(chat).map(({ uniqueName }) => uniqueName)).toEqual([
      `bridge-flex-${chat.channel}-1`,
      `bridge-flex-${chat.channel}-2`,
    ]);
    expect(stage.said('frontline', chat)).toEqual(earlier(3));
    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
  });
});

test("a customer's name is cut to what a conversation may be called, whatever it is made of", async () => {
  const stage = openStage();
  const chat = stage.begins('🙂'.repeat(3_000));
  await stage.settle(0.1);
  stage.accepts(chat);
  await stage.settle(3);

  expect(stage.conversation(chat).friendlyName).toBe(`${'🙂'.repeat(127)}…`);
  expect(stage.people('frontline', chat)).toEqual(['jo', 'ann@example.com']);
});
