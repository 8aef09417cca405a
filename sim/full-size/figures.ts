/** The table at the end of a play: what was seen, and which goals were missed. */
import { SWEEP_READS } from '../../src/core/model/times.ts';
import { busiestSecond, type Called } from '../calls.ts';
import type { SimWorld } from '../world.ts';
import { MINUTE } from './crowd.ts';

export type Figures = {
  readonly row: (what: string, figure: string | number) => void;
  /** Must be so much at most. */
  readonly most: (what: string, figure: number, goal: number, words?: (n: number) => string) => void;
  readonly missed: () => number;
};

export const minutes = (ms: number): string => `${(ms / MINUTE).toFixed(1)} min`;

export const createFigures = (): Figures => {
  let missed = 0;
  const line = (mark: string, what: string, figure: string, goal = ''): void =>
    console.log(`${mark.padEnd(6)}  ${what.padEnd(64)} ${figure.padStart(12)}   ${goal}`);
  return {
    row: (what, figure) => line('', what, String(figure)),
    most: (what, figure, goal, words = String) => {
      const isMet = figure <= goal;
      if (!isMet) missed += 1;
      line(isMet ? 'ok' : 'MISSED', what, words(figure), `<= ${words(goal)}`);
    },
    missed: () => missed,
  };
};

/** None may take longer. What never came took for ever. */
export const judgeDelays = ({ row, most }: Figures, what: string, delays: readonly number[], goalMs: number): void => {
  const sorted = [...delays].sort((a, b) => a - b);
  const part = (p: number): string => minutes(sorted[Math.ceil(sorted.length * p) - 1] ?? Number.NaN);
  most(`${what}, the longest of ${delays.length}`, sorted.at(-1) ?? Number.NaN, goalMs, minutes);
  row('  half of them, 95 of 100', `${part(0.5)}, ${part(0.95)}`);
};

export const judgeDoubles = ({ most }: Figures, { entries }: Pick<SimWorld, 'entries'>): void => {
  const found = entries.filter(({ entry: { step } }) => step === 'undone' || step === 'parked');
  most('doubles and parked', found.length, 0);
};

/** All others are made for a message of a queue. */
export const isOfSweep = ({ by }: Called): boolean => by?.work === undefined;
export const readsOfSweep = (calls: readonly Called[]): readonly Called[] =>
  calls.filter((call) => call.reads && isOfSweep(call));

/** What comparing reads. Beside it the sweep lists what is open and what is new, a page at a time. */
export const isToCompare = ({ resource }: Called): boolean => /\/(Messages|Members|Participants)$/.test(resource);

const busiestMinute = (reads: readonly Called[]): number => {
  const inMinute = new Map<number, number>();
  for (const { at } of reads) inMinute.set(Math.floor(at / MINUTE), (inMinute.get(Math.floor(at / MINUTE)) ?? 0) + 1);
  return Math.max(0, ...inMinute.values());
};

/** Forty a second; a call takes its time to leave, so that now and then a second sees one pair's more. */
const READS_A_SECOND = 40;
const sideways = SWEEP_READS.active;
export const judgeReads = ({ row, most }: Figures, calls: readonly Called[]): void => {
  const reads = readsOfSweep(calls);
  const second = busiestSecond(reads.filter(isToCompare)).length;
  most("the sweep's reads to compare, busiest second", second, READS_A_SECOND + sideways);
  row('  and all its others, busiest second', busiestSecond(reads).length);
  most('  all of them a second, busiest minute', busiestMinute(reads) / 60, READS_A_SECOND, (n) => n.toFixed(1));
};
