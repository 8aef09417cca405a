/** An agent hands a chat over in the Frontline app: Flex follows, or the chat goes back, and never has no agent. */
import { describe, expect, test } from '@jest/globals';
import { type DefaultAgent, FLEX } from '../../local-twilio/defaults.ts';
import type { Fault } from '../../local-twilio/faults.ts';
import { configWith } from '../../sim/settings.ts';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import type { Accepted } from '../../src/core/model/event.ts';
import type { ReservationSid, TaskSid } from '../../src/core/model/sids.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben, eve } = AGENTS;
const lost: Fault = { fault: 'webhook.lost', p: 1 };
const ORDERS = ['in, then out', 'out, then in'] as const;

type Order = (typeof ORDERS)[number];

/** Ann's chat, to which all has been said, at rest. */
const served = async (harness: ScenarioHarness): Promise<Chat> => {
  const chat = await harness.linkedChat();
  harness.customerWrites(chat, 'hello');
  await harness.settle(0.1);
  return chat;
};

const handsOver = (harness: ScenarioHarness, chat: Chat, order: Order, to: DefaultAgent = ben) =>
  harness.twilio.frontlineAgent.transfers(ann.email, harness.conversation(chat).sid, to.email, order);

const agents = (harness: ScenarioHarness, chat: Chat) =>
  (['flex', 'frontline'] as const).map((side) => harness.people(side, chat).slice(1));

const both = (...who: readonly DefaultAgent[]) => [
  who.map(({ flexIdentity }) => flexIdentity),
  who.map(({ email }) => email),
];

/** Tasks that name the chat's channel, and all others, by their states. */
const tasks = (harness: ScenarioHarness, chat: Chat) => {
  const all = harness.twilio.reads.tasks('flex');
  const names = (attributes: string) => JSON.parse(attributes).channelSid === chat.channel;
  return {
    naming: all.filter(({ attributes }) => names(attributes)).map(({ status }) => status),
    others: all.filter(({ attributes }) => !names(attributes)).map(({ status }) => status),
  };
};

/** The accept of an agent's own task of the chat, as its webhook tells it. */
const acceptOf = (harness: ScenarioHarness, chat: Chat, { flexWorkerSid, flexIdentity }: DefaultAgent) => {
  const all = harness.twilio.reads.tasks('flex');
  const task = all.find(({ reservations }) => reservations.some(({ workerSid }) => workerSid === flexWorkerSid));
  const [reservation] = task?.reservations ?? [];
  const event: Accepted = {
    ...{ type: 'reservation.accepted', side: 'flex', container: chat.channel, workspace: FLEX.workspaceSid },
    ...{ task: task?.sid as TaskSid, reservation: reservation?.sid as ReservationSid, customerName: 'Jo' },
    ...{ worker: flexWorkerSid, workerIdentity: flexIdentity, acceptedAt: harness.time.now() },
  };
  return event;
};

const hear = async (harness: ScenarioHarness, event: Accepted): Promise<void> => {
  const body = encodeEnvelope({ receivedAt: harness.time.now(), work: { kind: 'event', event } });
  await harness.queues.send('flex-events', { group: event.container, dedupe: `again ${event.reservation}`, body });
  await harness.settle(0.2);
};

/** What the bridge has told an agent in his System conversation. */
const told = (harness: ScenarioHarness, who: DefaultAgent): readonly string[] => {
  const { reads } = harness.twilio;
  const own = reads.containers('frontline').filter(({ attributes }) => attributes.includes(who.flexWorkerSid));
  return own.flatMap(({ sid }) => reads.transcript('frontline', sid).map(({ body }) => body ?? ''));
};

describe.each(ORDERS)('a chat that is handed over in Frontline, %s,', (order) => {
  test('is handed over in Flex at once: a task of his own, accepted for him, and the old one ended', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    handsOver(harness, chat, order);
    await harness.settle(0.2);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed'] });
    expect([...told(harness, ann), ...told(harness, ben)]).toEqual([]);
    expect(harness.counterparts(chat)).toHaveLength(1);
  });

  test('goes on: what is said then crosses, and it ends with his task', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    handsOver(harness, chat, order);
    harness.customerWrites(chat, 'who is it now?');
    await harness.settle(2);
    harness.frontlineAgentWrites(chat, 'it is Ben', ben);
    await harness.settle(0.1);
    harness.flexAgentWrites(chat, 'in Flex, too', ben);
    await harness.settle(1);
    expect(harness.said('flex', chat)).toEqual(['hello', 'who is it now?', 'it is Ben', 'in Flex, too']);
    expect(harness.said('frontline', chat)).toEqual(harness.said('flex', chat));
    const open = harness.twilio.reads.tasks('flex').find(({ status }) => status === 'assigned');
    harness.twilio.flexAgent.completesTask(open?.sid ?? '');
    await harness.settle(1);
    expect(harness.conversation(chat).state).toBe('closed');
  });

  test('with every webhook of it lost is handed over within five minutes', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    const end = harness.twilio.faults.add(lost);
    handsOver(harness, chat, order);
    await harness.settle(5);
    end();
    await harness.settle(1);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed'] });
  });

  test('with every webhook doubled is handed over once', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    harness.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 3_000 });
    handsOver(harness, chat, order);
    await harness.settle(5);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed'] });
  });

  test('and whose task Flex makes without an answer gets no second one', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    const end = harness.twilio.faults.add({
      fault: 'rest.answer-lost',
      loss: 'destroy',
      p: 1,
      only: 'POST taskrouter.tasks',
    });
    handsOver(harness, chat, order);
    await harness.settle(0.1);
    end();
    await harness.settle(5);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed'] });
  });

  test('by setting is refused: the old agent stays, and is told why, once', async () => {
    const harness = scenarioHarness({ config: { refusesHandovers: true } });
    const chat = await served(harness);
    handsOver(harness, chat, order);
    await harness.settle(4);
    expect(agents(harness, chat)).toEqual(both(ann));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: [] });
    expect(told(harness, ann)).toEqual([
      'Your chat with Jo was not handed over to ben.o_neil@example.com: chats are handed over in Flex, not here. It is still yours.',
    ]);
    expect(told(harness, ben)).toHaveLength(1);
  });

  test('to somebody who is no agent of Flex is refused', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    harness.twilio.place.flex.workspace.workers.delete(eve.flexWorkerSid);
    handsOver(harness, chat, order, eve);
    await harness.settle(4);
    expect(agents(harness, chat)).toEqual(both(ann));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: [] });
    expect(told(harness, ann)).toEqual([expect.stringContaining('has no worker in Flex')]);
  });

  test('and that Flex takes in no workflow goes back, and both are told once', async () => {
    const harness = scenarioHarness({
      config: { flex: { ...configWith().flex, workflowSid: `WW${'0'.repeat(31)}1` } },
    });
    const chat = await served(harness);
    handsOver(harness, chat, order);
    await harness.settle(6);
    expect(agents(harness, chat)).toEqual(both(ann));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: [] });
    expect([told(harness, ann), told(harness, ben)]).toEqual([[expect.any(String)], [expect.any(String)]]);
  });
});

describe('an agent who comes in in Frontline', () => {
  const adds = (harness: ScenarioHarness, chat: Chat, other: string) =>
    harness.twilio.frontlineAgent.adds(ann.email, harness.conversation(chat).sid, other);

  test('beside the one who stays serves the chat with him, and the chat goes on with either', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    adds(harness, chat, ben.email);
    await harness.settle(2);
    expect(agents(harness, chat)).toEqual(both(ann, ben));
    expect(tasks(harness, chat).naming).toEqual(['assigned', 'assigned']);
    harness.twilio.frontlineAgent.leaves(ann.email, harness.conversation(chat).sid);
    await harness.settle(2);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed'] });
    expect(harness.conversation(chat).state).toBe('active');
  });

  test('and is nobody’s worker, as a supervisor or a bot, crosses to nobody', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    adds(harness, chat, 'supervisor@example.com');
    await harness.settle(12);
    expect(agents(harness, chat)[0]).toEqual([ann.flexIdentity]);
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: [] });
    expect(told(harness, ann)).toEqual([]);
  });

  test.each([true, false])('is not asked whether he takes it, AUTO_ACCEPT_TASKS=%s', async (acceptsOffers) => {
    const harness = scenarioHarness({ config: { acceptsOffers } });
    const chat = await served(harness);
    handsOver(harness, chat, 'in, then out');
    await harness.settle(5);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect(told(harness, ben)).toEqual([]);
  });

  test('costs twenty-four calls at most, the sweep apart', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    await harness.settle(2);
    const count = () => Object.values(harness.calls()).reduce((sum, n) => sum + n, 0);
    const before = count();
    handsOver(harness, chat, 'out, then in');
    await harness.settle(0.2);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect(count() - before).toBeLessThanOrEqual(24);
  });

  test('gives it back in Frontline within a minute, and it is hers again', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    handsOver(harness, chat, 'in, then out');
    await harness.settle(0.5);
    harness.twilio.frontlineAgent.transfers(ben.email, harness.conversation(chat).sid, ann.email, 'out, then in');
    await harness.settle(5);
    expect(agents(harness, chat)).toEqual(both(ann));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed', 'completed'] });
    expect(harness.conversation(chat).state).toBe('active');
  });

  test('while Flex offers it to him, too, takes the one that Flex has made', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    await harness.settle(0.1);
    const reservation = harness.accepts(chat);
    await harness.settle(3);
    harness.twilio.flexAgent.transfers(reservation, ben.flexWorkerSid, 'warm');
    handsOver(harness, chat, 'in, then out');
    await harness.settle(5);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed'] });
  });
});

test('Who goes in Frontline while his task cannot be ended is not brought back by his accept', async () => {
  const harness = scenarioHarness();
  const chat = await served(harness);
  const { sid } = harness.conversation(chat);
  harness.twilio.frontlineAgent.adds(ann.email, sid, ben.email);
  await harness.settle(2);
  const stays = harness.twilio.faults.add({ fault: 'rest.429', p: 1, only: 'POST taskrouter.task' });
  harness.twilio.frontlineAgent.leaves(ben.email, sid);
  await harness.settle(0.3);
  await hear(harness, acceptOf(harness, chat, ben));
  stays();
  await harness.settle(5);
  expect(harness.journal('skipped(handed_over)')).toHaveLength(1);
  expect(agents(harness, chat)).toEqual(both(ann));
  expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed'] });
});

test('a task that Flex copies with the bridge’s mark is offered like any other', async () => {
  const harness = scenarioHarness();
  const chat = await served(harness);
  handsOver(harness, chat, 'in, then out');
  await harness.settle(1);
  const bens = harness.twilio.reads.tasks('flex').find(({ status }) => status === 'assigned');
  harness.twilio.flexAgent.transfers(bens?.reservations[0]?.sid ?? '', eve.flexWorkerSid, 'warm');
  await harness.settle(0.2);
  expect(told(harness, eve)).toEqual([expect.stringContaining('incoming chat request from Jo')]);
});

describe('a chat whose next agent is not in Flex yet', () => {
  /** TaskRouter takes no answer to an offer meanwhile. */
  const underWay = async (harness: ScenarioHarness) => {
    const chat = await served(harness);
    const works = harness.twilio.faults.add({ fault: 'rest.429', p: 1, only: 'POST taskrouter.workerreservation' });
    handsOver(harness, chat, 'in, then out');
    await harness.settle(0.2);
    const his = harness.twilio.reads.tasks('flex').find(({ status }) => status === 'reserved');
    return { chat, works, his };
  };

  test('is still with the one before, in Flex', async () => {
    const harness = scenarioHarness();
    const { chat } = await underWay(harness);
    await harness.settle(5);
    expect(agents(harness, chat)).toEqual([[ann.flexIdentity], [ben.email]]);
    expect(told(harness, ben)).toEqual([]);
  });

  test('and which is handed to and fro meanwhile, and again when his task has ended, has an agent with a task', async () => {
    const harness = scenarioHarness();
    const { chat, works } = await underWay(harness);
    const { sid } = harness.conversation(chat);
    const { frontlineAgent, faults } = harness.twilio;
    frontlineAgent.transfers(ben.email, sid, ann.email, 'in, then out');
    const stays = faults.add({ fault: 'rest.429', p: 1, only: 'DELETE chat.member' });
    works();
    await harness.settle(2);
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed'] });
    frontlineAgent.transfers(ann.email, sid, ben.email, 'in, then out');
    await harness.settle(0.1);
    stays();
    await harness.settle(8);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed', 'completed'] });
  });

  test('who declines it there, goes back to the one before, and both are told once', async () => {
    const harness = scenarioHarness();
    const { chat, works, his } = await underWay(harness);
    harness.twilio.flexAgent.rejects(his?.reservations[0]?.sid ?? '');
    works();
    await harness.settle(5);
    expect(agents(harness, chat)).toEqual(both(ann));
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['canceled'] });
    expect(told(harness, ann)).toEqual([expect.stringContaining('declined or has timed out')]);
    expect(told(harness, ben)).toEqual([expect.stringContaining('declined or has timed out')]);
  });

  test('and which ends in Flex leaves no task behind', async () => {
    const harness = scenarioHarness();
    const { chat, works } = await underWay(harness);
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel);
    works();
    await harness.settle(5);
    expect(harness.conversation(chat).state).toBe('closed');
    expect(tasks(harness, chat)).toEqual({ naming: ['wrapping'], others: ['canceled'] });
  });

  test('and whose conversation a timer closes is his in the next one, or hers', async () => {
    const harness = scenarioHarness();
    const { chat, works } = await underWay(harness);
    const conversation = harness.twilio.place.frontline.chat.containers.get(harness.conversation(chat).sid);
    if (conversation !== undefined) conversation.state = 'closed';
    works();
    await harness.settle(12);
    expect(harness.conversation(chat).state === 'active').toBe(harness.counterparts(chat).length === 2);
    expect(tasks(harness, chat).naming.filter((status) => status === 'assigned').length).toBeLessThanOrEqual(1);
  });
});

describe('a chat that Flex has taken off its agent and offers to the next one, handed over in Frontline meanwhile', () => {
  const offered = async (harness: ScenarioHarness, to: DefaultAgent) => {
    const chat = harness.begins();
    await harness.settle(0.1);
    const reservation = harness.accepts(chat);
    await harness.settle(3);
    return { chat, next: harness.twilio.flexAgent.transfers(reservation, to.flexWorkerSid, 'cold') };
  };

  test('goes to the one after him, when he lets the offer of Flex time out', async () => {
    const harness = scenarioHarness();
    const { chat, next } = await offered(harness, ben);
    const works = harness.twilio.faults.add({ fault: 'rest.429', p: 1, only: 'POST taskrouter.workerreservation' });
    handsOver(harness, chat, 'in, then out');
    await harness.settle(1);
    harness.twilio.flexAgent.letsTimeOut(next.reservationSid);
    works();
    await harness.settle(3);
    expect(agents(harness, chat)).toEqual([[], [ann.email]]);
    expect(told(harness, ben)).toContainEqual(expect.stringContaining('could not be handed over to you'));
    const { flexAgent } = harness.twilio;
    flexAgent.accepts(flexAgent.isOffered(eve.flexWorkerSid, next.taskSid).reservationSid);
    await harness.settle(3);
    expect(agents(harness, chat)).toEqual(both(eve));
    expect(harness.conversation(chat).state).toBe('active');
    expect(tasks(harness, chat)).toEqual({ naming: ['assigned'], others: ['completed'] });
  });

  test.each(ORDERS)('%s, and refused by setting, is hers until that one accepts', async (order) => {
    const harness = scenarioHarness({ config: { refusesHandovers: true } });
    const { chat, next } = await offered(harness, eve);
    await harness.settle(1);
    handsOver(harness, chat, order);
    await harness.settle(5);
    expect(agents(harness, chat)).toEqual([[], [ann.email]]);
    harness.twilio.flexAgent.accepts(next.reservationSid);
    await harness.settle(3);
    expect(agents(harness, chat)).toEqual(both(eve));
  });
});

test('Who is about to leave the channel when a timer closes the conversation leaves it all the same', async () => {
  const harness = scenarioHarness();
  const chat = await served(harness);
  const stays = harness.twilio.faults.add({ fault: 'rest.429', p: 1, only: 'DELETE chat.member' });
  handsOver(harness, chat, 'in, then out');
  await harness.settle(0.3);
  expect(agents(harness, chat)).toEqual([[ann.flexIdentity, ben.flexIdentity], [ben.email]]);
  harness.twilio.closeByTimer(harness.conversation(chat).sid);
  await harness.settle(0.05);
  const end = harness.twilio.faults.add(lost);
  stays();
  await harness.settle(3);
  end();
  await harness.settle(3);
  expect(harness.counterparts(chat)).toHaveLength(2);
  expect(agents(harness, chat)).toEqual(both(ben));
});

describe('a join of the bridge that Twilio carries out when its agent has gone again', () => {
  const late = (only: string): Fault => ({
    ...{ fault: 'rest.late-commit', p: 1, times: 1, loss: 'destroy', maxMs: 3_000_000 },
    only,
  });

  test('leaves nobody in the channel', async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    harness.twilio.faults.add(late('POST chat.members'));
    handsOver(harness, chat, 'in, then out');
    await harness.settle(1);
    expect(agents(harness, chat)).toEqual(both(ben));
    harness.twilio.frontlineAgent.transfers(ben.email, harness.conversation(chat).sid, ann.email, 'in, then out');
    await harness.settle(60);
    expect(harness.twilio.faults.counts()['rest.late-commit']).toBe(1);
    expect(agents(harness, chat)).toEqual(both(ann));
  });

  test('is not taken for somebody who takes the chat in Frontline', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.faults.add(late('POST conversations.participants'));
    harness.accepts(chat, ben);
    await harness.settle(1);
    expect(agents(harness, chat)).toEqual(both(ann, ben));
    harness.twilio.frontlineAgent.leaves(ben.email, harness.conversation(chat).sid);
    await harness.settle(60);
    expect(harness.twilio.faults.counts()['rest.late-commit']).toBe(1);
    expect(agents(harness, chat)).toEqual(both(ann));
    expect(tasks(harness, chat).naming).toHaveLength(1);
  });
});

describe('a chat that is handed back while Twilio refuses what it was handed over with', () => {
  const refuses = (only: string): Fault => ({ fault: 'rest.5xx-before', status: 503, p: 1, only });
  /** Ben has got it in Frontline, and Twilio does not take Ann out of the channel. */
  const handedOverAndStays = async () => {
    const harness = scenarioHarness();
    const chat = await served(harness);
    const stays = harness.twilio.faults.add(refuses('DELETE chat.member'));
    handsOver(harness, chat, 'in, then out');
    await harness.settle(0.5);
    return { harness, chat, stays };
  };
  /** Whether there was an agent in the channel, looked at in each of so many seconds. */
  const servedFor = async (harness: ScenarioHarness, chat: Chat, seconds: number): Promise<boolean> => {
    let served = true;
    for (let n = 0; n < seconds * 5; n += 1) {
      await harness.settle(1 / 300);
      served &&= (agents(harness, chat)[0] ?? []).length > 0;
    }
    return served;
  };

  test('keeps whom it was taken from in the channel, when his successor has gone', async () => {
    const { harness, chat, stays } = await handedOverAndStays();
    expect(harness.people('flex', chat).slice(1)).toEqual([ann.flexIdentity, ben.flexIdentity]);
    const refused = harness.twilio.faults.add(refuses('POST taskrouter.tasks'));
    harness.twilio.frontlineAgent.transfers(ben.email, harness.conversation(chat).sid, ann.email, 'in, then out');
    harness.twilio.flexAgent.leaves(ben.flexWorkerSid, chat.channel);
    stays();
    expect(await servedFor(harness, chat, 90)).toBe(true);
    refused();
    expect(await servedFor(harness, chat, 300)).toBe(true);
    expect(agents(harness, chat)).toEqual(both(ann));
  });

  test('lets him go when his successor, who had gone, is back', async () => {
    const { harness, chat, stays } = await handedOverAndStays();
    harness.twilio.flexAgent.leaves(ben.flexWorkerSid, chat.channel);
    stays();
    expect(await servedFor(harness, chat, 300)).toBe(true);
    expect(agents(harness, chat)).toEqual(both(ben));
  });

  test('keeps his successor in the channel, also before a run that has slept meanwhile', async () => {
    let runs = 0;
    let armed = false;
    const harness: ScenarioHarness = scenarioHarness({
      doom: (_, kind) => {
        if (!armed || kind !== 'flex-events') return undefined;
        runs += 1;
        return runs === 1 ? { step: 2, when: 'after', pauseMs: 170_000 } : undefined;
      },
    });
    const chat = await served(harness);
    armed = true;
    const work = { kind: 'agree', pair: `flex#${chat.channel}`, hint: 'sweep' } as const;
    const body = encodeEnvelope({ receivedAt: harness.time.now(), work });
    await harness.queues.send('flex-events', { group: chat.channel, dedupe: 'sleeps', body });
    await harness.settle(0.1);
    handsOver(harness, chat, 'in, then out');
    expect(await servedFor(harness, chat, 155)).toBe(true);
    expect(agents(harness, chat)).toEqual(both(ben));
    const refused = harness.twilio.faults.add(refuses('POST taskrouter.tasks'));
    harness.twilio.frontlineAgent.transfers(ben.email, harness.conversation(chat).sid, ann.email, 'in, then out');
    expect(await servedFor(harness, chat, 30)).toBe(true);
    expect(harness.meter.counts().get('zombie')).toBe(1);
    refused();
    expect(await servedFor(harness, chat, 300)).toBe(true);
    expect(agents(harness, chat)).toEqual(both(ann));
  });
});
