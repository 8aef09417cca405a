/**
 * A process of the bridge in a run: one invocation of a function. Everything it does outside itself is a step; it may
 * die before or after any of them, or stop there for a while and wake up as a zombie.
 */
import type { SimTime } from './time.ts';

export type Doom = {
  /** Counted from 1. */
  readonly step: number;
  /** `before`: the effect does not happen; `after`: it does, and nobody hears of it. */
  readonly when: 'before' | 'after';
  /** undefined: it dies; else it wakes up after so many milliseconds. */
  readonly pauseMs: number | undefined;
};

export type Step = <T>(name: string, latencyMs: number, effect: () => Promise<T>) => Promise<T>;

export type Process = {
  readonly step: Step;
  readonly steps: () => readonly string[];
  readonly dead: () => boolean;
};

const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** @param tell hears of every step, by name, as it begins, and of what befalls the process */
export const createProcess = (
  time: SimTime,
  doom: Doom | undefined,
  met: (what: string) => void,
  tell: (what: string) => void = () => {},
): Process => {
  const steps: string[] = [];
  let dead = false;
  const strike = async (step: number, when: Doom['when']): Promise<void> => {
    if (doom === undefined || doom.step !== step || doom.when !== when) return;
    if (doom.pauseMs === undefined) {
      dead = true;
      met('killed');
      tell(`is killed ${when} step ${step}`);
      return;
    }
    met('zombie');
    tell(`falls asleep ${when} step ${step}`);
    await time.sleep(doom.pauseMs);
    tell('wakes up');
  };
  return {
    step: async (name, latencyMs, effect) => {
      if (dead) return never();
      steps.push(name);
      const mine = steps.length;
      tell(`step ${mine}: ${name}`);
      await strike(mine, 'before');
      if (dead) return never();
      await time.sleep(latencyMs / 2);
      if (dead) return never();
      const answer = await effect().then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error;
        },
      );
      await time.sleep(latencyMs / 2);
      await strike(mine, 'after');
      return dead ? never() : answer();
    },
    steps: () => steps,
    dead: () => dead,
  };
};
