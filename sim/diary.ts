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

const joined = (...parts: readonly (string | undefined)[]): string => parts.join(' | ');

/** Everything that happened, and what stands in the end. */
export const story = ({ twilio: { reads } }: SimWorld, { lines }: Diary): readonly string[] => [
  ...lines,
  ...reads
    .tasks('flex')
    .map(({ sid, status, attributes, reservations }) =>
      joined(`task ${sid} ${status} ${attributes}`, ...reservations.map((one) => `${one.workerSid} ${one.status}`)),
    ),
  ...(['flex', 'frontline'] as const).flatMap((side) =>
    reads
      .containers(side)
      .flatMap(({ sid, state, attributes, members }) => [
        joined(`${side} ${sid} ${state} ${attributes}`, ...members.map(({ identity, address }) => identity ?? address)),
        ...reads
          .transcript(side, sid)
          .map((m) => `${side} ${sid} ${m.index} ${m.sid} ${m.author} | ${m.body} | ${m.dateCreated} ${m.attributes}`),
      ]),
  ),
];
