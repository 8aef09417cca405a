/**
 * A year of chats that begin, are talked in, and end; some nobody ever ends, and of some ends no webhook tells. What is
 * left of them is bounded, and the sweep's work at the end of the year is what it was in its first month.
 *
 * A year of one-minute sweeps would take days. So each day has one busy hour, in which all its chats come; on two
 * measured days the sweep runs each minute for four hours, on the others every ten minutes while people talk; and four
 * times in the rest of each day.
 */
import { SWEEP_READS, SWEEP_SHARE } from '../../src/core/model/times.ts';
import type { Called } from '../calls.ts';
import { type Crowd, createCrowd, DAY, HOUR, MINUTE, TWILIO_MS } from './crowd.ts';
import { createFigures, type Figures, isToCompare, judgeReads, readsOfSweep } from './figures.ts';
import { createForgetChats } from './forget-chats.ts';
import { judgeLeftOver } from './left-over.ts';
import { type DayChat, judgeDayChat, talkForADay } from './year-chats.ts';

const MONTH = 31;
const MEASURED = 4 * HOUR;
const BUSY = 80 * MINUTE;
/** DynamoDB forgets within two days of an item's time, as a rule. */
const FORGETS_LATE = 2 * DAY;

export type Year = { readonly days: number; readonly chats: number };
type Measured = {
  readonly day: number;
  readonly runs: number;
  readonly calls: readonly Called[];
  /** Chats that nobody ever ended: all of them, and those that a run compares of the last month's. */
  readonly endless: number;
  readonly compared: number;
};

const sweepEvery = async ({ world, wait }: Crowd, everyMs: number, forMs: number): Promise<void> => {
  for (let ms = 0; ms < forMs; ms += everyMs) {
    world.sweepNow();
    await wait(everyMs);
  }
};

/** Comparing takes as many reads as pairs are listed, the lists of what is open a page for each hundred chats. */
const judgeWork = ({ most, row }: Figures, first: Measured, last: Measured): void => {
  const readsOf = ({ calls, runs }: Measured, isMeant: (call: Called) => boolean): number =>
    Math.round(readsOfSweep(calls).filter(isMeant).length / runs);
  const more = last.endless - first.endless;
  const pages = Math.ceil(more / 100) + 2 * Math.ceil(more / 1_000);
  const pairs = SWEEP_READS.quiet * Math.max(0, last.compared - first.compared);
  for (const [what, isMeant, besides] of [
    ['reads of a run to compare', isToCompare, pairs],
    ['its other reads', (call: Called) => !isToCompare(call), pages],
  ] as const) {
    row(`${what}, day ${first.day}`, readsOf(first, isMeant));
    const now = readsOf(last, isMeant);
    // Before that the list of quiet pairs has not its month yet.
    if (first.day < MONTH) row(`${what}, day ${last.day}`, now);
    else most(`${what}, day ${last.day}`, now, Math.ceil(readsOf(first, isMeant) * 1.1) + besides);
  }
};

/** @returns how many goals were missed. */
export const playYear = async (seed: number, { days, chats }: Year): Promise<number> => {
  const crowd = createCrowd('year', seed, Math.max(900, chats * 30), { forgetsLateMs: FORGETS_LATE });
  const { world, time, twilio, wait, say } = crowd;
  world.setSweeps(false);
  const forgetChats = createForgetChats(twilio.place);
  const wrong: string[] = [];
  const endless: number[] = [];
  const measured: Measured[] = [];
  const isMeasured = (day: number): boolean => day === days || day === Math.min(MONTH, Math.floor(days / 2));
  for (let day = 1; day <= days; day += 1) {
    const morning = time.now();
    const said: readonly DayChat[] = talkForADay(crowd, chats);
    if (isMeasured(day)) {
      await sweepEvery(crowd, MINUTE, MEASURED);
      const sum = (all: readonly number[]): number => all.reduce((some, few) => some + few, 0);
      const compared = Math.min(SWEEP_SHARE.quiet, sum(endless.slice(-MONTH)));
      measured.push({ day, runs: MEASURED / MINUTE, calls: [...world.calls()], endless: sum(endless), compared });
    } else await sweepEvery(crowd, 10 * MINUTE, BUSY);
    await sweepEvery(crowd, 5 * HOUR, 20 * HOUR);
    await wait(morning + DAY - time.now());
    for (const one of said) {
      const problem = judgeDayChat(crowd, one);
      if (problem !== undefined) wrong.push(`day ${day}: ${one.chat.channel} ${problem}`);
    }
    endless.push(said.filter(({ end }) => end === 'never').length);
    world.forget();
    forgetChats(time.now() - 3 * DAY);
    if (day % 30 === 0) say(`day ${day}`);
  }

  console.log(`\n${days} days of ${chats} chats, Twilio in ${TWILIO_MS} ms\n`);
  const figures = createFigures();
  figures.most('chats that are not the same on both sides, or whose end is not', wrong.length, 0);
  for (const problem of wrong.slice(0, 10)) console.log(`          ${problem}`);
  await judgeLeftOver(figures, crowd, { chats, endless });
  const [first, last] = measured;
  if (first !== undefined && last !== undefined) judgeWork(figures, first, last);
  for (const { calls } of measured) judgeReads(figures, calls);
  say('done');
  return figures.missed();
};
