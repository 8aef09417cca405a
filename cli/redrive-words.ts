/** What redrive says to people. */

import type { JobEnd } from '../src/core/jobs/tickets.ts';
import type { GivenUpForward } from '../src/core/operate/dead-letters.ts';
import { countByReason, type UnlistedDeadLetter } from '../src/core/operate/dead-letters.ts';
import type { ParkedRow } from '../src/core/operate/parked.ts';
import type { RedrivenForward, RedrivenLink, RedrivenMessage } from '../src/core/operate/redrive.ts';
import { containerOfPair } from '../src/core/state/items.ts';
import { deadLetterLines } from './dead-letter-words.ts';
import { direction, moment, plural } from './words.ts';

export type Found = {
  readonly rows: readonly ParkedRow[];
  readonly deadLetters: readonly UnlistedDeadLetter[];
  /** Those that are sent again: only when their reason was given. */
  readonly forwards: readonly GivenUpForward[];
  /** What can only be named here. */
  readonly others: readonly UnlistedDeadLetter[];
  /** About how many dead letters could not be seen, of whatever reason and chat. */
  readonly behind: number;
};

export type Applied = {
  readonly results: readonly RedrivenMessage[];
  readonly links: readonly RedrivenLink[];
  readonly forwards: readonly RedrivenForward[];
  /** How many dead letters were taken away. */
  readonly cleared: number;
};

/** What would be done. */
export const foundLines = ({ rows, deadLetters, forwards, others, behind }: Found): readonly string[] => {
  const links = new Set(deadLetters.flatMap(({ link, pair }) => (link && pair !== undefined ? [pair] : [])));
  const some = rows.length > 0 || links.size > 0 || forwards.length > 0;
  const cause = ({ reason, code, edit }: ParkedRow): string =>
    `${edit ? 'an edit of it ' : ''}${reason}${code === undefined ? '' : ` (${code})`}`;
  return [
    ...headed(
      `${plural(rows.length, 'message')} would be put back:`,
      inLanes(
        rows,
        (row) => row,
        (row) => `${cause(row)}, parked ${moment(row.at)}`,
      ),
    ),
    ...headed(
      `${plural(links.size, 'chat')} would be linked again:`,
      [...links].map((pair) => `  ${containerOfPair(pair)}`),
    ),
    ...headed(
      `${plural(forwards.length, 'event')} would be sent to Flex's own webhook, which sends the customers' SMS:`,
      inChannels(
        forwards,
        (one) => one,
        ({ eventType, receivedAt }) => `${eventType} of ${moment(receivedAt)}`,
      ),
    ),
    ...(some ? ['Nothing was changed. To put this back, run it again with --apply.'] : []),
    ...otherLines(others),
    ...behindLines(behind),
  ];
};

/** What was done. */
export const appliedLines = (
  { others, behind }: Found,
  { results, links, forwards, cleared }: Applied,
  running: boolean,
): readonly string[] => [
  ...headed(
    `${plural(results.length, 'message')}:`,
    inLanes(
      results,
      ({ row }) => row,
      ({ ended }) => said(ended, running),
    ),
  ),
  ...headed(
    `${plural(links.length, 'chat')} to link:`,
    links.map(({ pair, ended }) => `  ${containerOfPair(pair)}  ${said(ended, running)}`),
  ),
  ...headed(
    `${plural(forwards.length, 'event')} to Flex's own webhook:`,
    inChannels(
      forwards,
      ({ forward }) => forward,
      ({ ended }) => said(ended, running),
    ),
  ),
  ...otherLines(others),
  ...behindLines(behind),
  ...(cleared > 0 ? [`Removed ${plural(cleared, 'dead letter')} of what is settled.`] : []),
];

const headed = (heading: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [heading, ...lines];

const otherLines = (others: readonly UnlistedDeadLetter[]): readonly string[] =>
  headed(
    `${plural(others.length, 'dead letter')} left in place:`,
    deadLetterLines(countByReason(others)).map((line) => `  ${line}`),
  );

const behindLines = (behind: number): readonly string[] =>
  behind === 0
    ? []
    : [
        `About ${plural(behind, 'dead letter')} could not be seen: AWS shows only the ten oldest of a chat.`,
        'npx bridge redrive lists those ten: put them back or delete them, then run this again.',
      ];

const said = (ended: JobEnd | undefined, running: boolean): string => {
  if (ended === undefined) return running ? 'still in progress' : 'queued until the bridge runs';
  if (ended.end === 'replicated') return `put back as ${ended.copies.join(' ')}`;
  if (ended.end === 'linked') return `linked with ${ended.copies.join(' ')}`;
  const again = ended.end === 'parked' ? 'parked again' : ended.end;
  return ended.reason === undefined ? again : `${again} (${ended.reason})`;
};

const inLanes = <T>(all: readonly T[], rowOf: (one: T) => ParkedRow, tell: (one: T) => string): readonly string[] => {
  const lanes = Map.groupBy(all, (one) => `${containerOfPair(rowOf(one).pair)}  ${direction(rowOf(one).lane)}`);
  return [...lanes].flatMap(([lane, ones]) => [
    `  ${lane}`,
    ...ones.map((one) => `    ${rowOf(one).sid}  ${tell(one)}`),
  ]);
};

const inChannels = <T>(
  all: readonly T[],
  forwardOf: (one: T) => GivenUpForward,
  tell: (one: T) => string,
): readonly string[] => {
  const channels = Map.groupBy(all, (one) => forwardOf(one).container);
  return [...channels].flatMap(([channel, ones]) => [
    `  ${channel}`,
    ...ones.map((one) => `    ${forwardOf(one).about}  ${tell(one)}`),
  ]);
};
