/**
 * Reconcile: compares a lane's two ends and repairs the difference in order. Copying history at linking, filling a
 * hole, recovering from an outage, the sweep and the operator's repair are this one operation. The webhook's fast path
 * is its short cut.
 */
import { type Delivered, deliver, settle } from './deliver.ts';
import { type BridgeDeps, chatSide } from './deps.ts';
import type { Lane, Message } from './event.ts';
import { clean, fence, GONE_AFTER_MS, type Held, HOLES_AT_ONCE, intend } from './lane-writes.ts';
import { isOurs } from './ours.ts';
import { type Outcome, retry, skipped } from './outcome.ts';
import { containerOf, destination, type Home, otherLane, readHome } from './pair.ts';
import { readBack } from './read-back.ts';
import { render } from './render.ts';
import { readRow, writeSkipped } from './rows.ts';
import { sourceBatches } from './source-list.ts';
import { provenStamp } from './stamp.ts';

export type Run = {
  /** Milliseconds since 1970: the run hands back before this and goes on later. */
  readonly deadline: number;
  readonly attempts: number;
};

const overtaken = (progress: boolean): Outcome => retry(1, 'lane has another owner', progress);

/**
 * Brings one lane up to date.
 * @returns `reconciled` with how many messages were brought over, or a retry; with progress when only time ran out.
 * @throws TwilioTrouble when a side could not be read.
 */
export const reconcile = async (deps: BridgeDeps, key: Home['key'], lane: Lane, run: Run): Promise<Outcome> => {
  const before = readHome(await deps.store.get(key));
  if (before === undefined || before.state === 'linking') return skipped('not_linked');
  if (before.state === 'closed') return skipped('closed');

  const freed = await readBack(deps, { home: before, lane });
  if (!freed.free) return freed.outcome;
  const fenced = await fence(deps, { home: freed.home, lane });
  if (!fenced.ok) return overtaken(freed.adopted);
  const walk = startWalk(deps, { home: fenced.home, lane }, freed.adopted ? 1 : 0);

  const copies = await copiesByOrigin(deps, walk.held);
  for await (const batch of sourceBatches(deps, walk.held)) {
    for (const message of batch.messages) {
      if (deps.clock.now() + deps.settings.requestMs > run.deadline) return retry(0, 'more to copy', walk.brought > 0);
      // After progress a refusal is a first one again: its pause does not grow with a long copy.
      const attempts = walk.brought > 0 ? 1 : run.attempts;
      const stop = await step(deps, walk, message, copies.get(message.sid), attempts);
      if (stop !== undefined) return stop;
    }
    if (batch.after !== undefined) {
      const kept = await batch.after(walk.held);
      if (!kept.ok) return overtaken(walk.brought > 0);
      walk.held = { home: kept.home, lane };
    }
  }
  const cleaned = await clean(deps, walk.held, walk.seenUpTo, allGaps(walk), walk.listedAt);
  return cleaned.ok ? { end: 'reconciled', repaired: walk.brought } : overtaken(walk.brought > 0);
};

/** How far a run has come. */
type Walk = {
  held: Held;
  brought: number;
  /** The largest index listed. */
  seenUpTo: number;
  /** The largest index of a person's message listed: below it, what is neither listed nor ours is a gap. */
  personsUpTo: number;
  readonly ours: Set<number>;
  /** Indices that no list has shown, to be noted as holes with the next write. */
  gaps: readonly number[];
  readonly listedAt: number;
};

const startWalk = (deps: BridgeDeps, held: Held, brought: number): Walk => ({
  held,
  brought,
  seenUpTo: -1,
  personsUpTo: held.home.lanes[held.lane].cursor,
  ours: new Set(),
  gaps: [],
  listedAt: deps.clock.now(),
});

/** The newest page of the destination: copies whose row was lost are adopted, not sent again. */
const copiesByOrigin = async (deps: BridgeDeps, { home, lane }: Held): Promise<ReadonlyMap<string, Message>> => {
  const container = containerOf(home, destination(lane));
  if (container === undefined) throw new Error('a lane without a destination');
  const page = await chatSide(deps, destination(lane)).listMessages(container, 'desc');
  const copies = new Map<string, Message>();
  for (const message of page.messages) {
    const { author, body } = message;
    const stamp = provenStamp(deps.settings.stampKey, { lane, container, author, body }, message.attributes);
    if (stamp !== undefined) copies.set(stamp.s, message);
  }
  return copies;
};

/** One source message, in order. @returns why the run stops here; undefined when it goes on. */
const step = async (
  deps: BridgeDeps,
  walk: Walk,
  message: Message,
  copy: Message | undefined,
  attempts: number,
): Promise<Outcome | undefined> => {
  const { home, lane } = walk.held;
  const { cursor, holes, own } = home.lanes[lane];
  const { index, sid, createdAt } = message;
  walk.seenUpTo = Math.max(walk.seenUpTo, index);
  const late = index <= cursor;
  if (late && !holes.has(index)) return undefined;
  if (own.includes(index) || (await isOurs(deps, home, otherLane(lane), message))) {
    walk.ours.add(index);
    return undefined;
  }
  if (!late) noteGaps(walk, message);
  if ((await readRow(deps, home.key, lane, sid)) !== undefined) return undefined;
  if (render(lane, message, home, late) === undefined) {
    await writeSkipped(deps, home.key, lane, sid, 'empty');
    return undefined;
  }
  const intended = await intend(deps, walk.held, { sid, index, createdAt, late });
  if (!intended.ok) return overtaken(walk.brought > 0);
  const mine: Held = { home: intended.home, lane };
  const seen = { missing: walk.gaps, listedAt: walk.listedAt };
  const delivered =
    copy === undefined ? await deliver(deps, mine, message, seen, attempts) : await settle(deps, mine, copy, seen);
  return after(deps, walk, message, delivered);
};

const after = (deps: BridgeDeps, walk: Walk, message: Message, delivered: Delivered): Outcome | undefined => {
  switch (delivered.end) {
    case 'done':
      deps.journal({
        step: 'replicated',
        type: 'reconcile',
        lane: walk.held.lane,
        sids: [message.sid, delivered.copy],
      });
      break;
    case 'parked':
      deps.journal({
        step: 'parked',
        type: 'reconcile',
        lane: walk.held.lane,
        reason: delivered.reason,
        sids: [message.sid],
      });
      break;
    case 'overtaken':
      return overtaken(walk.brought > 0);
    case 'stopped':
      return delivered.outcome.end === 'retry'
        ? { ...delivered.outcome, progress: walk.brought > 0 }
        : delivered.outcome;
  }
  walk.held = { home: delivered.home, lane: walk.held.lane };
  walk.brought += 1;
  walk.gaps = [];
  return undefined;
};

/**
 * A message may become visible after its successors. What is missing right before a recent message is noted as a hole
 * and listed again for a while; before an older one it is long deleted.
 */
const noteGaps = (walk: Walk, message: Message): void => {
  const recent = walk.listedAt - Date.parse(message.createdAt) < GONE_AFTER_MS;
  if (recent) walk.gaps = [...walk.gaps, ...gapsBelow(walk, message.index)].slice(-HOLES_AT_ONCE);
  walk.personsUpTo = Math.max(walk.personsUpTo, message.index);
};

/** A copy's time is its source's, so nobody knows how recent it is: what is missing before the last ones counts too. */
const allGaps = (walk: Walk): readonly number[] =>
  [...walk.gaps, ...gapsBelow(walk, walk.seenUpTo)].slice(-HOLES_AT_ONCE);

const gapsBelow = (walk: Walk, end: number): readonly number[] => {
  const { own, cursor } = walk.held.home.lanes[walk.held.lane];
  const found: number[] = [];
  for (let index = Math.max(walk.personsUpTo, cursor, end - HOLES_AT_ONCE - 1) + 1; index < end; index += 1)
    if (!own.includes(index) && !walk.ours.has(index)) found.push(index);
  return found;
};
