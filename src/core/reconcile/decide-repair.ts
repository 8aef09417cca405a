/**
 * What is done about a finding, by what the ledger says of it. Pure, and the one answer for both who ask: the sweep,
 * whether a job is worth its calls, and the job itself.
 */
import { readsAs } from '../copies/says-so.ts';
import { isCopyableNow, isEditRefused } from '../copies/update.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Lane, Message } from '../model/event.ts';
import type { CopiedRow, LedgerRow } from '../state/ledger.ts';
import type { Finding } from './compare.ts';

/** What has not crossed is copied in order, and duplicates are asked about by themselves ({@link spareCopies}). */
export type RepairableFinding = Exclude<Finding, { kind: 'pending' | 'duplicated' }>;

export type Action =
  | { readonly do: 'nothing' }
  /**
   * Surely the bridge's, and in no row: it came so late that no run waited for it any more. Unless its source is there.
   */
  | { readonly do: 'remove orphan'; readonly copy: Message }
  /**
   * It said nothing, or something else, when it was passed by: what it says now is copied late, as if it were redriven.
   */
  | { readonly do: 'copy late' }
  | { readonly do: 'revert'; readonly row: CopiedRow; readonly original: Message }
  /** The source seems to be gone. */
  | { readonly do: 'remove'; readonly row: CopiedRow; readonly copy: Message }
  /** It stands there without its stamp, or was deleted by hand: only a look tells. */
  | { readonly do: 'look'; readonly row: CopiedRow; readonly original: Message };

const nothing: Action = { do: 'nothing' };

export const decideRepair = (
  deps: Pick<BridgeDeps, 'settings'>,
  lane: Lane,
  finding: RepairableFinding,
  row: LedgerRow | undefined,
): Action => {
  if (finding.kind === 'orphan' && finding.proven && row?.state !== 'copied')
    return { do: 'remove orphan', copy: finding.copy };
  const wasPassedBy = finding.kind === 'uncopied' || finding.kind === 'unsaid';
  if (wasPassedBy && isCopyableNow(deps, lane, row, finding.original)) return { do: 'copy late' };
  if (row?.state !== 'copied' || finding.kind === 'unsaid') return nothing;
  const original = 'original' in finding ? finding.original : undefined;
  if (isEditRefused(deps, { lane, row }, original)) return nothing;
  if (finding.kind === 'uncopied') return { do: 'look', row, original: finding.original };
  if (row.copy !== finding.copy.sid) return nothing;
  switch (finding.kind) {
    case 'differs':
      if (readsAs(deps.settings, lane, row, finding.copy, finding.original)) return nothing;
      return { do: 'revert', row, original: finding.original };
    case 'orphan':
    case 'unattributed':
      return { do: 'remove', row, copy: finding.copy };
    default:
      return finding satisfies never;
  }
};

/** Of several copies of one source all but the one in the ledger; none while that does not say which it is. */
export const spareCopies = (copies: readonly Message[], row: LedgerRow | undefined): readonly Message[] => {
  if (row?.state === 'removed') return copies;
  return row?.state === 'copied' ? copies.filter(({ sid }) => sid !== row.copy) : [];
};
