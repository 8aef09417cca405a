import { expect, test } from '@jest/globals';
import { keptStampKey } from '../../local/stamp-key.ts';
import { createMemoryStore } from '../../src/adapters/memory/store.ts';

test('The stamp key is made once for a file, long enough that nobody guesses it, and another for each', async () => {
  const store = createMemoryStore();
  const first = await keptStampKey(store);
  expect(await keptStampKey(store)).toBe(first);
  expect(Buffer.from(first, 'base64url')).toHaveLength(32);
  expect(await keptStampKey(createMemoryStore())).not.toBe(first);
});
