import { concerns, readStatus, type Status } from '../src/core/operate/status.ts';
import { common, commonUsage, parse, whereOf } from './arguments.ts';
import { type Command, EXIT, Misunderstood } from './command.ts';
import { deadLetterLines } from './dead-letter-words.ts';
import { reach } from './reach.ts';
import { moment, plural, span } from './words.ts';

export const statusUsage = `bridge status [--stack NAME | --data FILE] [--json]

How the bridge stands: open pairs, lanes that wait for repair, what is parked and why, what is on the queues.

${commonUsage}`;

export const status: Command = async ({ args, environment, print }) => {
  const { values, positionals } = parse(args, common);
  if (values.help) {
    print(statusUsage);
    return EXIT.well;
  }
  if (positionals.length > 0) throw new Misunderstood('status takes no SID');
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
};

const remedies: Readonly<Record<ReturnType<typeof concerns>[number], string>> = {
  parked: 'messages are parked: npx bridge redrive',
  'dead letters': 'dead letters wait: the runbook has a section for each queue',
  'dirty lanes': 'lanes wait for their side: the sweep repairs them each minute once it is back',
  'late links': 'links wait: the sweep tries each again every minute; the log says of its chat what is in the way',
  'held pairs': 'pairs are held, because they wrote faster than people can: stop what writes there, then release each',
};

/** A side that is down is one cause for all of them: the oldest say enough. */
const MOST_LATE = 5;

const lines = (seen: Status, wrong: ReturnType<typeof concerns>, running: boolean): readonly string[] => {
  const { at, pairs, lanes, parked, deadLetters, queues } = seen;
  const since = lanes.dirtySince === undefined ? '' : ` (for ${span(at - lanes.dirtySince)})`;
  const reasons = Object.entries(parked.byReason).map(([reason, count]) => `${count} ${reason}`);
  const oldest = parked.oldestAt === undefined ? '' : `, the oldest for ${span(at - parked.oldestAt)}`;
  return [
    ...(running ? [] : ['No bridge runs on this file now.']),
    `Pairs   ${pairs.open} open (${pairs.active} active), ${pairs.waiting} due (${pairs.linking} linking), ${pairs.held.length} held`,
    `Lanes   ${lanes.dirty} dirty${since}, ${lanes.withHoles} with holes, ${lanes.stale} with edits to apply, ${lanes.underWay} with a call under way`,
    `Parked  ${parked.total}${parked.total === 0 ? '' : `: ${reasons.join(', ')}${oldest}`}`,
    ...(deadLetters.total === 0 ? [] : [`Letters ${deadLetters.total} given up, beside what is parked`]),
    ...deadLetterLines(deadLetters.byReason).map((line) => `        ${line}`),
    ...Object.entries(queues).map(([name, { waiting, inFlight, dead, oldestAt, oldestUnknown }]) => {
      const unknown = oldestUnknown === undefined ? '' : `, the oldest of unknown age (${oldestUnknown})`;
      const age = oldestAt === undefined ? unknown : `, the oldest ${span(at - oldestAt)} old`;
      return `Queue   ${name}: ${waiting} waiting, ${inFlight} in hands, ${plural(dead, 'dead letter')}${age}`;
    }),
    ...pairs.late
      .slice(0, MOST_LATE)
      .map(({ container, since }) => `Link    ${container} is not linked, for ${span(at - since)}`),
    ...pairs.held.map(
      ({ container, until }) =>
        `Held    ${container} until ${moment(until)}; sooner: npx bridge repair ${container} --release`,
    ),
    ...(wrong.length === 0 ? ['All is well.'] : wrong.map((concern) => `Look    ${remedies[concern]}`)),
  ];
};
