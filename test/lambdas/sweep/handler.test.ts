import { expect, test } from '@jest/globals';
import { createSweepHandler } from '../../../lambdas/sweep/handler.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';

test('a sweep that fails is told by its name and counts as a failure of the function', async () => {
  const told: Entry[] = [];
  const sweep = () => Promise.reject(new TypeError('may quote what people wrote'));
  await expect(createSweepHandler({ sweep, journal: (entry) => told.push(entry) })()).rejects.toThrow(TypeError);
  expect(told).toEqual([{ step: 'failed', type: 'sweep', reason: 'TypeError', sids: [] }]);
});
