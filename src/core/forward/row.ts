/** How an event that goes on to Flex's own webhook stands: what its row says. */

import { PATIENCE_MS } from '../model/times.ts';
import type { Item, Key, Value } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';
import { FORWARD } from '../state/items.ts';

export type ForwardRow =
  /**
   * A delivery may be posting it until `until`, or was when its process died; from then on it is looked up. What no
   * look has found by `settlesAt` may be posted again. Nothing was posted before `since`; all in milliseconds. `fence`
   * only grows: who holds the latest value may post. `again`: see `sent`.
   */
  | {
      readonly state: 'trying';
      readonly until: number;
      readonly settlesAt: number;
      readonly since: number;
      readonly fence: number;
      readonly again: number;
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
      readonly again: number;
    }
  /** Tried without success, the last time at `at`, which certainly sent nothing. */
  | { readonly state: 'free'; readonly at: number; readonly fence: number; readonly again: number }
  /** `again`: so many times more it may have been sent, by tries before the last one. */
  | { readonly state: 'sent'; readonly at: number; readonly again: number }
  | { readonly state: 'skipped' }
  /** `unsent`: none of its tries may have sent it. */
  | { readonly state: 'parked'; readonly at: number; readonly unsent: boolean; readonly again: number };

export type TryingForward = Extract<ForwardRow, { state: 'trying' }>;
export type EndedRow = Extract<ForwardRow, { state: 'sent' | 'skipped' | 'parked' }>;
export type OpenRow = Exclude<ForwardRow, EndedRow>;
export type DoubtfulForward = Extract<ForwardRow, { state: 'trying' | 'queued' }>;

const f = FORWARD;

const number = (value: Value | undefined): number => (typeof value === 'number' ? value : 0);

export const readForward = (item: Item | undefined): ForwardRow | undefined => {
  if (item === undefined) return undefined;
  const at = number(item[f.at]);
  const fence = number(item[f.fence]);
  const since = number(item[f.since]);
  const again = number(item[f.perhapsTwice]);
  const state = item[f.state];
  switch (state) {
    case 'trying':
      return { state, until: number(item[f.leaseUntil]), settlesAt: number(item[f.settlesAt]), since, fence, again };
    case 'queued':
      return { state, at, since, fence, revived: item[f.revived] !== undefined, again };
    case 'free':
      return { state, at, fence, again };
    case 'sent':
      return { state, at, again };
    case 'skipped':
      return { state };
    case 'parked':
      return { state, at, unsent: item[f.unsent] !== undefined, again };
    default:
      return undefined;
  }
};

export const readForwardRow = async (deps: { readonly store: Store }, key: Key): Promise<ForwardRow | undefined> =>
  readForward(await deps.store.get(key));

/**
 * A look-up that has failed until then counts as unclear. Each time twice as long: in an outage the post would fare no
 * better than the list, and each one sounds like a double.
 */
export const doubtEndsAt = (row: DoubtfulForward): number =>
  row.state === 'queued' ? row.at + PATIENCE_MS : row.settlesAt + Math.max(PATIENCE_MS, row.settlesAt - row.since);

/** By then at the latest its delivery has something to write to it. */
export const dueBy = (row: OpenRow): number => (row.state === 'free' ? row.at + PATIENCE_MS : doubtEndsAt(row));
