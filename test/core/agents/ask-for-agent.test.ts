import { describe, expect, test } from '@jest/globals';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import { askForAgent } from '../../../src/core/agents/ask-for-agent.ts';
import { decodeEnvelope } from '../../../src/core/jobs/envelope.ts';
import type { QueueMessage } from '../../../src/core/ports/queues.ts';
import { notifiedKey } from '../../../src/core/state/items.ts';

const ann = `WK${'a'.repeat(32)}` as const;
const ben = `WK${'b'.repeat(32)}` as const;
const MINUTE = 60_000;

const setUp = (send: (message: QueueMessage) => Promise<void> = async () => {}) => {
  let at = 1_000_000;
  let nonces = 0;
  const sent: (QueueMessage & { readonly queue: string })[] = [];
  const clock = { now: () => at };
  const deps = {
    store: createMemoryStore(),
    clock,
    nonce: () => `n${++nonces}`,
    queues: {
      send: async (queue: string, message: QueueMessage) => {
        await send(message);
        sent.push({ queue, ...message });
      },
    },
  };
  return {
    ask: (worker = ann) => askForAgent(deps as never, worker, MINUTE),
    sent,
    deps,
    pass: (ms: number) => (at += ms),
  };
};

describe('somebody waits for an agent who is away', () => {
  test('and the agent is told by one job, in his own turn, however many ask', async () => {
    const { ask, sent } = setUp();
    const won = await Promise.all(Array.from({ length: 100 }, () => ask()));
    expect(won.filter((one) => one)).toHaveLength(1);
    expect(sent).toMatchObject([{ queue: 'flex-events', group: ann }]);
    expect(decodeEnvelope(sent[0]?.body ?? '')?.work).toEqual({ kind: 'notify_agent', worker: ann });
  });

  test('again after the time, under another name, so that no queue drops it', async () => {
    const { ask, sent, pass } = setUp();
    await ask();
    pass(MINUTE - 1);
    expect(await ask()).toBe(false);
    pass(1);
    expect(await ask()).toBe(true);
    expect(new Set(sent.map(({ dedupe }) => dedupe)).size).toBe(2);
  });

  test('and another agent hears of it on his own account', async () => {
    const { ask, sent } = setUp();
    await ask(ann);
    await ask(ben);
    expect(sent.map(({ group }) => group)).toEqual([ann, ben]);
  });

  test('and is told once too seldom rather than by every page, when the queue does not answer', async () => {
    const { ask, deps, pass } = setUp(() => Promise.reject(new Error('no answer')));
    await expect(ask()).rejects.toThrow('no answer');
    expect(await ask()).toBe(false);
    expect((await deps.store.get(notifiedKey(ann)))?.until).toBe(1_000_000 + MINUTE);
    pass(MINUTE);
    await expect(ask()).rejects.toThrow('no answer');
  });
});
