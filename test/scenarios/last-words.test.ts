/** What the customer says while the bridge ends his chat, because the agent has closed it. */
import { describe, expect, test } from '@jest/globals';
import type { TwilioRequest } from '../../local-twilio/respond.ts';
import { setMode } from '../../src/core/state/modes.ts';
import { AGENTS, scenarioHarness } from './harness.ts';

type Moment = (request: TwilioRequest) => boolean;

/** Behind the look at what the customer has said, and before the channel is ended. */
const tasksAreRead: Moment = ({ method, path }) => method === 'GET' && path.endsWith('/Tasks');
const channelIsEnded: Moment = ({ method, path }) => method === 'POST' && /\/Channels\/CH[0-9a-f]+$/.test(path);

const writesAt = async (moment: Moment) => {
  let say: (() => void) | undefined;
  const harness = scenarioHarness({
    tap: (respond) => async (request) => {
      if (moment(request)) {
        say?.();
        say = undefined;
      }
      return respond(request);
    },
  });
  const chat = await harness.linkedChat();
  harness.customerWrites(chat, 'hello');
  await harness.settle(0.1);
  harness.twilio.frontlineAgent.closes(AGENTS.ann.email, harness.conversation(chat).sid);
  // Till then what was said before the end is waited for.
  await harness.settle(0.16);
  say = () => harness.customerWrites(chat, 'wait, one more thing');
  await harness.settle(10);
  const standing = harness
    .counterparts(chat)
    .flatMap(({ sid }) => harness.twilio.reads.transcript('frontline', sid).map(({ body }) => body));
  return { harness, chat, standing };
};

describe('what the customer says while his chat is being ended', () => {
  test.each([
    ['his tasks are read', tasksAreRead],
    ['his channel is ended', channelIsEnded],
  ])('is carried, said right before %s', async (_, moment) => {
    const { harness, chat, standing } = await writesAt(moment);
    expect(harness.said('flex', chat)).toContain('wait, one more thing');
    expect(standing).toContain('wait, one more thing');
    expect(harness.conversation(chat).state).toBe('closed');
  });
});

test('A word of the customer whose copy stood there unnoticed keeps no chat from ending', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  harness.customerWrites(chat, 'hello');
  await harness.settle(0.1);
  // Its copy is written, nobody hears of that, and nobody can look before the agent has closed the conversation.
  harness.twilio.faults.add({
    ...{ fault: 'rest.answer-lost', p: 1, times: 1, loss: 'destroy', account: 'frontline' },
    only: 'POST conversations.message',
  });
  harness.customerWrites(chat, 'that is all, thank you');
  await harness.settle(0.001);
  const isBack = harness.twilio.faults.add({ fault: 'rest.5xx-before', status: 503, p: 1, account: 'frontline' });
  await harness.settle(20);
  harness.twilio.frontlineAgent.closes(AGENTS.ann.email, harness.conversation(chat).sid);
  await harness.settle(0.1);
  isBack();
  await harness.settle(5);
  expect(harness.said('frontline', chat)).toEqual(['hello', 'that is all, thank you']);
  expect(harness.counterparts(chat).map(({ state }) => state)).toEqual(['closed']);
  expect(harness.twilio.reads.container('flex', chat.channel)?.attributes).toContain('INACTIVE');
});

test('An edit that a closed conversation takes no more keeps no chat from ending', async () => {
  const harness = scenarioHarness();
  const { store, time, twilio } = harness;
  const modes = { store, clock: time, nonce: () => `mode ${time.now()}` };
  const chat = await harness.linkedChat();
  const { sid } = harness.customerWrites(chat, 'hello');
  await harness.settle(0.1);
  await setMode(modes, 'read_only', ['toFrontline']);
  await harness.settle(1);
  twilio.customer.edits(chat.channel, sid, 'hello, Ann');
  await harness.settle(0.1);
  twilio.closeByTimer(harness.conversation(chat).sid);
  twilio.flexAgent.endsChat(AGENTS.ann.flexWorkerSid, chat.channel);
  await harness.settle(1);
  await setMode(modes, 'on');
  await harness.settle(5);
  expect(harness.counterparts(chat).map(({ state }) => state)).toEqual(['closed']);
  expect(harness.journal('agreed(ended)')).toHaveLength(1);
  expect((await store.list('due', { limit: 9 })).items).toEqual([]);
});
