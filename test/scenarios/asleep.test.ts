/**
 * A run that sleeps before it makes something, until others have done its work, makes nothing when it wakes: a late
 * call could not be told from the one that was made in its stead.
 */
import { describe, expect, test } from '@jest/globals';
import type { Doom } from '../../sim/process.ts';
import { AGENTS, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;

/**
 * @param nth of the runs of this queue since `act`, counted from 1, the one that sleeps.
 * @returns the world after ten minutes, and the steps of those runs.
 */
const played = async (
  queue: string,
  act: (harness: ScenarioHarness) => Promise<() => void>,
  nth = 0,
  doom: Doom | undefined = undefined,
) => {
  let armed = false;
  const numbers: number[] = [];
  const harness: ScenarioHarness = scenarioHarness({
    doom: (number, kind) => {
      if (!armed || kind !== queue) return undefined;
      numbers.push(number);
      return numbers.length === nth ? doom : undefined;
    },
  });
  const begin = await act(harness);
  armed = true;
  begin();
  await harness.settle(10);
  return { harness, runs: numbers.map((number) => harness.ran()[number - 1]?.steps ?? []) };
};

const starts = async (harness: ScenarioHarness) => () => {
  harness.twilio.frontlineAgent.begins(ann.email, { phone: '+15550109999', name: 'Jo' });
};

const handsOver = async (harness: ScenarioHarness) => {
  const chat = await harness.linkedChat();
  return () =>
    harness.twilio.frontlineAgent.transfers(ann.email, harness.conversation(chat).sid, ben.email, 'in, then out');
};

/** The longest of a calm world's runs, which makes it all, and each of its steps. */
const longest = async (queue: string, act: (harness: ScenarioHarness) => Promise<() => void>) => {
  const { runs } = await played(queue, act);
  const whole = runs.reduce((one, other) => (other.length > one.length ? other : one), []);
  return { nth: runs.indexOf(whole) + 1, steps: whole.map((name, n) => [n + 1, name] as const) };
};

const start = await longest('frontline-events', starts);

/** So long, in milliseconds, that another run's turn has come; and that what it has made is settled, too. */
const asleep = [170_000, 400_000];

describe.each(asleep)('the start of a chat in Frontline, asleep for %i after', (pauseMs) => {
  test.each(start.steps)('step %i (%s), makes one flow and one task', async (step) => {
    const { harness } = await played('frontline-events', starts, start.nth, { step, when: 'after', pauseMs });
    expect(harness.meter.counts().get('zombie')).toBe(1);
    expect(harness.calls()['flex POST flex.flows'] ?? 0).toBe(1);
    expect(harness.calls()['flex POST taskrouter.tasks'] ?? 0).toBe(1);
  });
});

const handover = await longest('flex-events', handsOver);

describe.each(asleep)('a hand-over in Frontline, asleep for %i after', (pauseMs) => {
  test.each(handover.steps)('step %i (%s), makes one task', async (step) => {
    const { harness } = await played('flex-events', handsOver, handover.nth, { step, when: 'after', pauseMs });
    expect(harness.meter.counts().get('zombie')).toBe(1);
    expect(harness.calls()['flex POST taskrouter.tasks'] ?? 0).toBe(1);
  });
});
