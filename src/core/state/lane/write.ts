/**
 * One conditional write to one lane of a pair. It is repeatable: its nonce tells its own lost answer from a rival. None
 * of this folder's can undo what a newer owner of the lane has done: each but the marks names the fence it was given.
 */

import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import type { Change } from '../../ports/change.ts';
import { laneAttributes, onList, type PairId, pairKey } from '../items.ts';
import { type Pair, readPair } from '../pair.ts';

export type LaneLease = { readonly pair: Pair; readonly lane: Lane };
export type LaneWrite =
  | { readonly ok: true; readonly pair: Pair }
  | { readonly ok: false; readonly pair: Pair | undefined };

export const writeLane = async (
  deps: BridgeDeps,
  id: PairId,
  lane: Lane,
  change: Omit<Change, 'nonce'>,
): Promise<LaneWrite> => {
  const written = await deps.store.write(pairKey(id), { ...change, nonce: [laneAttributes(lane).nonce, deps.nonce()] });
  const pair = readPair(written.ok ? written.item : written.old);
  return written.ok && pair !== undefined ? { ok: true, pair } : { ok: false, pair };
};

export const intentAttributes = (lane: Lane): readonly string[] => {
  const a = laneAttributes(lane);
  return [
    a.intentSid,
    a.intentIndex,
    a.intentCreatedAt,
    a.intentAuthor,
    a.intentDigest,
    a.intentNotAfter,
    a.intentTail,
    a.intentLate,
  ];
};

export const dueMark = (pair: Pair) => onList('due', pair.id);
