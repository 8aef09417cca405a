/**
 * Indices of a lane's source that no list shows. Their messages may become visible after their successors, so they are
 * noted as holes and listed again for a while.
 */
import type { Message } from '../model/event.ts';
import { GONE_AFTER_MS, HOLES_AT_ONCE } from '../model/times.ts';
import type { LaneState } from '../state/pair.ts';

/** What one run has listed so far. */
export type Listed = {
  /** The largest index listed (-1: none). */
  upTo: number;
  /**
   * The largest index of a person's message listed: below it, what is neither listed nor the bridge's own is missing.
   */
  personsUpTo: number;
  /** Indices of the bridge's own messages that were listed. */
  readonly own: Set<number>;
  /** Missing, and to be noted as holes with the next write. */
  missing: readonly number[];
  /** Milliseconds since 1970, when the list was asked for. */
  readonly at: number;
  /** Whether it shows each hole: where it goes on behind an earlier run it shows nothing of what lies before. */
  readonly showsHoles: boolean;
};

export const startListing = ({ cursor, place }: LaneState, now: number): Listed => ({
  upTo: -1,
  personsUpTo: cursor,
  own: new Set(),
  missing: [],
  at: now,
  showsHoles: place === undefined,
});

/** Notes what is missing right before a person's recent message; before an older one it is long deleted. */
export const noteMissing = (listed: Listed, lane: LaneState, { index, createdAt }: Message): void => {
  const isRecent = listed.at - Date.parse(createdAt) < GONE_AFTER_MS;
  if (isRecent) listed.missing = [...listed.missing, ...missingBelow(listed, lane, index)].slice(-HOLES_AT_ONCE);
  listed.personsUpTo = Math.max(listed.personsUpTo, index);
};

/**
 * All that is missing in the end. Behind the last person's message only copies are listed; a copy has its source's
 * time, so it does not say how recent it is, and what is missing before it counts too.
 */
export const allMissing = (listed: Listed, lane: LaneState): readonly number[] =>
  [...listed.missing, ...missingBelow(listed, lane, listed.upTo)].slice(-HOLES_AT_ONCE);

const missingBelow = (
  { personsUpTo, own }: Listed,
  { ownIndices, cursor }: LaneState,
  end: number,
): readonly number[] => {
  const found: number[] = [];
  for (let index = Math.max(personsUpTo, cursor, end - HOLES_AT_ONCE - 1) + 1; index < end; index += 1)
    if (!ownIndices.includes(index) && !own.has(index)) found.push(index);
  return found;
};
