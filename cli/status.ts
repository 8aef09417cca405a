import { DIRECTIONS } from '../src/core/model/mode.ts';
import { concerns, readStatus, type Status } from '../src/core/operate/status.ts';
import type { Program } from '../src/runtime/options.ts';
import { common, EXIT_CODES, whereOf } from './arguments.ts';
import { commandOf, EXIT } from './command.ts';
import { deadLetterLines } from './dead-letter-words.ts';
import { reach } from './reach.ts';
import { modeLine, moment, plural, span } from './words.ts';

const STATUS = {
  command: 'bridge status',
  about: `Shows open pairs, lanes that are behind, what is parked and why, and the queues. Exits 1 when something needs a look.
${EXIT_CODES}`,
  options: common,
} as const satisfies Program;

export const status = commandOf(STATUS, async ({ values }, { environment, print }) => {
  const operator = await reach(whereOf(values), environment);
  try {
    const seen = await readStatus(operator);
    const wrong = concerns(seen);
    if (values.json) print(JSON.stringify({ ...seen, running: operator.consumed, wrong }));
    else for (const line of lines(seen, wrong, operator.consumed)) print(line);
    return wrong.length > 0 ? EXIT.wrong : EXIT.well;
  } finally {
    await operator.close();
  }
});

const remedies: Readonly<Record<ReturnType<typeof concerns>[number], string>> = {
  'not on': 'a direction is not on: once whatever it waits for is over, npx bridge mode on',
  parked: 'messages are parked: npx bridge redrive lists them',
  'dead letters': 'there are dead letters: docs/runbook.md has a section for each queue',
  'dirty lanes': 'lanes are behind: the sweep repairs them within minutes once their side is back',
  'late links':
    'chats are not linked: the sweep tries each again every minute; the log lines of the chat say why it fails',
  'held pairs': 'pairs are held because they write faster than people can: stop what writes there, then release each',
};

/** A side that is down is one cause for all of them: the oldest say enough. */
const MOST_LATE = 5;

const lines = (seen: Status, wrong: ReturnType<typeof concerns>, running: boolean): readonly string[] => {
  const { at, modes, pairs, lanes, parked, deadLetters, queues } = seen;
  const since = lanes.dirtySince === undefined ? '' : ` (for ${span(at - lanes.dirtySince)})`;
  const reasons = Object.entries(parked.byReason).map(([reason, count]) => `${count} ${reason}`);
  const oldest = parked.oldestAt === undefined ? '' : `, the oldest ${span(at - parked.oldestAt)} ago`;
  return [
    ...(running ? [] : ['No bridge is running on this data file.']),
    ...DIRECTIONS.filter((lane) => modes[lane].mode !== 'on').map((lane) => `Mode    ${modeLine(lane, modes[lane])}`),
    `Pairs   ${pairs.open} open (${pairs.active} active), ${pairs.waiting} due (${pairs.linking} not linked yet), ${pairs.held.length} held`,
    `Lanes   ${lanes.dirty} behind${since}, ${lanes.notOn} wait for their direction, ${lanes.withHoles} with holes, ${lanes.stale} with edits to apply, ${lanes.underWay} with a call in flight`,
    `Parked  ${parked.total}${parked.total === 0 ? '' : `: ${reasons.join(', ')}${oldest}`}`,
    ...(deadLetters.total === 0
      ? []
      : [`Dead    ${plural(deadLetters.total, 'dead letter')} besides those of parked messages`]),
    ...deadLetterLines(deadLetters.byReason).map((line) => `        ${line}`),
    ...Object.entries(queues).map(([name, { waiting, inFlight, dead, oldestAt, oldestUnknown }]) => {
      const unknown = oldestUnknown === undefined ? '' : `, the oldest of unknown age (${oldestUnknown})`;
      const age = oldestAt === undefined ? unknown : `, the oldest waits for ${span(at - oldestAt)}`;
      return `Queue   ${name}: ${waiting} waiting, ${inFlight} in flight, ${plural(dead, 'dead letter')}${age}`;
    }),
    ...pairs.late
      .slice(0, MOST_LATE)
      .map(({ container, since }) => `Link    ${container} has not been linked for ${span(at - since)}`),
    ...pairs.held.map(
      ({ container, until }) =>
        `Held    ${container} until ${moment(until)}; to release it now: npx bridge repair ${container} --release`,
    ),
    ...(wrong.length === 0 ? ['All is well.'] : wrong.map((concern) => `To do   ${remedies[concern]}`)),
  ];
};
