/**
 * The conditional writes to one lane of a pair. Each is repeatable: its nonce tells its own lost answer from a rival.
 * None of them can undo what a newer owner of the lane has done, for each but `defer` names the fence it was given.
 */
import type { Change, Test } from './change.ts';
import type { BridgeDeps } from './deps.ts';
import type { Lane } from './event.ts';
import { at, type Home, type LaneState, otherLane, readHome, source } from './pair.ts';

export type Held = { readonly home: Home; readonly lane: Lane };
export type LaneWrite =
  | { readonly ok: true; readonly home: Home }
  | { readonly ok: false; readonly home: Home | undefined };

const write = async (
  deps: BridgeDeps,
  key: Home['key'],
  lane: Lane,
  change: Omit<Change, 'nonce'>,
): Promise<LaneWrite> => {
  const written = await deps.store.write(key, { ...change, nonce: [at(lane).nonce, deps.nonce()] });
  const home = readHome(written.ok ? written.item : written.old);
  return written.ok && home !== undefined ? { ok: true, home } : { ok: false, home };
};

const intentAttributes = (lane: Lane): readonly string[] => {
  const a = at(lane);
  return [a.intentSid, a.intentIndex, a.intentCreated, a.intentNotAfter, a.intentTail, a.intentLate];
};

export type Claimed = {
  readonly sid: string;
  readonly index: number;
  readonly createdAt: string;
  readonly late?: boolean;
};

const intent = (deps: BridgeDeps, lane: Lane, of: Claimed) => {
  const a = at(lane);
  return {
    set: {
      [a.intentSid]: of.sid,
      [a.intentIndex]: of.index,
      [a.intentCreated]: of.createdAt,
      [a.intentNotAfter]: deps.clock.now() + deps.settings.leaseMs,
      ...(of.late ? { [a.intentLate]: 1 } : {}),
    },
    copy: { [a.intentTail]: at(otherLane(lane)).cursor },
    add: { [a.fence]: 1 },
  };
};

/** The fast path's one look and first write: the lane is mine for this message if it stands right behind the cursor. */
export const claim = (
  deps: BridgeDeps,
  key: Home['key'],
  lane: Lane,
  container: string,
  of: Claimed,
  cursor: number,
): Promise<LaneWrite> => {
  const a = at(lane);
  return write(deps, key, lane, {
    when: [
      ['=', 'st', 'open'],
      ['=', source(lane), container],
      ['=', a.cursor, cursor],
      ['lacks', a.intentSid],
      ['lacks', a.dirty],
      ['lacks', 'held'],
    ],
    ...intent(deps, lane, of),
  });
};

/** Reconcile's start: from here on no older run can write. */
export const fence = (deps: BridgeDeps, { home, lane }: Held): Promise<LaneWrite> => {
  const a = at(lane);
  return write(deps, home.key, lane, {
    when: [
      ['=', a.fence, home.lanes[lane].fence],
      ['lacks', a.intentSid],
    ],
    add: { [a.fence]: 1 },
  });
};

/** Reconcile's claim: any message, also one behind the cursor when its index is a hole. */
export const intend = (deps: BridgeDeps, { home, lane }: Held, of: Claimed): Promise<LaneWrite> => {
  const a = at(lane);
  return write(deps, home.key, lane, {
    when: [
      ['=', a.fence, home.lanes[lane].fence],
      ['lacks', a.intentSid],
    ],
    ...intent(deps, lane, of),
  });
};

/** Takes over an intent whose owner is gone. */
export const take = (deps: BridgeDeps, { home, lane }: Held): Promise<LaneWrite> => {
  const a = at(lane);
  return write(deps, home.key, lane, {
    when: [
      ['=', a.fence, home.lanes[lane].fence],
      ['has', a.intentSid],
    ],
    set: { [a.intentNotAfter]: deps.clock.now() + deps.settings.leaseMs },
    add: { [a.fence]: 1 },
  });
};

/** The intent did not happen, and cannot any more. */
export const clear = (deps: BridgeDeps, { home, lane }: Held): Promise<LaneWrite> =>
  write(deps, home.key, lane, {
    when: [['=', at(lane).fence, home.lanes[lane].fence]],
    remove: intentAttributes(lane),
  });

/** Nothing more can leave for this intent, but nobody knows what became of it: settling starts now. */
export const lapse = (deps: BridgeDeps, { home, lane }: Held): Promise<LaneWrite> =>
  write(deps, home.key, lane, {
    when: [['=', at(lane).fence, home.lanes[lane].fence]],
    set: { [at(lane).intentNotAfter]: deps.clock.now(), ...dueMark(home) },
  });

export const dueMark = (home: Home) => ({ due: 'due', dk: home.key.pk });

/** The cursor that follows when `index` is done: the bridge's own messages right behind it are passed with it. */
const advanced = (lane: LaneState, index: number): number => {
  let cursor = Math.max(lane.cursor, index);
  while (lane.own.includes(cursor + 1)) cursor += 1;
  return cursor;
};

/** How the copy's index in the destination is accounted on the other lane. It is nothing that a person wrote there. */
const accounted = (home: Home, other: Lane, copy: number | undefined) => {
  const o = at(other);
  if (copy === undefined) return { when: [] as Test[] };
  const cursor = home.lanes[other].cursor;
  const add = { [o.paceIndex]: 1 };
  if (cursor === copy - 1) return { when: [['=', o.cursor, copy - 1] as Test], set: { [o.cursor]: copy }, add };
  if (cursor < copy - 1) return { when: [['<', o.cursor, copy - 1] as Test], include: { [o.own]: [copy] }, add };
  return { when: [['>=', o.cursor, copy] as Test], drop: { [o.holes]: [String(copy)] }, add };
};

/** So many messages of people on one lane in so little time are nobody's typing: one a second, for four minutes. */
const PACE = { messages: 240, withinMs: 4 * 60_000 } as const;

/**
 * Where the speed is measured from moves with the cursor, in the same write. What a list brought over (listedAt is not
 * 0) may come as fast as it likes.
 */
const pace = (deps: BridgeDeps, lane: Lane, state: LaneState, index: number, listedAt: number) => {
  const a = at(lane);
  if (listedAt > 0) return { [a.paceIndex]: index, [a.paceSince]: 0 };
  if (state.pace !== undefined && index - state.pace.index < PACE.messages) return {};
  return { [a.paceIndex]: index, [a.paceSince]: deps.clock.now() };
};

/** Whether this message comes faster than people write. */
export const tooFast = (deps: BridgeDeps, { pace: from }: LaneState, index: number): boolean =>
  from !== undefined && index - from.index >= PACE.messages && deps.clock.now() - from.since < PACE.withinMs;

/** A held pair is released by an operator, or after so long. */
export const HELD_MS = 30 * 60_000;

/** Nothing crosses any more in either direction until the pair is released; then both lanes are compared. */
export const hold = async (deps: BridgeDeps, held: Held, upTo: number): Promise<LaneWrite> => {
  const { lane } = held;
  const a = at(lane);
  const now = deps.clock.now();
  for (let home = held.home; ; ) {
    const dirty = Math.max(upTo, home.lanes[lane].dirty?.upTo ?? 0, 1);
    const written = await write(deps, home.key, lane, {
      when: [
        ['=', a.fence, held.home.lanes[lane].fence],
        ['any', [['lacks', a.dirty]], [['<=', a.dirty, dirty]]],
      ],
      set: { held: now + HELD_MS, [a.dirty]: dirty, [a.dirtySince]: now, ...dueMark(home) },
      remove: intentAttributes(lane),
    });
    if (written.ok || written.home?.lanes[lane].fence !== held.home.lanes[lane].fence) return written;
    home = written.home;
  }
};

/** The time is over. Refused when it is not, or when somebody else did it. */
export const releaseInTime = (deps: BridgeDeps, { home, lane }: Held): Promise<LaneWrite> =>
  write(deps, home.key, lane, { when: [['<=', 'held', deps.clock.now()]], remove: ['held'] });

/** An edit or a removal that could not be applied in time: reconcile does it. */
export const markStale = (deps: BridgeDeps, key: Home['key'], lane: Lane, sid: string): Promise<LaneWrite> =>
  write(deps, key, lane, {
    when: [['has', at(lane).stale]],
    put: { [at(lane).stale]: { [sid]: deps.clock.now() } },
    set: { due: 'due', dk: key.pk },
  });

/**
 * The intent is done: the cursor moves behind it, and the copy's index counts as the bridge's own on the other lane.
 * @param copy the copy's index; undefined when nothing was written (parked).
 * @param missing source indices before this one that no list has shown; `listedAt` when that list was asked for.
 * @returns not ok when the lane has a newer owner, who has settled this intent or will.
 */
export const close = async (
  deps: BridgeDeps,
  held: Held,
  copy: number | undefined,
  missing: readonly number[],
  listedAt: number,
): Promise<LaneWrite> => {
  const { lane } = held;
  const a = at(lane);
  const of = held.home.lanes[lane].intent;
  const fenceHeld = held.home.lanes[lane].fence;
  if (of === undefined) throw new Error('close without an intent');
  let home = held.home;
  for (;;) {
    const state = home.lanes[lane];
    const cursor = of.late ? state.cursor : advanced(state, of.index);
    const other = accounted(home, otherLane(lane), copy);
    const written = await write(deps, home.key, lane, {
      when: [['=', a.fence, fenceHeld], ['=', a.intentSid, of.sid], ['=', a.cursor, state.cursor], ...other.when],
      set: { [a.cursor]: cursor, ...pace(deps, lane, state, of.index, listedAt), ...(other.set ?? {}) },
      add: other.add ?? {},
      include: other.include ?? {},
      exclude: { [a.own]: state.own.filter((index) => index <= cursor) },
      put: missing.length > 0 ? { [a.holes]: Object.fromEntries(missing.map((index) => [index, listedAt])) } : {},
      drop: { ...(other.drop ?? {}), ...(of.late ? { [a.holes]: [String(of.index)] } : {}) },
      remove: intentAttributes(lane),
    });
    if (written.ok || written.home === undefined) return written;
    const now = written.home.lanes[lane];
    if (now.fence !== fenceHeld || now.intent?.sid !== of.sid) return written;
    home = written.home;
  }
};

/** Marks a lane dirty up to a source index: it is reconciled once a minute until it is clean. Never refused for long. */
export const defer = async (deps: BridgeDeps, key: Home['key'], lane: Lane, upTo: number): Promise<LaneWrite> => {
  const a = at(lane);
  const index = Math.max(upTo, 1);
  return write(deps, key, lane, {
    when: [
      ['has', 'st'],
      ['any', [['lacks', a.dirty]], [['<', a.dirty, index]]],
    ],
    set: { [a.dirty]: index, [a.dirtySince]: deps.clock.now(), due: 'due', dk: key.pk },
  });
};

/** A page of a long copy is through: the next run goes on from `place`. */
export const keepPlace = (deps: BridgeDeps, { home, lane }: Held, place: string): Promise<LaneWrite> =>
  write(deps, home.key, lane, {
    when: [
      ['=', at(lane).fence, home.lanes[lane].fence],
      ['lacks', at(lane).intentSid],
    ],
    set: { [at(lane).place]: place },
  });

/** The most indices that one write notes as holes: DynamoDB bounds an expression at 4 KB. */
export const HOLES_AT_ONCE = 50;

/** After so long an index that no list has shown belongs to a message that is gone. */
export const GONE_AFTER_MS = 10 * 60_000;

/** Nobody has written to the lane since it was read. */
const untouched = (lane: Lane, { nonce }: LaneState): readonly Test[] =>
  nonce === undefined ? [['lacks', at(lane).nonce]] : [['=', at(lane).nonce, nonce]];

/**
 * The two ends were compared and everything found was done.
 * @param seenUpTo the largest source index that was listed (-1: none).
 * @param missing indices up to it that the list did not show.
 * @param listedAt when the list was asked for.
 * @param renewed SIDs whose edits and removals were applied.
 */
export const clean = async (
  deps: BridgeDeps,
  held: Held,
  seenUpTo: number,
  missing: readonly number[],
  listedAt: number,
  renewed: readonly string[] = [],
): Promise<LaneWrite> => {
  const { lane } = held;
  const a = at(lane);
  const fenceHeld = held.home.lanes[lane].fence;
  let home = held.home;
  for (;;) {
    const state = home.lanes[lane];
    const cursor = Math.max(state.cursor, seenUpTo);
    const old = [...state.holes].filter(([, found]) => listedAt - found > GONE_AFTER_MS).map(([index]) => index);
    const fresh = missing.filter((index) => !state.holes.has(index));
    const done =
      state.dirty === undefined ||
      state.dirty.upTo <= Math.max(seenUpTo, 1) ||
      listedAt - state.dirty.since > GONE_AFTER_MS;
    const holes = [...state.holes.keys(), ...fresh].filter((index) => !old.includes(index));
    const waits = !done || holes.length > 0 || [...state.stale.keys()].some((sid) => !renewed.includes(sid));
    const other = home.lanes[otherLane(lane)];
    const rest =
      waits ||
      !home.linked ||
      home.held !== undefined ||
      other.dirty !== undefined ||
      other.intent !== undefined ||
      other.holes.size > 0 ||
      other.stale.size > 0;
    const written = await write(deps, home.key, lane, {
      when: [
        ['=', a.fence, fenceHeld],
        ['lacks', a.intentSid],
        ['=', a.cursor, state.cursor],
        ...(state.dirty === undefined ? [['lacks', a.dirty] as const] : [['=', a.dirty, state.dirty.upTo] as const]),
        // The mark goes only when nothing else of the pair waits for it.
        ...(rest
          ? []
          : [
              ['has', 'linked'] as const,
              ['lacks', 'held'] as const,
              ...untouched(lane, state),
              ...untouched(otherLane(lane), other),
            ]),
      ],
      set: { [a.cursor]: cursor, ...(waits ? dueMark(home) : {}) },
      exclude: { [a.own]: state.own.filter((index) => index <= cursor) },
      put: fresh.length > 0 ? { [a.holes]: Object.fromEntries(fresh.map((index) => [index, listedAt])) } : {},
      drop: {
        ...(old.length > 0 ? { [a.holes]: old.map(String) } : {}),
        ...(renewed.length > 0 ? { [a.stale]: renewed } : {}),
      },
      remove: [...(done ? [a.dirty, a.dirtySince] : []), ...(rest ? [] : ['due', 'dk']), a.place],
    });
    if (written.ok || written.home === undefined) return written;
    const now = written.home.lanes[lane];
    if (now.fence !== fenceHeld || now.intent !== undefined) return written;
    home = written.home;
  }
};
