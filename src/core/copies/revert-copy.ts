/** The limit on edits that are put back: a copy that is changed by hand or by a program is put right, not for ever. */

import type { BridgeDeps } from '../deps.ts';
import type { Message } from '../model/event.ts';
import type { Outcome } from '../model/outcome.ts';
import { REVERTS } from '../model/times.ts';
import { writeReverted } from '../state/ledger.ts';
import { parkEdit } from './park.ts';
import { type CopyOf, editName, updateCopy } from './update.ts';

/** @returns `parked` once it was put right as often as {@link REVERTS} allows, and was changed again. */
export const revertCopy = async (deps: BridgeDeps, across: CopyOf, original: Message): Promise<Outcome> => {
  const { row } = across;
  const digest = editName(deps, across, original);
  const now = deps.clock.now();
  const { reverted } = row;
  const before = reverted?.digest === digest && now - reverted.since < REVERTS.withinMs ? reverted : undefined;
  if (before !== undefined && before.times >= REVERTS.times)
    return parkEdit(deps, across, digest, original, { reason: 'altered', code: undefined });
  const outcome = await updateCopy(deps, across, original);
  if (outcome.end === 'replicated')
    await writeReverted(deps, across, row.copy, {
      digest,
      times: (before?.times ?? 0) + 1,
      since: before?.since ?? now,
    });
  return outcome;
};
