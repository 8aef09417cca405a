import { silence } from '../src/core/operate/bells.ts';
import { findPair } from '../src/core/operate/find.ts';
import { listParked, type ParkedRow } from '../src/core/operate/parked.ts';
import type { Operator } from '../src/core/operate/ports.ts';
import { type PutBack, putBack } from '../src/core/operate/put-back.ts';
import { commonUsage, parse, sidOf, waitOf, whereOf } from './arguments.ts';
import { type Command, EXIT, type ExitCode, Misunderstood } from './command.ts';
import { reach } from './reach.ts';
import { chatOf, direction, moment, plural } from './words.ts';

export const redriveUsage = `bridge redrive [--reason REASON] [--chat SID] [--apply] [--wait SECONDS] [--stack NAME | --data FILE] [--json]

Lists the messages that were parked, and with --apply puts them back: as they are at their source now, marked as late, in
their order, and never twice, however often it is run. One that is gone at its source meanwhile is no longer parked.

  --reason REASON  only those parked for that reason
  --chat SID       only those of one chat: its channel's or conversation's SID (CH...)
  --apply          do it; without this nothing is changed
  --wait SECONDS   how long to wait for the outcomes (300)
${commonUsage}`;

const options = {
  reason: { type: 'string' },
  chat: { type: 'string' },
  apply: { type: 'boolean', default: false },
  wait: { type: 'string', default: '300' },
} as const;

export const redrive: Command = async ({ args, environment, print }) => {
  const { values, positionals } = parse(args, options);
  if (values.help) {
    print(redriveUsage);
    return EXIT.well;
  }
  if (positionals.length > 0) throw new Misunderstood('redrive takes a chat by --chat SID');
  const chat = values.chat === undefined ? undefined : sidOf(values.chat, 'CH');
  const waitMs = waitOf(values.wait);
  const operator = await reach(whereOf(values), environment);
  try {
    const home = chat === undefined ? undefined : await findPair(operator.store, chat);
    if (chat !== undefined && home === undefined) {
      print(values.json ? JSON.stringify({ chat, found: false }) : `No pair of ${chat} is known here.`);
      return EXIT.wrong;
    }
    const rows = await listParked(operator.store, { reason: values.reason, home: home?.key.pk });
    const say = values.json ? (value: unknown) => print(JSON.stringify(value)) : undefined;
    // A mistyped reason must not read as if all were well.
    const chosen = values.reason !== undefined || home !== undefined;
    const nothing = chosen ? 'Nothing is parked for that reason or chat.' : 'Nothing is parked.';
    return values.apply
      ? await apply(operator, rows, { waitMs, nothing }, print, say)
      : dryRun(rows, nothing, print, say);
  } finally {
    await operator.close();
  }
};

type Print = (line: string) => void;
type Say = ((value: unknown) => void) | undefined;

const dryRun = (rows: readonly ParkedRow[], nothing: string, print: Print, say: Say): ExitCode => {
  if (say !== undefined) say({ applied: false, parked: rows });
  else if (rows.length === 0) print(nothing);
  else {
    print(`${plural(rows.length, 'message')} would be put back:`);
    inChats(
      rows,
      (row) => row,
      print,
      (row) => `${cause(row)}, parked ${moment(row.at)}`,
    );
    print('Nothing was changed. Run it again with --apply to put them back.');
  }
  return EXIT.well;
};

const apply = async (
  operator: Operator,
  rows: readonly ParkedRow[],
  { waitMs, nothing }: { readonly waitMs: number; readonly nothing: string },
  print: Print,
  say: Say,
): Promise<ExitCode> => {
  const results = await putBack(operator, rows, waitMs);
  const silenced = await silence(operator);
  const open = results.filter(({ ended }) => ended === undefined || ended.end === 'parked' || ended.end === 'deferred');
  if (say !== undefined) say({ applied: true, running: operator.consumed, results: results.map(asJson), silenced });
  else {
    print(rows.length === 0 ? nothing : `${plural(rows.length, 'message')}:`);
    inChats(
      results,
      ({ row }) => row,
      print,
      (result) => said(result, operator.consumed),
    );
    if (silenced > 0) print(`${plural(silenced, 'dead letter')} of what is parked no more removed.`);
  }
  return open.length > 0 ? EXIT.wrong : EXIT.well;
};

const cause = ({ reason, code }: ParkedRow): string => (code === undefined ? reason : `${reason} (${code})`);

const asJson = ({ row, ended }: PutBack) => ({ ...row, ended: ended ?? null });

const said = ({ ended }: PutBack, running: boolean): string => {
  if (ended === undefined) return running ? 'still under way' : 'queued until the bridge runs';
  if (ended.end === 'replicated') return `put back as ${ended.copies.join(' ')}`;
  const again = ended.end === 'parked' ? 'parked again' : ended.end;
  return ended.reason === undefined ? again : `${again} (${ended.reason})`;
};

const inChats = <T>(all: readonly T[], rowOf: (one: T) => ParkedRow, print: Print, tell: (one: T) => string): void => {
  const lanes = Map.groupBy(all, (one) => `${chatOf(rowOf(one).home)}  ${direction(rowOf(one).lane)}`);
  for (const [lane, ones] of lanes) {
    print(`  ${lane}`);
    for (const one of ones) print(`    ${rowOf(one).sid}  ${tell(one)}`);
  }
};
