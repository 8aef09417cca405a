/** Puts right what comparing has found, where the ledger confirms it. Every step may be repeated. */
import type { End, Finding } from './compare.ts';
import { type BridgeDeps, chatSide } from './deps.ts';
import type { Lane, Message } from './event.ts';
import { containerOf, destination, type Home } from './pair.ts';
import { render } from './render.ts';
import { originalOf, renewCopy } from './renew-copy.ts';
import { readRow, writeDeleted } from './rows.ts';

/**
 * A list, or a look at one message, may be behind by seconds: nothing younger than this is taken for gone.
 */
const SURELY_VISIBLE_MS = 2 * 60_000;

/** @returns how many messages were put right. Missing ones are not its business: they are brought over in order. */
export const mend = async (deps: BridgeDeps, home: Home, lane: Lane, findings: readonly Finding[]): Promise<number> => {
  let mended = 0;
  for (const finding of findings) if (await mendOne(deps, home, lane, finding)) mended += 1;
  return mended;
};

const mendOne = async (deps: BridgeDeps, home: Home, lane: Lane, finding: Finding): Promise<boolean> => {
  const into = containerOf(home, destination(lane));
  const old = ({ createdAt }: Message) => deps.clock.now() - Date.parse(createdAt) > SURELY_VISIBLE_MS;
  if (into === undefined || finding.kind === 'missing') return false;
  const origin = originSid(finding);
  const row = await readRow(deps, home.key, lane, origin);
  const side = chatSide(deps, destination(lane));
  if (finding.kind === 'double') {
    if (row?.state !== 'ok' && row?.state !== 'removed') return false;
    const spare = finding.copies.filter(({ sid }) => row.state === 'removed' || sid !== row.copy);
    for (const { sid } of spare) {
      await side.erase(into, sid);
      deps.journal({ step: 'undone', type: 'double', lane, sids: [origin, sid] });
    }
    return spare.length > 0;
  }
  if (row?.state !== 'ok') return false;
  const renewWith = async (original: Message | undefined): Promise<boolean> =>
    (await renewCopy(deps, home, lane, origin, row, original)).end === 'replicated';
  switch (finding.kind) {
    case 'differs':
      return row.copy === finding.copy.sid && renewWith(finding.original);
    case 'orphan': {
      if (row.copy !== finding.copy.sid || !old(finding.copy)) return false;
      return (await originalOf(deps, home, lane, origin)) === undefined && renewWith(undefined);
    }
    case 'bare': {
      const copy = await side.message(into, row.copy);
      // It stands there without its stamp, and must still say what its source says.
      if (copy !== undefined) return !says(home, lane, row.late, copy, finding.original) && renewWith(finding.original);
      if (!old(finding.original)) return false;
      // Somebody deleted it: then it stays deleted.
      await writeDeleted(deps, home.key, lane, origin, row.copy);
      return true;
    }
    default:
      return finding satisfies never;
  }
};

/** Whether the ledger leaves a finding standing, so that a job is worth its calls. Reads no more than one row. */
export const confirmed = async (
  deps: BridgeDeps,
  home: Home,
  lane: Lane,
  finding: Finding,
  into: End,
): Promise<boolean> => {
  if (finding.kind === 'missing') return true;
  const row = await readRow(deps, home.key, lane, originSid(finding));
  if (finding.kind === 'double') return row?.state === 'ok' || row?.state === 'removed';
  if (row?.state !== 'ok') return false;
  if (finding.kind !== 'bare') return row.copy === finding.copy.sid;
  const copy = into.messages.find(({ sid }) => sid === row.copy);
  return copy === undefined || !says(home, lane, row.late, copy, finding.original);
};

const originSid = (finding: Exclude<Finding, { kind: 'missing' }>): string =>
  finding.kind === 'double' || finding.kind === 'orphan' ? finding.origin : finding.original.sid;

const says = (home: Home, lane: Lane, late: boolean, copy: Message, original: Message): boolean =>
  copy.body === render(lane, original, home, late)?.body;
