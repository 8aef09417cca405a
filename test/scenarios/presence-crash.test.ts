/** Processes that die, or sleep too long, between any two steps of carrying an agent's presence over. */

import { describe, expect, test } from '@jest/globals';
import type { Doom } from '../../sim/process.ts';
import { usualPresence } from '../../src/core/model/presence.ts';
import { agentOf } from './agents.ts';
import { scenarioHarness } from './harness.ts';

const STEPS = Array.from({ length: 16 }, (_, n) => n + 1);
const WHEN = ['before', 'after'] as const;

/** Who goes where, in order; each is told of. */
const scenes = {
  'goes in Flex': ['inFlex'],
  'goes on his phone': ['onPhone'],
  'goes on his phone, and then in Flex': ['onPhone', 'inFlex'],
  'goes in Flex, and then on his phone': ['inFlex', 'onPhone'],
} as const;

/** The n-th process that does something about an agent meets its doom, and no other. @returns whether there was one */
const playDoomed = async (devices: readonly ('inFlex' | 'onPhone')[], victim: number, doom: Doom): Promise<boolean> => {
  let armed = false;
  let seen = 0;
  const harness = scenarioHarness({
    config: {
      presence: { ...usualPresence(), pairs: [...usualPresence().pairs, { flex: 'Break', frontline: 'Break' }] },
    },
    doom: (_, kind) => {
      if (!armed || !kind.endsWith('events')) return undefined;
      seen += 1;
      return seen === victim ? doom : undefined;
    },
  });
  const agent = agentOf(harness);
  // So that something is agreed, and the usual way is taken.
  agent.inFlex('Unavailable');
  await harness.settle(0.2);
  agent.inFlex('Available');
  await harness.settle(1);
  armed = true;
  for (const [n, device] of devices.entries()) {
    agent[device](n === 0 ? 'Unavailable' : 'Break');
    await harness.settle(0.06);
  }
  await harness.settle(7);
  const last = devices.length === 1 ? 'Unavailable' : 'Break';
  expect([doom, victim, agent.says()]).toEqual([doom, victim, [last, last, false]]);
  return seen >= victim;
};

describe.each(Object.entries(scenes))('an agent who %s is so on both sides', (_, devices) => {
  test.each(WHEN)('though a process dies %s any of its steps', async (when) => {
    for (const victim of [1, 2, 3])
      for (const step of STEPS) if (!(await playDoomed(devices, victim, { step, when, pauseMs: undefined }))) break;
  });

  // One that sleeps between its last look at the clock and its call may do as much as SETTLE allows for.
  test.each([
    ['before', 20_000],
    ['after', 25_000],
    ['after', 190_000],
  ] as const)('though one sleeps %s any of them for %d ms', async (when, pauseMs) => {
    for (const victim of [1, 2])
      for (const step of STEPS) if (!(await playDoomed(devices, victim, { step, when, pauseMs }))) break;
  });
});
