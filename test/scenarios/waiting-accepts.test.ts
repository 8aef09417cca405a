/** Two agents have accepted one chat while the bridge could do nothing: the later one serves it, in either order. */
import { describe, expect, test } from '@jest/globals';
import { FLEX } from '../../local-twilio/defaults.ts';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import type { Accepted } from '../../src/core/model/event.ts';
import type { ReservationSid, TaskSid } from '../../src/core/model/sids.ts';
import { pairId } from '../../src/core/state/items.ts';
import { setMode } from '../../src/core/state/modes.ts';
import { loadPair } from '../../src/core/state/pair.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;
type Agent = typeof ann | typeof ben;

/** Ann accepts and hands the chat over to Ben a minute later, who accepts; no webhook of either comes. */
const accepts = async (harness: ScenarioHarness, how: 'cold' | 'warm') => {
  const chat = harness.begins();
  await harness.settle(0.2);
  harness.setSweeps(false);
  const heard = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  const first = harness.accepts(chat) as ReservationSid;
  const firstAt = harness.time.now();
  await harness.settle(1);
  const { reservationSid: last, taskSid } = harness.twilio.flexAgent.transfers(first, ben.flexWorkerSid, how);
  harness.twilio.flexAgent.accepts(last);
  const lastAt = harness.time.now();
  await harness.settle(0.1);
  heard();
  const of = (agent: Agent, task: TaskSid, reservation: string, acceptedAt: number): Accepted => ({
    ...{ type: 'reservation.accepted', side: 'flex', container: chat.channel, workspace: FLEX.workspaceSid, task },
    ...{ reservation: reservation as ReservationSid, worker: agent.flexWorkerSid, workerIdentity: agent.flexIdentity },
    ...{ customerName: 'Jo', acceptedAt },
  });
  return { chat, ann: of(ann, chat.task, first, firstAt), ben: of(ben, taskSid as TaskSid, last, lastAt) };
};

const hear = async (harness: ScenarioHarness, event: Accepted): Promise<void> => {
  const body = encodeEnvelope({ receivedAt: harness.time.now(), work: { kind: 'event', event } });
  await harness.queues.send('flex-events', { group: event.container, dedupe: event.reservation, body });
  await harness.settle(0.5);
};

/** By which reservation the chat is served now. */
const present = async (harness: ScenarioHarness, { channel }: Chat) =>
  (await loadPair(harness.store, pairId('flex', channel)))?.reservation;

const standing = async (harness: ScenarioHarness, chat: Chat) => {
  harness.setSweeps(true);
  await harness.settle(4);
  const pair = await loadPair(harness.store, pairId('flex', chat.channel));
  return {
    reservation: pair?.reservation,
    task: pair?.task,
    agents: pair?.agents.map(({ identity }) => identity),
    frontline: harness.people('frontline', chat).slice(1).toSorted(),
    state: harness.conversation(chat).state,
  };
};

describe.each([
  ['in their order', ['ann', 'ben']],
  ['the later one first', ['ben', 'ann']],
] as const)('heard of %s', (_, order) => {
  test('who took the chat over has it, and who gave it away is not in it', async () => {
    const harness = scenarioHarness();
    const accepted = await accepts(harness, 'cold');
    for (const name of order) await hear(harness, accepted[name]);
    expect(await present(harness, accepted.chat)).toBe(accepted.ben.reservation);
    expect(await standing(harness, accepted.chat)).toEqual({
      ...{ reservation: accepted.ben.reservation, task: accepted.ben.task, state: 'active' },
      ...{ agents: [ben.flexIdentity], frontline: [ben.email] },
    });
  });

  test('of two who both serve it the later one is the present agent', async () => {
    const harness = scenarioHarness();
    const accepted = await accepts(harness, 'warm');
    for (const name of order) await hear(harness, accepted[name]);
    expect(await present(harness, accepted.chat)).toBe(accepted.ben.reservation);
    expect(await standing(harness, accepted.chat)).toEqual({
      ...{ reservation: accepted.ben.reservation, task: accepted.ben.task, state: 'active' },
      ...{ agents: [ann.flexIdentity, ben.flexIdentity], frontline: [ann.email, ben.email].toSorted() },
    });
  });
});

test('Who has given a chat away before he could be let in is not let in', async () => {
  const harness = scenarioHarness();
  const accepted = await accepts(harness, 'cold');
  await hear(harness, accepted.ben);
  await hear(harness, accepted.ann);
  expect(harness.journal('skipped(handed_over)')).toHaveLength(1);
  expect(harness.joined(accepted.chat, ann.email)).toBeNaN();
});

test('A transfer while everything is off ends with who has the chat then', async () => {
  const harness = scenarioHarness();
  const set = (mode: 'on' | 'off') => setMode({ store: harness.store, clock: harness.time, nonce: () => mode }, mode);
  await set('off');
  await harness.settle(0.6);
  const chat = harness.begins();
  await harness.settle(0.1);
  const first = harness.accepts(chat);
  await harness.settle(5);
  const { reservationSid } = harness.twilio.flexAgent.transfers(first, ben.flexWorkerSid, 'cold');
  await harness.settle(0.1);
  harness.twilio.flexAgent.accepts(reservationSid);
  await harness.settle(5);
  await set('on');
  expect((await standing(harness, chat)).frontline).toEqual([ben.email]);
  expect((await standing(harness, chat)).reservation).toBe(reservationSid);
});

test('Who has given a chat away after a link that stopped half-way let him in goes again, and gets no task', async () => {
  const harness = scenarioHarness();
  const set = (mode: 'on' | 'off') =>
    setMode({ store: harness.store, clock: harness.time, nonce: () => mode }, mode, ['toFlex']);
  await set('off');
  await harness.settle(0.6);
  const accepted = await accepts(harness, 'cold');
  await hear(harness, accepted.ann);
  expect(harness.people('frontline', accepted.chat)).toEqual(['jo', ann.email]);
  await set('on');
  await harness.settle(0.6);
  await hear(harness, accepted.ben);
  expect(await standing(harness, accepted.chat)).toMatchObject({ agents: [ben.flexIdentity], frontline: [ben.email] });
  expect(harness.twilio.reads.tasks('flex')).toHaveLength(2);
});
