/** An SMS in doubt while Flex's side is left alone: it is not posted again before somebody has asked for it. */
import { expect, test } from '@jest/globals';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import { resolveDoubt } from '../../../src/core/forward/doubt.ts';
import { PATIENCE_MS } from '../../../src/core/model/times.ts';
import { TwilioError } from '../../../src/core/model/twilio-error.ts';

const channel = `CH${'1'.repeat(32)}` as const;
const forward = {
  ...{
    eventType: 'onMessageSent',
    container: channel,
    about: `IM${'2'.repeat(32)}` as const,
    key: 'onMessageSent:IM2',
  },
  ...{ contentType: 'application/x-www-form-urlencoded', body: 'Body=hello' },
} as const;

const leftAlone = () => new TwilioError('left alone', { remedy: 'retry', effect: 'unsent', retryAfter: 4 });
const noAnswer = () => new TwilioError('no answer', { remedy: 'retry', effect: 'unknown' });

/** Patience with its look-up is over, and this is what the looks meet, one after the other. */
const resolved = async (looks: readonly (() => TwilioError)[]) => {
  const now = 10 * PATIENCE_MS;
  const slept: number[] = [];
  let asked = 0;
  const container = async () => {
    const error = looks[asked]?.();
    asked += 1;
    if (error !== undefined) throw error;
    return undefined;
  };
  const deps = {
    store: createMemoryStore(),
    flex: { container, listMessages: async () => ({ messages: [], next: undefined }) },
    settings: { settleMs: 60_000 },
    clock: { now: () => now, sleep: async (ms: number) => void slept.push(ms) },
  };
  const job = {
    ...{ forward, came: forward },
    delivery: { id: '1', body: '', group: channel, attempts: 20, firstReceivedAt: 0, deadline: now + 25_000 },
    webhook: {
      post: async () => {},
      interactions: async () => undefined,
      isSessionOpen: async () => undefined,
      endSession: async () => {},
    },
  };
  const row = { state: 'trying', until: 0, settlesAt: 60_000, since: 0, fence: 1, again: 0 } as const;
  return { outcome: await resolveDoubt(deps, job, row), asked, slept };
};

test('a side that is left alone is asked as soon as it may be, and its failure counts', async () => {
  const { outcome, asked, slept } = await resolved([leftAlone, noAnswer]);
  expect({ outcome, asked, slept }).toEqual({ outcome: 'perhaps', asked: 2, slept: [4_000] });
});

test('while others are asking whether it is back, the SMS waits', async () => {
  const { outcome } = await resolved([leftAlone, leftAlone]);
  expect(outcome).toMatchObject({ end: 'retry', reason: 'twilio' });
});

test('a look that was made, and failed, is enough', async () => {
  expect(await resolved([noAnswer])).toMatchObject({ outcome: 'perhaps', asked: 1 });
});
