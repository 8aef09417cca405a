import { expect, test } from '@jest/globals';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import { MODES_MS } from '../../../src/core/model/times.ts';
import { modesNow, setMode } from '../../../src/core/state/modes.ts';

test.each([
  ['goes on', MODES_MS],
  ['was set back by an hour', -3_600_000],
])('What an operator sets holds in a running process after half a minute, though its clock %s', async (_, passed) => {
  let at = 10_000_000;
  const deps = { store: createMemoryStore(), clock: { now: () => at }, nonce: () => 'n' };
  expect(await modesNow(deps)).toEqual({ toFrontline: 'on', toFlex: 'on' });
  await setMode(deps, 'off');
  expect(await modesNow(deps)).toEqual({ toFrontline: 'on', toFlex: 'on' });
  at += passed;
  expect(await modesNow(deps)).toEqual({ toFrontline: 'off', toFlex: 'off' });
});
