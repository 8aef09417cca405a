/**
 * One conditional write to one lane of a pair. It is repeatable: its nonce tells its own lost answer from a rival. None
 * of this folder's can undo what a newer owner of the lane has done: each but the marks names the fence it was given.
 */

import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import type { Change } from '../../ports/change.ts';
import { at, type Home, readHome } from '../pair.ts';

export type Held = { readonly home: Home; readonly lane: Lane };
export type LaneWrite =
  | { readonly ok: true; readonly home: Home }
  | { readonly ok: false; readonly home: Home | undefined };

export const write = async (
  deps: BridgeDeps,
  key: Home['key'],
  lane: Lane,
  change: Omit<Change, 'nonce'>,
): Promise<LaneWrite> => {
  const written = await deps.store.write(key, { ...change, nonce: [at(lane).nonce, deps.nonce()] });
  const home = readHome(written.ok ? written.item : written.old);
  return written.ok && home !== undefined ? { ok: true, home } : { ok: false, home };
};

export const intentAttributes = (lane: Lane): readonly string[] => {
  const a = at(lane);
  return [
    a.intentSid,
    a.intentIndex,
    a.intentCreated,
    a.intentAuthor,
    a.intentDigest,
    a.intentNotAfter,
    a.intentTail,
    a.intentLate,
  ];
};

export const dueMark = (home: Home) => ({ due: 'due', dk: home.key.pk });
