import type { Parked } from '../src/core/model/outcome.ts';
import type { ContainerSid } from '../src/core/model/sids.ts';
import {
  clearSettled,
  type GivenUpForward,
  givenUpForwards,
  listUnlisted,
  type UnlistedDeadLetter,
} from '../src/core/operate/dead-letters.ts';
import { findPair } from '../src/core/operate/find.ts';
import type { Operator } from '../src/core/operate/operator.ts';
import { listParked } from '../src/core/operate/parked.ts';
import {
  type RedrivenForward,
  type RedrivenLink,
  type RedrivenMessage,
  redriveForwards,
  redriveLinks,
  redriveMessages,
} from '../src/core/operate/redrive.ts';
import { type PairId, pairId } from '../src/core/state/items.ts';
import type { Pair } from '../src/core/state/pair.ts';
import { flag, type Program, text } from '../src/runtime/options.ts';
import { common, EXIT_CODES, sidOf, wait, whereOf } from './arguments.ts';
import { commandOf, EXIT } from './command.ts';
import { reach } from './reach.ts';
import { type Applied, appliedLines, type Found, foundLines } from './redrive-words.ts';

const REDRIVE = {
  command: 'bridge redrive',
  about: `Lists what was given up. With --apply it puts back:
- parked messages, as their source says them now, marked as late, in order, and never twice, however often you run it;
  one that was deleted at its source, or whose chat has ended, is no longer parked;
- chats that could not be linked (other_deployment, refused): they are linked again;
- customers' SMS, only with --reason forward_refused or forward_pointless: they arrive late and cannot say so.
It names everything else with what you can do about it. Exits 1 while something could not be done, or not be seen.
${EXIT_CODES}`,
  options: {
    reason: text('REASON', 'only what was given up for that reason'),
    chat: text('SID', 'only one chat: the SID of its channel or conversation (CH...)'),
    apply: flag('put it back; without this nothing is changed'),
    wait: wait('how long to wait for the outcomes', 300),
    ...common,
  },
} as const satisfies Program;

export const redrive = commandOf(REDRIVE, async ({ values }, { environment, print }) => {
  const chat = values.chat === undefined ? undefined : sidOf(values.chat, 'CH');
  const waitMs = values.wait * 1000;
  const operator = await reach(whereOf(values), environment);
  try {
    const pair = chat === undefined ? undefined : await findPair(operator.store, chat);
    const found = await find(operator, values.reason, chat === undefined ? undefined : chosenBy(chat, pair));
    if (chat !== undefined && pair === undefined && isEmpty(found)) {
      print(values.json ? JSON.stringify({ chat, found: false }) : `This bridge knows no chat of ${chat}.`);
      return EXIT.wrong;
    }
    // A mistyped reason must not read as if all were well.
    const chosen = values.reason !== undefined || chat !== undefined;
    const nothing = chosen ? 'Nothing is parked for that reason or chat.' : 'Nothing is parked.';
    if (!values.apply) {
      if (values.json) print(JSON.stringify(foundAsJson(found)));
      else for (const line of isEmpty(found) ? [nothing] : foundLines(found)) print(line);
      return found.behind > 0 ? EXIT.wrong : EXIT.well;
    }
    const applied = await apply(operator, found, waitMs);
    if (values.json) print(JSON.stringify(appliedAsJson(operator, found, applied)));
    else for (const line of isEmpty(found) ? [nothing] : appliedLines(found, applied, operator.consumed)) print(line);
    const { results, links, forwards } = applied;
    return found.behind > 0 || [...results, ...links, ...forwards].some(isOpen) ? EXIT.wrong : EXIT.well;
  } finally {
    await operator.close();
  }
});

/** Reasons that are only a customer's SMS: a command that names another reason has not asked for these. */
const SENT_AGAIN: readonly string[] = ['forward_refused', 'forward_pointless'] satisfies readonly Parked[];

type Chosen = { readonly pair: PairId; readonly anyName: ReadonlySet<PairId | undefined> };

/**
 * A chat that only one side knows has dead letters, too; and one of an event names the side that it came from, which is
 * not the pair's own name for all of them.
 */
const chosenBy = (chat: ContainerSid, pair: Pair | undefined): Chosen => {
  const { id = pairId('flex', chat), flex = chat, frontline = chat } = pair ?? {};
  const sides = [chat, flex, frontline].flatMap((sid) => [pairId('flex', sid), pairId('frontline', sid)]);
  return { pair: id, anyName: new Set([id, ...sides]) };
};

const find = async (operator: Operator, reason: string | undefined, chosen: Chosen | undefined): Promise<Found> => {
  const rows = await listParked(operator.store, { reason, pair: chosen?.pair });
  const look = await listUnlisted(operator, await operator.counts());
  const deadLetters = look.deadLetters
    .filter((deadLetter) => reason === undefined || deadLetter.reason === reason)
    .filter((deadLetter) => chosen === undefined || chosen.anyName.has(deadLetter.pair));
  const isSent = (deadLetter: UnlistedDeadLetter): boolean =>
    deadLetter.forward !== undefined && reason !== undefined && SENT_AGAIN.includes(reason);
  return {
    rows,
    deadLetters,
    forwards: givenUpForwards(deadLetters.filter(isSent)),
    others: deadLetters.filter((deadLetter) => !deadLetter.link && !isSent(deadLetter)),
    behind: look.behind,
  };
};

const isEmpty = ({ rows, deadLetters, behind }: Found): boolean =>
  rows.length === 0 && deadLetters.length === 0 && behind === 0;

const apply = async (operator: Operator, found: Found, waitMs: number): Promise<Applied> => {
  const links = await redriveLinks(operator, found.deadLetters, waitMs);
  const results = await redriveMessages(operator, found.rows, waitMs);
  const forwards = await redriveForwards(operator, found.forwards, waitMs);
  const unlinkable = links.flatMap(({ pair, ended }) => (ended?.end === 'skipped' ? [pair] : []));
  return { results, links, forwards, cleared: await clearSettled(operator, new Set(unlinkable)) };
};

const isOpen = ({ ended }: RedrivenMessage | RedrivenLink | RedrivenForward): boolean =>
  ended === undefined || ended.end === 'parked' || ended.end === 'deferred' || ended.reason === 'no_default_webhook';

const deadLetterAsJson = ({ queue, reason, pair, link }: UnlistedDeadLetter) => ({ queue, reason, pair, link });
/** Never what was written: a forward holds it. */
const forwardAsJson = ({ container, about, eventType, receivedAt }: GivenUpForward) => ({
  container,
  sid: about,
  eventType,
  receivedAt,
});

const foundAsJson = ({ rows, deadLetters, forwards, behind }: Found) => ({
  applied: false,
  parked: rows,
  deadLetters: deadLetters.map(deadLetterAsJson),
  forwards: forwards.map(forwardAsJson),
  behind,
});

const appliedAsJson = (
  { consumed }: Operator,
  { others, behind }: Found,
  { results, links, forwards, cleared }: Applied,
) => ({
  applied: true,
  running: consumed,
  results: results.map(({ row, ended }) => ({ ...row, ended: ended ?? null })),
  links: links.map(({ pair, ended }) => ({ pair, ended: ended ?? null })),
  forwards: forwards.map(({ forward, ended }) => ({ ...forwardAsJson(forward), ended: ended ?? null })),
  deadLetters: others.map(deadLetterAsJson),
  behind,
  cleared,
});
