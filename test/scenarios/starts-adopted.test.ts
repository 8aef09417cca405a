/** An agent begins a chat with a customer who waits in Flex: his channel, and his task, are there already. */
import { expect, test } from '@jest/globals';
import type { WorldPlan } from '../../sim/plan.ts';
import { annBegins, PHONE } from './begun.ts';
import { AGENTS, type Chat, FLEX, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;

const somebodyWaits = async (plan: Partial<WorldPlan> = {}) => {
  const harness = scenarioHarness(plan);
  const waiting = harness.texts(PHONE, 'is anybody there?');
  await harness.settle(0.5);
  return { harness, waiting };
};

const task = ({ twilio }: ScenarioHarness, sid: string) => twilio.reads.tasks('flex').find((one) => one.sid === sid);
const isOver = ({ status }: { readonly status: string }): boolean => status === 'canceled' || status === 'completed';
const openTasks = ({ twilio }: ScenarioHarness) => twilio.reads.tasks('flex').filter((one) => !isOver(one));

/** Ann's, and nobody else's: what both say crosses, by the session that he had. */
const isAnns = async (harness: ScenarioHarness, waiting: Chat, conversationSid: string): Promise<void> => {
  expect(openTasks(harness)).toMatchObject([
    { status: 'assigned', reservations: [{ workerSid: ann.flexWorkerSid, status: 'accepted' }] },
  ]);
  const channel = harness.twilio.reads.container('flex', waiting.channel);
  expect(JSON.parse(channel?.attributes ?? '{}')).toMatchObject({ status: 'ACTIVE' });
  harness.twilio.frontlineAgent.writes(ann.email, conversationSid, 'yes');
  harness.customerWrites(waiting, 'good');
  await harness.settle(1);
  expect(harness.twilio.customer.phone(PHONE).at(-1)).toMatchObject({ from: FLEX.phoneNumber, body: 'yes' });
  const inFrontline = harness.twilio.reads.transcript('frontline', conversationSid).map(({ body }) => body);
  expect(inFrontline.toSorted()).toEqual(['good', 'is anybody there?', 'yes']);
};

test('he waits for nobody else any more, and the chat ends with the task of its agent', async () => {
  const { harness, waiting } = await somebodyWaits();
  const chat = annBegins(harness);
  await harness.settle(3);

  expect(task(harness, waiting.task)).toMatchObject({ status: 'canceled' });
  await isAnns(harness, waiting, chat.conversationSid);
  harness.twilio.flexAgent.completesTask(openTasks(harness)[0]?.sid ?? '');
  await harness.settle(10);
  expect(chat.inFrontline()?.state).toBe('closed');
});

test('so it is though the process dies at any step of it, or no answer comes', async () => {
  const calm = await somebodyWaits();
  annBegins(calm.harness);
  await calm.harness.settle(1);
  const ran = calm.harness.ran().map(({ steps }) => steps);
  const process = ran.findIndex((steps) => steps.includes('DELETE conversations.twilio.com')) + 1;
  const steps = ran[process - 1] ?? [];
  for (let step = steps.indexOf('DELETE conversations.twilio.com') + 1; step <= steps.length; step += 1) {
    const doom = (n: number) => (n === process ? ({ step, when: 'after', pauseMs: undefined } as const) : undefined);
    const { harness, waiting } = await somebodyWaits({ doom });
    const { conversationSid } = annBegins(harness);
    await harness.settle(5);
    expect([step, harness.meter.counts().get('killed')]).toEqual([step, 1]);
    await isAnns(harness, waiting, conversationSid);
  }
  const { harness, waiting } = await somebodyWaits();
  const lost = { fault: 'rest.answer-lost', loss: 'destroy', p: 1, account: 'flex' } as const;
  for (const word of ['Attributes', 'canceled'])
    harness.twilio.faults.add({ ...lost, only: 'POST taskrouter.task', at: word, times: 1 });
  const { conversationSid } = annBegins(harness);
  await harness.settle(10);
  await isAnns(harness, waiting, conversationSid);
});

test('another agent who accepts his task meanwhile comes in when the chat stands', async () => {
  const { harness, waiting } = await somebodyWaits();
  const { reservationSid } = harness.twilio.flexAgent.isOffered(ben.flexWorkerSid, waiting.task);
  const chat = annBegins(harness);
  const stateOfPair = async () => (await harness.store.get({ pk: `flex#${waiting.channel}`, sk: 'pair' }))?.state;
  while ((await stateOfPair()) !== 'linking') await harness.settle(0.0002);
  harness.twilio.flexAgent.accepts(reservationSid, 'at once');
  await harness.settle(10);

  expect(harness.journal('deferred(starting)').length).toBeGreaterThan(0);
  expect(task(harness, waiting.task)).toMatchObject({ status: 'assigned' });
  expect(harness.people('flex', waiting)).toContain(ben.flexIdentity);
  expect(chat.inFrontline()?.members.map(({ identity }) => identity)).toContain(ben.email);
  expect(await harness.backlog()).toEqual([]);
});

test('and so he does who accepts it in the moment in which it is canceled', async () => {
  let accept: (() => void) | undefined;
  const { harness, waiting } = await somebodyWaits({
    tap: (answers) => async (request) => {
      if (accept === undefined || !request.body.includes('canceled') || !request.path.endsWith(waiting.task))
        return answers(request);
      accept();
      accept = undefined;
      // https://www.twilio.com/docs/taskrouter/api/task: only what is pending or reserved can be canceled.
      return { status: 400, headers: {}, body: JSON.stringify({ code: 20001, message: 'Cannot cancel', status: 400 }) };
    },
  });
  const { reservationSid } = harness.twilio.flexAgent.isOffered(ben.flexWorkerSid, waiting.task);
  accept = () => harness.twilio.flexAgent.accepts(reservationSid, 'at once');
  const chat = annBegins(harness);
  await harness.settle(20);

  expect(accept).toBeUndefined();
  expect(task(harness, waiting.task)).toMatchObject({ status: 'assigned' });
  expect(JSON.parse(task(harness, waiting.task)?.attributes ?? '{}')).toMatchObject({ channelSid: waiting.channel });
  expect(chat.inFrontline()?.members.map(({ identity }) => identity)).toContain(ben.email);
});
