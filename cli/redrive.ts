import { silence } from '../src/core/operate/bells.ts';
import { findPair } from '../src/core/operate/find.ts';
import { countLetters, type Letter, type LinkedAgain, linkAgain, readLetters } from '../src/core/operate/letters.ts';
import { listParked, type ParkedRow } from '../src/core/operate/parked.ts';
import type { Operator } from '../src/core/operate/ports.ts';
import { type PutBack, putBack } from '../src/core/operate/put-back.ts';
import type { Ended } from '../src/core/operate/tickets.ts';
import { commonUsage, parse, sidOf, waitOf, whereOf } from './arguments.ts';
import { type Command, EXIT, type ExitCode, Misunderstood } from './command.ts';
import { letterLines } from './letters.ts';
import { reach } from './reach.ts';
import { chatOf, direction, moment, plural } from './words.ts';

export const redriveUsage = `bridge redrive [--reason REASON] [--chat SID] [--apply] [--wait SECONDS] [--stack NAME | --data FILE] [--json]

Lists the messages that were parked, and with --apply puts them back: as they are at their source now, marked as late, in
their order, and never twice, however often it is run. One that is gone at its source meanwhile is no longer parked.
Links that were parked (other_deployment) are tried again. What else was given up is named, with what can be done about it:
forwards to Flex's own webhook are never sent again from here.

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
    const wanted = { reason: values.reason, home: home?.key.pk };
    const rows = await listParked(operator.store, wanted);
    const letters = (await readLetters(operator, await operator.counts())).filter(
      ({ reason, home }) => reason === (wanted.reason ?? reason) && home === (wanted.home ?? home),
    );
    const found = { rows, letters };
    const say = values.json ? (value: unknown) => print(JSON.stringify(value)) : undefined;
    // A mistyped reason must not read as if all were well.
    const chosen = values.reason !== undefined || home !== undefined;
    const nothing = chosen ? 'Nothing is parked for that reason or chat.' : 'Nothing is parked.';
    return values.apply
      ? await apply(operator, found, { waitMs, nothing }, print, say)
      : dryRun(found, nothing, print, say);
  } finally {
    await operator.close();
  }
};

type Print = (line: string) => void;
type Say = ((value: unknown) => void) | undefined;

type Found = { readonly rows: readonly ParkedRow[]; readonly letters: readonly Letter[] };

const letterAsJson = ({ queue, reason, home, link }: Letter) => ({ queue, reason, home, link });

const dryRun = ({ rows, letters }: Found, nothing: string, print: Print, say: Say): ExitCode => {
  if (say !== undefined) {
    say({ applied: false, parked: rows, letters: letters.map(letterAsJson) });
    return EXIT.well;
  }
  const links = new Set(letters.flatMap(({ link, home }) => (link && home !== undefined ? [home] : [])));
  if (rows.length === 0 && letters.length === 0) print(nothing);
  if (rows.length > 0) {
    print(`${plural(rows.length, 'message')} would be put back:`);
    inChats(
      rows,
      (row) => row,
      print,
      (row) => `${cause(row)}, parked ${moment(row.at)}`,
    );
  }
  if (links.size > 0) {
    print(`${plural(links.size, 'link')} would be tried again:`);
    for (const home of links) print(`  ${chatOf(home)}`);
  }
  if (rows.length > 0 || links.size > 0) print('Nothing was changed. Run it again with --apply to put them back.');
  tellOthers(letters, print);
  return EXIT.well;
};

/** What can only be named here. */
const tellOthers = (letters: readonly Letter[], print: Print): void => {
  const others = letters.filter(({ link }) => !link);
  if (others.length === 0) return;
  print(`${plural(others.length, 'dead letter')} cannot be put back from here:`);
  for (const line of letterLines(countLetters(others))) print(`  ${line}`);
};

const isOpen = ({ ended }: PutBack | LinkedAgain): boolean =>
  ended === undefined || ended.end === 'parked' || ended.end === 'deferred';

const apply = async (
  operator: Operator,
  { rows, letters }: Found,
  { waitMs, nothing }: { readonly waitMs: number; readonly nothing: string },
  print: Print,
  say: Say,
): Promise<ExitCode> => {
  const links = await linkAgain(operator, letters, waitMs);
  const results = await putBack(operator, rows, waitMs);
  const unlinkable = links.flatMap(({ home, ended }) => (ended?.end === 'skipped' ? [home] : []));
  const silenced = await silence(operator, new Set(unlinkable));
  if (say !== undefined)
    say({
      applied: true,
      running: operator.consumed,
      results: results.map(asJson),
      links: links.map(({ home, ended }) => ({ home, ended: ended ?? null })),
      letters: letters.filter(({ link }) => !link).map(letterAsJson),
      silenced,
    });
  else {
    if (rows.length === 0 && letters.length === 0) print(nothing);
    if (rows.length > 0) print(`${plural(rows.length, 'message')}:`);
    inChats(
      results,
      ({ row }) => row,
      print,
      ({ ended }) => said(ended, operator.consumed),
    );
    if (links.length > 0) print(`${plural(links.length, 'link')}:`);
    for (const { home, ended } of links) print(`  ${chatOf(home)}  ${said(ended, operator.consumed)}`);
    tellOthers(letters, print);
    if (silenced > 0) print(`${plural(silenced, 'dead letter')} of what is parked no more removed.`);
  }
  return [...results, ...links].some(isOpen) ? EXIT.wrong : EXIT.well;
};

const cause = ({ reason, code }: ParkedRow): string => (code === undefined ? reason : `${reason} (${code})`);

const asJson = ({ row, ended }: PutBack) => ({ ...row, ended: ended ?? null });

const said = (ended: Ended | undefined, running: boolean): string => {
  if (ended === undefined) return running ? 'still under way' : 'queued until the bridge runs';
  if (ended.end === 'replicated') return `put back as ${ended.copies.join(' ')}`;
  if (ended.end === 'linked') return `linked with ${ended.copies.join(' ')}`;
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
