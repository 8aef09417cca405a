import { expect, test } from '@jest/globals';
import { lazily } from '../../src/runtime/lazily.ts';

test('it is made once for all, but again after a failure', async () => {
  let tries = 0;
  const made = lazily(async () => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return tries;
  });
  await expect(Promise.all([made(), made()])).rejects.toThrow('not yet');
  expect(await Promise.all([made(), made()])).toEqual([2, 2]);
});
