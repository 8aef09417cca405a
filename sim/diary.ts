/** What a run tells of itself when somebody wants to see each step. */
import type { SimWorld } from './world.ts';

export type Diary = { readonly note: (at: number, line: string) => void; readonly lines: readonly string[] };

/**
 * Steps, kills, faults that had an effect, calls with their answers, writes, the journal: in order, in the run's time.
 */
export const createDiary = (): Diary => {
  const lines: string[] = [];
  let start: number | undefined;
  return {
    note: (at, line) => {
      start ??= at;
      lines.push(`${((at - start) / 1000).toFixed(3).padStart(10)} ${line}`);
    },
    lines,
  };
};

/** Everything that happened, and what stands in the end. */
export const story = (world: SimWorld, { lines }: Diary): readonly string[] => [
  ...lines,
  ...(['flex', 'frontline'] as const).flatMap((side) =>
    world.twilio.reads
      .containers(side)
      .flatMap(({ sid }) =>
        world.twilio.reads
          .transcript(side, sid)
          .map((m) => `${side} ${sid} ${m.index} ${m.sid} ${m.author} | ${m.body} | ${m.dateCreated} ${m.attributes}`),
      ),
  ),
];
