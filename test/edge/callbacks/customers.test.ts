import { describe, expect, test } from '@jest/globals';
import type { FrontlineDirectory } from '../../../src/adapters/twilio/rest/frontline-directory.ts';
import { createCustomers } from '../../../src/edge/callbacks/customers.ts';

const worker = 'ann@example.com';
const sid = (n: number) => `CH${String(n).padStart(32, '0')}` as const;

/** So many conversations of one customer each, on pages of fifty, and how often each kind of thing was read. */
const directoryOf = (total: number, onRead: () => void = () => {}) => {
  const reads = { lists: 0, people: 0 };
  const directory: FrontlineDirectory = {
    conversationsOf: async (_who, from) => {
      reads.lists += 1;
      onRead();
      const start = Number(from ?? 0);
      const end = Math.min(start + 50, total);
      return {
        conversations: Array.from({ length: end - start }, (_, n) => ({
          sid: sid(start + n),
          name: `Customer ${start + n}`,
          updatedAt: n,
        })),
        next: end < total ? String(end) : undefined,
      };
    },
    people: async (conversation) => {
      reads.people += 1;
      onRead();
      const of = (identity: string) => ({ identity, address: undefined, channel: undefined, attributes: '{}' });
      return [of(worker), of(`customer of ${conversation}`)];
    },
    conversationName: async () => '',
    userName: async () => undefined,
  };
  return { directory, reads };
};

const page = { size: 30, after: '', query: '' };

describe("an agent's customers", () => {
  test('cost as many reads as a page needs, however many there are', async () => {
    const { directory, reads } = directoryOf(400);
    expect(await createCustomers(directory, new AbortController().signal).list(worker, page)).toHaveLength(30);
    expect(reads).toEqual({ lists: 8, people: 50 });
  });

  test('are searched by the names of the conversations, so that few of them are looked into', async () => {
    const { directory, reads } = directoryOf(400);
    const found = await createCustomers(directory, new AbortController().signal).list(worker, {
      ...page,
      query: 'R 39',
    });
    expect(found).toHaveLength(11);
    expect(reads).toEqual({ lists: 8, people: 11 });
  });

  test('are those of a thousand conversations at most', async () => {
    const { directory, reads } = directoryOf(5_000);
    await createCustomers(directory, new AbortController().signal).list(worker, page);
    expect(reads).toEqual({ lists: 20, people: 50 });
  });

  test('are not read on for somebody who was answered meanwhile', async () => {
    const stop = new AbortController();
    let left = 12;
    const { directory, reads } = directoryOf(400, () => {
      left -= 1;
      if (left === 0) stop.abort(new Error('answered'));
    });
    await expect(createCustomers(directory, stop.signal).byAnyName(worker, 'nobody')).rejects.toThrow('answered');
    expect(reads).toEqual({ lists: 8, people: 25 });
  });
});
