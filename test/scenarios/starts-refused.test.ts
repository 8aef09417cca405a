/** What Twilio refuses for good while a chat is made that an agent has begun: it stays in Frontline, and he is told. */
import { describe, expect, test } from '@jest/globals';
import type { TwilioRequest } from '../../local-twilio/respond.ts';
import type { WorldPlan } from '../../sim/plan.ts';
import { annBegins, type BegunChat, PHONE } from './begun.ts';
import { AGENTS, FLEX, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;
const says =
  (word: string, method = 'POST') =>
  ({ method: asked, host, path, body }: TwilioRequest): boolean =>
    asked === method && `${host}${path} ${decodeURIComponent(body)}`.includes(word);

/** Twilio refuses each such call, for good, as many times as it is asked or so often. */
const refusing = (
  refuses: (asked: TwilioRequest) => boolean,
  times = Number.POSITIVE_INFINITY,
  plan: Partial<WorldPlan> = {},
) => {
  let asked = 0;
  const harness = scenarioHarness({
    ...plan,
    tap: (answers) => async (request) => {
      if (!refuses(request) || asked >= times) return answers(request);
      asked += 1;
      return { status: 400, headers: {}, body: JSON.stringify({ code: 20001, message: 'refused', status: 400 }) };
    },
  });
  return { harness, asked: () => asked };
};

const told = ({ twilio }: ScenarioHarness): readonly string[] =>
  twilio.reads
    .containers('frontline')
    .filter(({ friendlyName }) => friendlyName === 'System')
    .flatMap(({ sid }) => twilio.reads.transcript('frontline', sid).map(({ body }) => body ?? ''));
const openTasks = ({ twilio }: ScenarioHarness) =>
  twilio.reads.tasks('flex').filter(({ status }) => status !== 'completed' && status !== 'canceled');
const openSessions = ({ twilio }: ScenarioHarness) => {
  const proxy = twilio.place.flex.account.proxies.get(FLEX.proxyServiceSid);
  return [...(proxy?.sessions.values() ?? [])].filter(({ status }) => status === 'open');
};

/** Told once; nothing is left of it in Flex, and the customer is in the conversation by his phone. */
const isTakenBack = async (harness: ScenarioHarness, chat: BegunChat): Promise<void> => {
  expect(told(harness)).toEqual([expect.stringMatching(/with Jo is not in Flex.*goes on in Frontline only/)]);
  expect(chat.inFrontline()?.members.map(({ address }) => address)).toContain(PHONE);
  const channels = harness.twilio.reads.containers('flex').map(({ attributes }) => JSON.parse(attributes).status);
  expect(channels.filter((status) => status !== 'INACTIVE')).toEqual([]);
  expect([openTasks(harness), openSessions(harness)]).toEqual([[], []]);
  expect((await harness.store.list('starts', { limit: 10 })).items).toEqual([]);
};

const joinsCustomer = (asked: TwilioRequest): boolean =>
  ['customer_', 'sms_'].some((who) => says(`/Participants Identity=${who}`)(asked));

describe('is asked once and taken back', () => {
  test.each([
    ['a flow', says('/FlexFlows ')],
    ['a channel', says('/Channels FlexFlowSid')],
    ['a Proxy session', says('/Sessions UniqueName')],
    ['the phone in the session, as of a landline', says(`/Participants Identifier=${PHONE}`)],
    ['the task', says('/Tasks Attributes')],
    ['the agent in the channel', says(`Identity=${ann.flexIdentity}`)],
    ['the customer in the conversation by his identity', joinsCustomer],
    ['that his phone leaves it', says('/Participants/', 'DELETE')],
  ])('%s', async (_, refuses) => {
    const { harness, asked } = refusing(refuses);
    const chat = annBegins(harness);
    chat.writes('hello');
    await harness.settle(30);

    expect(asked()).toBe(1);
    await isTakenBack(harness, chat);
    expect(harness.journal('skipped(start_refused)').concat(harness.journal('skipped(task_refused)'))[0]).toMatchObject(
      { type: 'start', code: 20001 },
    );
  });
});

test('is taken back whole, though a process dies at it and Twilio would not refuse it any more', async () => {
  const calm = refusing(joinsCustomer, 1);
  annBegins(calm.harness).writes('hello');
  await calm.harness.settle(0.2);
  const ran = calm.harness.ran().map(({ steps }) => steps);
  const process = ran.findIndex((steps) => steps.length > 30) + 1;
  const steps = ran[process - 1] ?? [];
  // Behind the refusal the pair is read, and that it is given up is noted.
  for (let step = steps.indexOf('POST conversations.twilio.com') + 3; step <= steps.length; step += 1) {
    const doom = (n: number) => (n === process ? ({ step, when: 'after', pauseMs: undefined } as const) : undefined);
    const { harness } = refusing(joinsCustomer, 1, { doom });
    const chat = annBegins(harness);
    chat.writes('hello');
    await harness.settle(10);
    expect([step, harness.meter.counts().get('killed')]).toEqual([step, 1]);
    await isTakenBack(harness, chat);
  }
});

test('is tried again behind the swap, for nothing else writes to the customer then', async () => {
  const taken = { is: false };
  const { harness } = refusing((asked) => taken.is && says(`Identity=${ann.flexIdentity}`)(asked), 3, {
    // It dies when the phone is out, before it has noted that.
    doom: (n) => (n === 8 ? { step: 41, when: 'after', pauseMs: undefined } : undefined),
  });
  const chat = annBegins(harness);
  chat.writes('hello');
  while (!harness.meter.counts().has('killed')) await harness.settle(0.002);
  expect(chat.inFrontline()?.members.map(({ address }) => address)).not.toContain(PHONE);
  taken.is = true;
  await harness.settle(10);

  expect(told(harness)).toEqual([]);
  expect(harness.journal('linked').length).toBeGreaterThan(0);
});

test('leaves a customer who waits in Flex waiting, and the agent out of his chat', async () => {
  const { harness } = refusing(joinsCustomer);
  const waiting = harness.texts(PHONE, 'is anybody there?');
  await harness.settle(0.5);
  annBegins(harness);
  await harness.settle(30);

  expect(told(harness)).toHaveLength(1);
  expect(harness.people('flex', waiting)).toEqual([waiting.customer]);
  expect(openTasks(harness)).toMatchObject([{ sid: waiting.task, status: 'pending' }]);
  expect(openSessions(harness)).toHaveLength(1);
});
