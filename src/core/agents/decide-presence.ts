/** What a change of an agent's activity means, given what both sides last agreed on. Pure. */
import { otherSide, type Side } from '../model/event.ts';
import type { Skipped } from '../model/outcome.ts';
import {
  type ActivityPair,
  carriedOver,
  fits,
  isMapped,
  isWebhookDue,
  meaningOf,
  type PresenceRules,
} from '../model/presence.ts';
import { CLOCK_SLACK_MS, LISTED_TIME_MS } from '../model/times.ts';
import type { WorkerNow } from '../ports/workers.ts';
import type { Agreed, Presence, Todo } from '../state/presence.ts';

/** An agent's activity changed on one side. `at` in milliseconds since 1970, as TaskRouter tells it. */
export type ActivityChange = { readonly side: Side; readonly activity: string; readonly at: number };

export type PresenceStep =
  | { readonly is: 'skip'; readonly reason: Skipped }
  /** What was told does not settle it: both sides are to be looked at. */
  | { readonly is: 'look'; readonly otherwise: Skipped }
  | {
      readonly is: 'take';
      readonly next: Agreed;
      readonly todo: ReadonlySet<Todo>;
      readonly said: Partial<ActivityPair>;
    };

const both = ['flex', 'frontline'] as const;
const skip = (reason: Skipped): PresenceStep => ({ is: 'skip', reason });
const isAvailable = (rules: PresenceRules, { frontline }: ActivityPair): boolean => frontline === rules.available;

/** Whether the bridge may have written this there at that time, or later. */
const mayBeOurs = ({ wrote }: Presence, { side, activity, at }: ActivityChange): boolean =>
  (wrote[side][activity] ?? Number.NEGATIVE_INFINITY) >= at - CLOCK_SLACK_MS;

/** Whether the bridge may have written over it: the other side's change was carried there just then. */
const mayBeOverwritten = ({ wrote }: Presence, { side, at }: ActivityChange): boolean =>
  Object.values(wrote[side]).some((when) => when >= at - CLOCK_SLACK_MS);

/** At one and the same moment Flex counts. */
const isOlder = (known: Presence, { side, at }: ActivityChange): boolean =>
  at < known.at || (at === known.at && side === 'frontline' && known.by === 'flex');

/** A change that a webhook told of. */
export const heard = (rules: PresenceRules, known: Presence | undefined, change: ActivityChange): PresenceStep => {
  const { side, activity, at } = change;
  if (!isMapped(rules, side, activity)) return skip('unmapped_activity');
  // Only a look tells what the other side says, and so what is not done yet while it still says that.
  if (known === undefined) return { is: 'look', otherwise: 'already' };
  const isSame = known.agreed[side] === activity;
  const unfinished = known.todo.size > 0;
  if (isSame) {
    if (unfinished) return { is: 'look', otherwise: 'already' };
    if (mayBeOurs(known, change)) return skip('echo');
    // Said again, and later: the other side may stand where the settings say nothing of it.
    return at > known.at ? { is: 'look', otherwise: 'already' } : skip('already');
  }
  if (isOlder(known, change)) return unfinished ? { is: 'look', otherwise: 'superseded' } : skip('superseded');
  if (mayBeOurs(known, change)) return { is: 'look', otherwise: 'echo' };
  if (known.seen && at < known.at + LISTED_TIME_MS) return { is: 'look', otherwise: 'superseded' };
  return taken(rules, known, change);
};

/** It is sure that a person said so, and last: nothing is read. */
const taken = (rules: PresenceRules, known: Presence, change: ActivityChange): PresenceStep => {
  const { side, activity, at } = change;
  const before = known.agreed;
  const agreed = carriedOver(rules, side, { ...before, [side]: activity });
  if (agreed === undefined) return skip('unmapped_activity');
  const todo = new Set<Todo>([otherSide(side)]);
  if (known.todo.size > 0 || isAvailable(rules, agreed) !== isAvailable(rules, before)) todo.add('user');
  else if (before[otherSide(side)] === agreed[otherSide(side)]) todo.delete(otherSide(side));
  if (mayBeOverwritten(known, change)) todo.add(side);
  return { is: 'take', next: { agreed, at, by: side, seen: false }, todo, said: { [side]: activity } };
};

/** Both sides as they are now. */
export type BothSides = Readonly<Record<Side, WorkerNow>> & {
  /** When they were looked at. Milliseconds since 1970. */
  readonly at: number;
  /** The Frontline user's own; undefined when it was not read, or there is no such user. */
  readonly user: boolean | undefined;
  /** What Flex says is nobody's wish: the agent let an offer time out, and the settings do not count that. */
  readonly ignoresFlex: boolean;
  /** What changed before is left alone while nothing is agreed. Milliseconds since 1970. */
  readonly firstStart: number;
};

const speaks = (rules: PresenceRules, seen: BothSides, side: Side): boolean =>
  isMapped(rules, side, seen[side].activity) && !(side === 'flex' && seen.ignoresFlex);

const saidBy = ({ flex, frontline }: BothSides): ActivityPair => ({
  flex: flex.activity,
  frontline: frontline.activity,
});

/** The later one; Flex at the same second. */
const last = (seen: BothSides, changed: readonly Side[]): Side | undefined =>
  changed.length < 2 ? changed[0] : seen.frontline.since > seen.flex.since ? 'frontline' : 'flex';

/**
 * What is not done yet looks like a change, but it says what that side said before the wish, or what the bridge wrote
 * there. The same said anew, and later, is a wish.
 */
const isUndone = (known: Presence, side: Side, { activity, since }: WorkerNow): boolean => {
  if (!known.todo.has(side)) return false;
  const isOurs = mayBeOurs(known, { side, activity, at: since });
  if (known.former[side] === activity) return isOurs || since <= known.at + CLOCK_SLACK_MS;
  return isOurs && (known.wrote[side][activity] ?? Number.NEGATIVE_INFINITY) >= known.at;
};

/** Nothing is agreed yet. A webhook told of the wish, else a change counts of the first start's second or later. */
const lookedFirst = (rules: PresenceRules, seen: BothSides, { change, otherwise }: Occasion): PresenceStep => {
  const spoken = both.filter((side) => speaks(rules, seen, side));
  if (change !== undefined && seen[change.side].activity === change.activity && speaks(rules, seen, change.side))
    return follow(rules, undefined, seen, change.side, change.at);
  if (spoken.length < 2) return skip('unmapped_activity');
  if (fits(rules, saidBy(seen))) return skip(otherwise);
  const by = last(
    seen,
    spoken.filter((side) => seen[side].since >= seen.firstStart),
  );
  if (by !== undefined) return follow(rules, undefined, seen, by);
  return skip('before_first_start');
};

export type Occasion = {
  /** What a webhook told of, which is why both sides were looked at. */
  readonly change: ActivityChange | undefined;
  /** Why there was nothing to do, if so. */
  readonly otherwise: Skipped;
};

/** A wish that is what was agreed, and newer. */
const saidAgain = (
  rules: PresenceRules,
  known: Presence,
  seen: BothSides,
  change: ActivityChange | undefined,
): ActivityChange | undefined => {
  if (change === undefined || change.at <= known.at || mayBeOurs(known, change)) return undefined;
  const { side, activity } = change;
  const stands = seen[side].activity === activity && speaks(rules, seen, side);
  return stands && known.agreed[side] === activity ? change : undefined;
};

export const looked = (
  rules: PresenceRules,
  known: Presence | undefined,
  seen: BothSides,
  occasion: Occasion,
): PresenceStep => {
  if (known === undefined) return lookedFirst(rules, seen, occasion);
  const changed = both.filter(
    (side) =>
      speaks(rules, seen, side) && seen[side].activity !== known.agreed[side] && !isUndone(known, side, seen[side]),
  );
  const by = last(seen, changed);
  const again = saidAgain(rules, known, seen, occasion.change);
  if (again !== undefined && (by === undefined || seen[by].since <= again.at))
    return follow(rules, known, seen, again.side, again.at);
  if (by !== undefined) return follow(rules, known, seen, by);
  const { user } = seen;
  const isNews = user !== undefined && user !== isAvailable(rules, known.agreed) && !known.todo.has('user');
  // What he has just done to his activity may still be on its way: it is heard first.
  if (isNews && !isWebhookDue(seen.frontline.since, seen.at) && speaks(rules, seen, 'frontline')) {
    const agreed = meaningOf(rules, user, saidBy(seen));
    // When it changed nobody tells: after both sides did; and whatever a person has said since counts for more.
    const at = Math.max(known.at, seen.flex.since, seen.frontline.since);
    if (agreed !== undefined) return carry(rules, seen, { agreed, at, by: 'frontline', seen: true }, known);
  }
  return known.todo.size === 0 ? skip(occasion.otherwise) : carry(rules, seen, known, known);
};

/** @param at when a webhook says that it was; a look tells the second */
const follow = (
  rules: PresenceRules,
  known: Presence | undefined,
  seen: BothSides,
  by: Side,
  at?: number,
): PresenceStep => {
  const agreed = carriedOver(rules, by, saidBy(seen));
  if (agreed === undefined) return skip('unmapped_activity');
  return carry(rules, seen, { agreed, at: at ?? seen[by].since, by, seen: at === undefined }, known);
};

/** Only what differs is written. What stands where the settings say nothing of it is left there, unless it is due. */
const carry = (rules: PresenceRules, seen: BothSides, next: Agreed, known: Presence | undefined): PresenceStep => {
  const renewed = next !== known;
  const said = saidBy(seen);
  const todo = new Set<Todo>();
  for (const side of both) if (said[side] !== next.agreed[side] && (renewed || known?.todo.has(side))) todo.add(side);
  const isDue =
    seen.user === undefined ? renewed || known?.todo.has('user') : seen.user !== isAvailable(rules, next.agreed);
  if (isDue) todo.add('user');
  const { agreed, at, by, seen: isSeen } = next;
  return { is: 'take', next: { agreed, at, by, seen: isSeen }, todo, said };
};
