/** An offer that the agent has read, and of which no run has noted that he was told. */
import { describe, expect, test } from '@jest/globals';
import type { Doom } from '../../sim/process.ts';
import { isSystemConversation } from '../../src/core/agents/system-conversation.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;

type At = { readonly process: number; readonly step: number };

/** Ann and her phone; the process dies after that step. */
const annsPhone = (at?: At) => {
  const doom = (process: number): Doom | undefined =>
    process === at?.process ? { step: at.step, when: 'after', pauseMs: undefined } : undefined;
  const harness = scenarioHarness({ doom });
  const { twilio } = harness;
  const system = () => twilio.reads.containers('frontline').find(isSystemConversation)?.sid ?? '';
  const said = () => twilio.reads.transcript('frontline', system()).map(({ body = '' }) => body);
  return {
    harness,
    said,
    says: (text: string) => twilio.frontlineAgent.writes(ann.email, system(), text),
    isOffered: async (name: string): Promise<Chat> => {
      const chat = harness.begins(name, name.toLowerCase());
      await harness.settle(0.1);
      twilio.flexAgent.isOffered(ann.flexWorkerSid, chat.task);
      return chat;
    },
    /** Looks thirty times a second: nothing of what follows has been done by then. */
    untilTold: async () => {
      for (const before = said().length; said().length === before; ) await harness.settle(1 / 1800);
    },
  };
};

const statusOf = ({ twilio }: ScenarioHarness, chat: Chat) =>
  twilio.reads.tasks('flex').flatMap(({ sid, reservations }) => (sid === chat.task ? reservations[0]?.status : []));

/** Where a calm run has told of the second offer. */
const toldAt = ({ ran }: ScenarioHarness, first: number): At => {
  const runs = ran().map(({ kind, steps }) => (kind === 'flex-events' ? steps : []));
  const posts = (step: string) => step.startsWith('POST conversations');
  const process = runs.findIndex((steps, n) => n >= first && steps.some(posts));
  return { process: process + 1, step: (runs[process]?.findIndex(posts) ?? 0) + 1 };
};

/** She answers by a bare word what nobody but the sweep has told her. */
const answersTheNext = async (word: string, firstAnswer: string | undefined, at?: At) => {
  const { harness, said, says, isOffered, untilTold } = annsPhone(at);
  const jo = await isOffered('Jo');
  await untilTold();
  if (firstAnswer !== undefined) {
    says(firstAnswer);
    await harness.settle(12);
  }
  harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  const first = harness.ran().length;
  const bo = await isOffered('Bo');
  await untilTold();
  says(word);
  await harness.settle(8);
  const outcome = { jo: statusOf(harness, jo), bo: statusOf(harness, bo), said: said() };
  return { outcome, at: toldAt(harness, first) };
};

describe('a bare answer, when the process died that had told of an offer,', () => {
  test.each([
    ['is asked back where it may mean that one or another', '2', undefined, ['pending', 'pending']],
    ['accepts it where it was the only one', '1', '1', ['accepted', 'accepted']],
    ['declines it where it was the only one', '2', '1', ['accepted', 'rejected']],
  ] as const)('%s', async (_, word, firstAnswer, status) => {
    const calm = await answersTheNext(word, firstAnswer);
    expect([calm.outcome.jo, calm.outcome.bo].flat()).toEqual(status);
    const killed = await answersTheNext(word, firstAnswer, calm.at);
    expect(killed.outcome).toEqual(calm.outcome);
  });
});

test('a bare answer is asked back, though the telling was never answered and its event put aside', async () => {
  const { harness, says, said, isOffered, untilTold } = annsPhone();
  const { faults } = harness.twilio;
  const jo = await isOffered('Jo');
  await untilTold();
  faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'destroy', times: 1, only: 'POST conversations.messages' });
  const bo = await isOffered('Bo');
  await untilTold();
  const up = faults.add({ fault: 'side.down', account: 'frontline', p: 1, how: '503' });
  await harness.settle(16);
  expect(harness.journal('deferred(side_down)').map(({ type }) => type)).toEqual(['reservation.created']);
  says('2');
  await harness.settle(0.5);
  up();
  await harness.settle(5);
  expect([statusOf(harness, jo), statusOf(harness, bo)].flat()).toEqual(['pending', 'pending']);
  expect(said().at(-1)).toContain('More than one chat request could be meant.');
  expect(said().filter((text) => text.startsWith('You have an incoming chat request from Bo.'))).toHaveLength(1);
});
