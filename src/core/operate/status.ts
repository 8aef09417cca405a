/** How a deployment stands, from the sparse index's lists and the queues' counts: no call to Twilio, no scan. */

import type { QueueName } from '../../contract.ts';
import type { Lane } from '../model/event.ts';
import { DIRECTIONS } from '../model/mode.ts';
import { everyItem, everyKey } from '../state/every-item.ts';
import { containerOfPair } from '../state/items.ts';
import { isLinkLate, waitsSince } from '../state/lag.ts';
import { type ModeSince, readModes } from '../state/modes.ts';
import { type Pair, readPair } from '../state/pair.ts';
import { countByReason, readUnlisted } from './dead-letters.ts';
import type { Operator, QueueCount } from './operator.ts';
import { listParked } from './parked.ts';

export type PausedPair = { readonly container: string; readonly until: number };
export type LateLink = { readonly container: string; readonly since: number };

export type Status = {
  /** Milliseconds since 1970, as all times here. */
  readonly at: number;
  readonly modes: Readonly<Record<Lane, ModeSince>>;
  readonly pairs: {
    /** Open and linked, those among them in which something was said within a day. */
    readonly open: number;
    readonly active: number;
    /** Marked for the next sweep, for whatever reason. */
    readonly waiting: number;
    readonly linking: number;
    /** Those that should have been linked by now, the oldest first. */
    readonly late: readonly LateLink[];
    readonly held: readonly PausedPair[];
  };
  /**
   * Dirty are those that wait for a side, with messages or for long with edits. Those of held pairs are not: they wait
   * for their release. Nor are those of a direction that is not on, `notOn`.
   */
  readonly lanes: {
    readonly dirty: number;
    readonly notOn: number;
    readonly dirtySince: number | undefined;
    readonly withHoles: number;
    /** With edits or removals that are not applied yet. */
    readonly stale: number;
    /** With a call to Twilio under way, or one whose outcome is not known yet. */
    readonly underWay: number;
  };
  readonly parked: {
    readonly total: number;
    readonly byReason: Readonly<Record<string, number>>;
    readonly oldestAt: number | undefined;
  };
  /** Dead letters that stand for nothing in the table, by reason; those of parked messages are not among them. */
  readonly deadLetters: { readonly total: number; readonly byReason: Readonly<Record<string, number>> };
  readonly queues: Readonly<Record<QueueName, QueueCount>>;
};

const earliest = (times: readonly number[]): number | undefined =>
  times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));

export const readStatus = async (operator: Operator): Promise<Status> => {
  const at = operator.clock.now();
  const queues = await operator.counts();
  const [modes, deadLetters, active, quiet, parked, due] = await Promise.all([
    readModes(operator.store),
    readUnlisted(operator, queues),
    everyKey(operator.store, 'active'),
    everyKey(operator.store, 'quiet'),
    listParked(operator.store, {}),
    everyItem(operator.store, 'due'),
  ]);
  const pairs = due.map(readPair).filter((pair) => pair !== undefined);
  const isHeld = ({ heldUntil = 0 }: Pair): boolean => heldUntil > at;
  const held = pairs.filter(isHeld).map((pair) => ({ container: containerIn(pair), until: pair.heldUntil ?? at }));
  const lanes = pairs.flatMap(({ lanes: { toFrontline, toFlex } }) => [toFrontline, toFlex]);
  const waiting = pairs
    .filter((pair) => !isHeld(pair))
    .flatMap((pair) => DIRECTIONS.map((lane) => ({ lane, since: waitsSince(pair.lanes[lane], at) })))
    .filter((one): one is { lane: Lane; since: number } => one.since !== undefined);
  const dirty = waiting.filter(({ lane }) => modes[lane].mode === 'on').map(({ since }) => since);
  const late = pairs
    .filter((pair) => modes.toFrontline.mode === 'on' && isLinkLate(pair, at))
    .map((pair) => ({ container: containerIn(pair), since: pair.begunAt }))
    .sort((a, b) => a.since - b.since);
  const reasons = Map.groupBy(parked, ({ reason }) => reason);
  return {
    at,
    modes,
    pairs: {
      open: active.length + quiet.length,
      active: active.length,
      waiting: pairs.length,
      linking: pairs.filter(({ linked }) => !linked).length,
      late,
      held,
    },
    lanes: {
      dirty: dirty.length,
      notOn: waiting.length - dirty.length,
      dirtySince: earliest(dirty),
      withHoles: lanes.filter(({ holes }) => holes.size > 0).length,
      stale: lanes.filter(({ stale }) => stale.size > 0).length,
      underWay: lanes.filter(({ intent }) => intent !== undefined).length,
    },
    parked: {
      total: parked.length,
      byReason: Object.fromEntries([...reasons].map(([reason, rows]) => [reason, rows.length])),
      oldestAt: earliest(parked.map((row) => row.at)),
    },
    deadLetters: { total: deadLetters.length, byReason: countByReason(deadLetters) },
    queues,
  };
};

const containerIn = ({ id }: Pair): string => containerOfPair(id);

export type Concern = 'not on' | 'parked' | 'dead letters' | 'dirty lanes' | 'late links' | 'held pairs';

/** What an operator should look at; empty when all is well. */
export const concerns = ({ modes, pairs, lanes, parked, queues }: Status): readonly Concern[] => {
  const found: readonly (readonly [Concern, boolean])[] = [
    ['not on', Object.values(modes).some(({ mode }) => mode !== 'on')],
    ['parked', parked.total > 0],
    ['dead letters', Object.values(queues).some(({ dead }) => dead > 0)],
    ['dirty lanes', lanes.dirty > 0],
    ['late links', pairs.late.length > 0],
    ['held pairs', pairs.held.length > 0],
  ];
  return found.filter(([, is]) => is).map(([concern]) => concern);
};
