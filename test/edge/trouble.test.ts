import { describe, expect, jest, test } from '@jest/globals';
import { fixture } from '../fixtures/webhooks/read.ts';
import { harness, secrets } from './harness.ts';

const chat = '/chat-to-frontline';
const said = fixture('chat/onMessageSent');
const never = new Promise<never>(() => {});
const outage = Object.assign(new Error('message of Bea Miller'), { name: 'QueueDoesNotExist' });

describe('trouble is a 503, for which Twilio tries again', () => {
  test.each(['flex-events', 'default-webhook'])('when %s does not store it', async (broken) => {
    const stored: string[] = [];
    const send = async (queue: string) => {
      if (queue === broken) throw outage;
      stored.push(queue);
    };
    const { deliver, journal } = harness({ queues: { send } });
    expect((await deliver(chat, said)).status).toBe(503);
    expect(stored).toHaveLength(1);
    expect(journal).toMatchObject([
      {
        step: 'failed',
        type: 'message.added',
        reason: 'not_stored:QueueDoesNotExist',
        sids: [said.ChannelSid, said.MessageSid],
      },
    ]);
    expect(JSON.stringify(journal)).not.toContain('Miller');
  });

  test('when a queue throws before it promises', async () => {
    const { deliver } = harness({
      queues: {
        send: () => {
          throw outage;
        },
      },
    });
    expect((await deliver(chat, said)).status).toBe(503);
  });

  test('when the secrets cannot be read', async () => {
    const { deliver, sent, journal } = harness({ secrets: () => Promise.reject(outage) });
    expect((await deliver(chat, said)).status).toBe(503);
    expect(sent).toEqual([]);
    expect(journal).toMatchObject([{ step: 'failed', reason: 'QueueDoesNotExist', type: chat }]);
  });

  test('when the body breaks off', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(outage) });
    const { deliver, sent } = harness();
    expect((await deliver(chat, said, { body })).status).toBe(503);
    expect(sent).toEqual([]);
  });

  test('but not when only the journal fails', async () => {
    const { deliver, sent } = harness({
      journal: () => {
        throw outage;
      },
    });
    expect((await deliver(chat, said)).status).toBe(204);
    expect(sent).toHaveLength(2);
  });
});

describe('an answer is never late', () => {
  test('although a queue does not answer', async () => {
    const { deliver, journal, expire } = harness({ queues: { send: () => never } });
    const answer = deliver(chat, said);
    expire();
    expect((await answer).status).toBe(503);
    expect(journal).toMatchObject([{ step: 'failed', reason: 'too_late' }]);
  });

  test('although the secrets do not come', async () => {
    const { deliver, expire } = harness({ secrets: () => never });
    const answer = deliver(chat, said);
    expire();
    expect((await answer).status).toBe(503);
  });

  test('although the body does not end: then it is not read on', async () => {
    let left = 0;
    const body = new ReadableStream({
      cancel: () => {
        left += 1;
      },
    });
    const { deliver, expire, sent } = harness();
    const answer = deliver(chat, said, { body });
    await Promise.resolve();
    expire();
    expect((await answer).status).toBe(503);
    await new Promise(setImmediate);
    expect(left).toBe(1);
    expect(sent).toEqual([]);
  });

  test('and what comes after it is not logged once more', async () => {
    let release = (_: typeof secrets) => {};
    const { deliver, journal, expire } = harness({
      secrets: () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    });
    const answer = deliver(chat, said);
    await new Promise(setImmediate);
    expire();
    await answer;
    release(secrets);
    await new Promise(setImmediate);
    expect(journal).toHaveLength(1);
  });

  test('within 4 seconds of real time, and no timer outlives an answer', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    try {
      const slow = harness({ deadline: undefined, queues: { send: () => never } });
      const answer = slow.deliver(chat, said);
      jest.advanceTimersByTime(4_000);
      expect((await answer).status).toBe(503);
      const quick = harness({ deadline: undefined });
      expect((await quick.deliver(chat, said)).status).toBe(204);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
