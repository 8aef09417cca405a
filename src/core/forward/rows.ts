/**
 * One row per event that goes on to Flex's own webhook, `f#<event>` under its channel. The write that looks whether an
 * event was forwarded is the one that marks it as being tried, so an event costs two writes and no read; and since the
 * mark stands before the first byte leaves, no death of a process can make a post forgotten.
 */

import type { BridgeSettings } from '../deps.ts';
import type { Change, Item, Key, Test, Value } from '../ports/change.ts';
import type { Clock, Nonce } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { FORWARD, FORWARD_SECONDS, keptFor } from '../state/items.ts';

export type ForwardRowDeps = {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly nonce: Nonce;
  readonly settings: Pick<BridgeSettings, 'leaseMs'>;
};

export type ForwardRow =
  /**
   * A delivery may be posting it until `until`, or was when its process died. Nothing was posted before `since`; both
   * in milliseconds. `fence` only grows: who holds the latest value may post. `twice`: see `sent`.
   */
  | {
      readonly state: 'trying';
      readonly until: number;
      readonly since: number;
      readonly fence: number;
      readonly twice: boolean;
    }
  /**
   * Composed because its own webhook was lost, or `revived` after it was given up; whether it was sent before is to
   * be looked up. It was written at `since`.
   */
  | {
      readonly state: 'queued';
      readonly at: number;
      readonly since: number;
      readonly fence: number;
      readonly revived: boolean;
    }
  /** Tried without success, the last time at `at`, and certainly not sent. */
  | { readonly state: 'free'; readonly at: number; readonly fence: number }
  /** `twice`: it may have been sent a second time. */
  | { readonly state: 'sent'; readonly at: number; readonly twice: boolean }
  | { readonly state: 'skipped' }
  /** `unsent`: none of its tries may have sent it. */
  | { readonly state: 'parked'; readonly at: number; readonly unsent: boolean };

export type TryingForward = Extract<ForwardRow, { state: 'trying' }>;
export type EndedRow = Extract<ForwardRow, { state: 'sent' | 'skipped' | 'parked' }>;
export type OpenRow = Exclude<ForwardRow, EndedRow>;
export type DoubtfulForward = Extract<ForwardRow, { state: 'trying' | 'queued' }>;

const f = FORWARD;

const number = (value: Value | undefined): number => (typeof value === 'number' ? value : 0);

const readForward = (item: Item | undefined): ForwardRow | undefined => {
  if (item === undefined) return undefined;
  const at = number(item[f.at]);
  const fence = number(item[f.fence]);
  const since = number(item[f.since]);
  const twice = item[f.perhapsTwice] !== undefined;
  const state = item[f.state];
  switch (state) {
    case 'trying':
      return { state, until: number(item[f.leaseUntil]), since, fence, twice };
    case 'queued':
      return { state, at, since, fence, revived: item[f.revived] !== undefined };
    case 'free':
      return { state, at, fence };
    case 'sent':
      return { state, at, twice };
    case 'skipped':
      return { state };
    case 'parked':
      return { state, at, unsent: item[f.unsent] !== undefined };
    default:
      return undefined;
  }
};

export const readForwardRow = async (deps: Pick<ForwardRowDeps, 'store'>, key: Key): Promise<ForwardRow | undefined> =>
  readForward(await deps.store.get(key));

type RowWrite =
  | { readonly ok: true; readonly row: ForwardRow | undefined }
  | { readonly ok: false; readonly row: ForwardRow | undefined };

const writeForward = async (deps: ForwardRowDeps, key: Key, change: Omit<Change, 'nonce'>): Promise<RowWrite> => {
  const written = await deps.store.write(key, {
    ...change,
    set: { ...change.set, ...keptFor(FORWARD_SECONDS, deps.clock) },
    nonce: [f.nonce, deps.nonce()],
  });
  return written.ok ? { ok: true, row: readForward(written.item) } : { ok: false, row: readForward(written.old) };
};

const among = (...groups: readonly (readonly Test[])[]): Test => ['any', ...groups];
const is = (state: ForwardRow['state']): readonly Test[] => [['=', f.state, state]];

/** To be posted for the first time, or again after a try that certainly sent nothing. */
export const claimForward = (deps: ForwardRowDeps, key: Key): Promise<RowWrite> => {
  const now = deps.clock.now();
  return writeForward(deps, key, {
    when: [among([['lacks', f.state]], is('free'))],
    set: { [f.state]: 'trying', [f.leaseUntil]: now + deps.settings.leaseMs, [f.since]: now },
    add: { [f.fence]: 1 },
    remove: [f.at],
  });
};

/**
 * To be posted after a look at what became of the last try. `perhaps`: the look could not tell. Of a revived one the
 * next look asks only for this post: what was before has been judged, and cannot be judged better then.
 */
export const takeForward = (
  deps: ForwardRowDeps,
  key: Key,
  row: DoubtfulForward,
  sent: 'not' | 'perhaps',
): Promise<RowWrite> => {
  const now = deps.clock.now();
  return writeForward(deps, key, {
    when: [['=', f.fence, row.fence], among(is('trying'), is('queued'))],
    set: {
      [f.state]: 'trying',
      [f.leaseUntil]: now + deps.settings.leaseMs,
      ...(row.state === 'queued' && row.revived ? { [f.since]: now } : {}),
      ...(sent === 'perhaps' ? { [f.perhapsTwice]: 1 } : {}),
    },
    add: { [f.fence]: 1 },
    remove: [f.at, f.revived],
  });
};

/** The try certainly sent nothing. */
export const freeForward = (deps: ForwardRowDeps, key: Key, row: TryingForward): Promise<RowWrite> =>
  writeForward(deps, key, {
    when: [['=', f.fence, row.fence], ...is('trying')],
    set: { [f.state]: 'free', [f.at]: deps.clock.now() },
    remove: [f.leaseUntil, f.since],
  });

/** The try may have sent it, and is over: settling starts now. */
export const lapseForward = (deps: ForwardRowDeps, key: Key, row: TryingForward): Promise<RowWrite> =>
  writeForward(deps, key, {
    when: [['=', f.fence, row.fence], ...is('trying')],
    set: { [f.leaseUntil]: deps.clock.now() },
  });

/** Nothing more is to be done. Whose try it was does not matter any more; the first end stands. */
export const finishForward = (deps: ForwardRowDeps, key: Key, state: 'sent' | 'skipped'): Promise<RowWrite> =>
  end(deps, key, state);

/** Given up. `perhaps`: one of its tries may have sent it. */
export const parkForward = (deps: ForwardRowDeps, key: Key, sent: 'not' | 'perhaps'): Promise<RowWrite> =>
  end(deps, key, 'parked', sent === 'not' ? { [f.unsent]: 1 } : {});

const end = (deps: ForwardRowDeps, key: Key, state: EndedRow['state'], more: Change['set'] = {}): Promise<RowWrite> =>
  writeForward(deps, key, {
    when: [among([['lacks', f.state]], is('trying'), is('queued'), is('free'))],
    set: { [f.state]: state, [f.at]: deps.clock.now(), ...more },
    remove: [f.leaseUntil, f.since, f.revived],
  });

/**
 * It was given up, and an operator wants it sent all the same. What was certainly not sent is as free as before its
 * first try; of all else, and of what has no row any more, is to be looked up whether it was sent since it was written.
 * Does nothing in any other state.
 */
export const reviveForward = async (deps: ForwardRowDeps, key: Key, since: number): Promise<void> => {
  const at = deps.clock.now();
  const freed = await writeForward(deps, key, {
    when: [...is('parked'), ['=', f.unsent, 1]],
    set: { [f.state]: 'free', [f.at]: at },
    add: { [f.fence]: 1 },
    remove: [f.unsent],
  });
  if (freed.ok) return;
  await writeForward(deps, key, {
    when: [among([['lacks', f.state]], [...is('parked'), ['lacks', f.unsent]])],
    set: { [f.state]: 'queued', [f.at]: at, [f.since]: since, [f.revived]: 1 },
    add: { [f.fence]: 1 },
  });
};

/**
 * It goes onto the queue, composed. @param seen the row as it was read: refused when another run has changed it since.
 */
export const markQueued = (
  deps: ForwardRowDeps,
  key: Key,
  seen: OpenRow | undefined,
  since: number,
): Promise<RowWrite> =>
  writeForward(deps, key, {
    when: seen === undefined ? [['lacks', f.state]] : [['=', f.fence, seen.fence], ...is(seen.state)],
    set: {
      [f.state]: 'queued',
      [f.at]: deps.clock.now(),
      [f.since]: seen?.state === 'trying' ? seen.since : since,
    },
    add: { [f.fence]: 1 },
    remove: [f.leaseUntil],
  });
