/**
 * One row per event that goes on to Flex's own webhook, `f#<event>` under its channel. The write that looks whether an
 * event was forwarded is the one that marks it as being tried, so an event costs two writes and no read; and since the
 * mark stands before the first byte leaves, no death of a process can make a post forgotten.
 */

import type { BridgeSettings } from '../deps.ts';
import type { Change, Key, Test } from '../ports/change.ts';
import type { Clock, Nonce } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { FORWARD, FORWARD_SECONDS, keptFor } from '../state/items.ts';
import {
  type DoubtfulForward,
  type EndedRow,
  type ForwardRow,
  type OpenRow,
  readForward,
  type TryingForward,
} from './row.ts';

export type ForwardRowDeps = {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly nonce: Nonce;
  readonly settings: Pick<BridgeSettings, 'leaseMs' | 'settleMs'>;
};

const f = FORWARD;

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
/** A try that begins now: unless it says how it ended, it settles SETTLE after its lease. */
const trying = ({ clock, settings: { leaseMs, settleMs } }: ForwardRowDeps) => ({
  [f.state]: 'trying',
  [f.leaseUntil]: clock.now() + leaseMs,
  [f.settlesAt]: clock.now() + leaseMs + settleMs,
});
/** What only a row that is being tried has. */
const TRIED: readonly string[] = [f.leaseUntil, f.settlesAt];
const is = (state: ForwardRow['state']): readonly Test[] => [['=', f.state, state]];

/** To be posted for the first time, or again after a try that certainly sent nothing. */
export const claimForward = (deps: ForwardRowDeps, key: Key): Promise<RowWrite> =>
  writeForward(deps, key, {
    when: [among([['lacks', f.state]], is('free'))],
    set: { ...trying(deps), [f.since]: deps.clock.now() },
    add: { [f.fence]: 1 },
    remove: [f.at],
  });

/**
 * To be posted after a look at what became of the last try. `perhaps`: the look could not tell for certain. Of a
 * revived one the next look asks only for this post: what was before has been judged, and cannot be judged better then.
 */
export const takeForward = (
  deps: ForwardRowDeps,
  key: Key,
  row: DoubtfulForward,
  sent: 'not' | 'perhaps',
): Promise<RowWrite> =>
  writeForward(deps, key, {
    when: [['=', f.fence, row.fence], among(is('trying'), is('queued'))],
    set: {
      ...trying(deps),
      ...(row.state === 'queued' && row.revived ? { [f.since]: deps.clock.now() } : {}),
    },
    add: { [f.fence]: 1, ...(sent === 'perhaps' ? { [f.perhapsTwice]: 1 } : {}) },
    remove: [f.at, f.revived],
  });

/** The try certainly sent nothing. */
export const freeForward = (deps: ForwardRowDeps, key: Key, row: TryingForward): Promise<RowWrite> =>
  writeForward(deps, key, {
    when: [['=', f.fence, row.fence], ...is('trying')],
    set: { [f.state]: 'free', [f.at]: deps.clock.now() },
    remove: [...TRIED, f.since],
  });

/**
 * The try may have sent it, and is over: it may be looked up from now on. @param settleMs from now until it settles.
 */
export const lapseForward = (
  deps: ForwardRowDeps,
  key: Key,
  row: TryingForward,
  settleMs: number,
): Promise<RowWrite> => {
  const now = deps.clock.now();
  return writeForward(deps, key, {
    when: [['=', f.fence, row.fence], ...is('trying')],
    set: { [f.leaseUntil]: now, [f.settlesAt]: now + settleMs },
  });
};

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
    remove: [...TRIED, f.since, f.revived],
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
    remove: TRIED,
  });
