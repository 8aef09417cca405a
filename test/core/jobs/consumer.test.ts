import { describe, expect, test } from '@jest/globals';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import { createConsumer } from '../../../src/core/jobs/consumer.ts';
import { encodeEnvelope, type Work } from '../../../src/core/jobs/envelope.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';

const consumed = async (thrown: Error): Promise<readonly Entry[]> => {
  const journal: Entry[] = [];
  const clock = { now: () => 0, sleep: async () => {} };
  const consume = createConsumer(
    { store: createMemoryStore(), clock, nonce: () => 'n', journal: (entry) => void journal.push(entry) },
    { takes: (work): work is Work => true, handle: () => Promise.reject(thrown) },
  );
  const body = encodeEnvelope({ receivedAt: 0, work: { kind: 'start', conversation: `CH${'a'.repeat(32)}` } });
  await consume({ id: '1', body, group: 'CH', attempts: 1, firstReceivedAt: 0, deadline: 60_000 });
  return journal;
};

describe('an error that nobody foresaw', () => {
  test.each([
    ['in a line of its own', 'is no JSON: hello,\n  at my door\n  at 5 (the red one:1:2)'],
    ['as it quotes a stack', 'is no JSON:\n    at secret (file:///secret.ts:1:2)\n'],
    ['with what a pattern would read', 'is no JSON: $& $1 (\n at secret'],
  ])('is told by its name and where it was thrown, not by what it says %s', async (_what, message) => {
    const [failed] = await consumed(new TypeError(message));
    expect(failed).toMatchObject({ step: 'failed', type: 'start' });
    expect(failed?.reason).toMatch(/^TypeError: at .*consumer\.test\.ts:\d+:\d+\)?$/);
    expect(failed?.reason).not.toMatch(/door|red|secret/);
  });

  test('is told though its message was changed after it was thrown, and though it has no stack', async () => {
    const changed = new Error('hello\n  at my door');
    changed.message = 'something else';
    expect((await consumed(changed))[0]?.reason).not.toContain('door');
    const bare = new Error('hello');
    delete bare.stack;
    expect((await consumed(bare))[0]?.reason).toBe('Error: ');
  });
});
