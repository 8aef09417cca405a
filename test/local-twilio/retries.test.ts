import { beforeEach, describe, expect, test } from '@jest/globals';
import { createVirtualTwilio, openPair, type VirtualTwilio } from './support/virtual-twilio.ts';

let twilio: VirtualTwilio;
let pair: Awaited<ReturnType<typeof openPair>>;

beforeEach(async () => {
  twilio = createVirtualTwilio();
  pair = await openPair(twilio);
  twilio.connectBridge('https://bridge.example.com');
});

const counts = () => twilio.delivered.map(({ params }) => params.RetryCount);

describe('Programmable Chat sends a webhook again', () => {
  test.each([429, 503, 504])('after %i, as often as PostWebhookRetryCount says, and counts it', async (status) => {
    twilio.answers.push({ status }, { status }, { status }, { status });
    twilio.customer.writes(pair.channelSid, 'hello');
    await twilio.pass(60_000);
    expect(counts()).toEqual(['0', '1', '2', '3']);
    expect(new Set(twilio.delivered.map(({ call }) => call.headers['x-twilio-signature'])).size).toBe(4);
  });

  test('after 5 seconds without an answer, and then takes the next answer', async () => {
    twilio.answers.push('never');
    twilio.customer.writes(pair.channelSid, 'hello');
    await twilio.pass(4_999);
    expect(counts()).toEqual(['0']);
    await twilio.pass(60_000);
    expect(counts()).toEqual(['0', '1']);
    expect(twilio.delivered[0]?.call.signal.aborted).toBe(true);
  });

  test.each([400, 403, 404, 500, 502])('never after %i', async (status) => {
    twilio.answers.push({ status });
    twilio.customer.writes(pair.channelSid, 'hello');
    await twilio.pass(60_000);
    expect(counts()).toEqual(['0']);
  });

  test('never when nobody set a count', async () => {
    twilio.place.flex.chat.chatWebhooks.postRetryCount = 0;
    twilio.answers.push({ status: 503 });
    twilio.customer.writes(pair.channelSid, 'hello');
    await twilio.pass(60_000);
    expect(counts()).toEqual(['0']);
  });
});

test('Conversations never sends a webhook again', async () => {
  for (const answer of ['never', 'refused', { status: 503 }] as const) {
    twilio.answers.push(answer);
    twilio.frontlineAgent.writes('ann@example.com', pair.conversationSid, 'hi');
    await twilio.pass(60_000);
  }
  expect(counts()).toEqual(['0', '0', '0']);
});

describe('TaskRouter sends an event again as the fragment of its URL says', () => {
  const go = async (fragment: string, answers: VirtualTwilio['answers'], activity = 'Break') => {
    twilio.place.flex.workspace.eventCallbackUrl = `https://bridge.example.com/taskrouter-handler${fragment}`;
    twilio.answers.push(...answers);
    twilio.flexAgent.goes([...twilio.place.flex.workspace.workers.keys()][0] ?? '', activity);
    await twilio.pass(60_000);
    return twilio.delivered.length;
  };
  const fails = (status: number, times: number) => Array.from({ length: times }, () => ({ status }));

  test('five times for anything with rc=5&rp=all, to the URL without the fragment', async () => {
    expect(await go('#rc=5&rp=all', fails(500, 9))).toBe(6);
    expect(new Set(twilio.delivered.map(({ call }) => call.url))).toEqual(
      new Set(['https://bridge.example.com/taskrouter-handler']),
    );
  });

  test('only once more, and only when no connection came about, without a fragment', async () => {
    expect(await go('', fails(503, 9))).toBe(1);
    twilio.delivered.length = 0;
    twilio.answers.length = 0;
    expect(await go('', ['refused', 'refused', 'refused'], 'Offline')).toBe(2);
  });

  test('within 15 seconds in all', async () => {
    expect(await go('#rc=5&rp=all', ['never', 'never', 'never'])).toBe(1);
  });
});
