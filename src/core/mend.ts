/** Puts right what comparing has found, where the ledger confirms it. Every step may be repeated. */
import type { Finding } from './compare.ts';
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
  const old = ({ createdAt }: Message) => deps.clock.now() - Date.parse(createdAt) > SURELY_VISIBLE_MS;
  const into = containerOf(home, destination(lane));
  if (into === undefined) return false;
  switch (finding.kind) {
    case 'missing':
      return false;
    case 'double': {
      const row = await readRow(deps, home.key, lane, finding.origin);
      if (row?.state !== 'ok' && row?.state !== 'removed') return false;
      const spare = finding.copies.filter(({ sid }) => row.state === 'removed' || sid !== row.copy);
      for (const { sid } of spare) await chatSide(deps, destination(lane)).erase(into, sid);
      return spare.length > 0;
    }
    case 'differs': {
      const row = await readRow(deps, home.key, lane, finding.original.sid);
      if (row?.state !== 'ok' || row.copy !== finding.copy.sid) return false;
      return replicated(await renewCopy(deps, home, lane, finding.original.sid, row, finding.original));
    }
    case 'orphan': {
      const row = await readRow(deps, home.key, lane, finding.origin);
      if (row?.state !== 'ok' || row.copy !== finding.copy.sid || !old(finding.copy)) return false;
      if ((await originalOf(deps, home, lane, finding.origin)) !== undefined) return false;
      return replicated(await renewCopy(deps, home, lane, finding.origin, row, undefined));
    }
    case 'bare': {
      const row = await readRow(deps, home.key, lane, finding.original.sid);
      if (row?.state !== 'ok' || !old(finding.original)) return false;
      const copy = await chatSide(deps, destination(lane)).message(into, row.copy);
      if (copy === undefined) {
        // Somebody deleted it: then it stays deleted.
        await writeDeleted(deps, home.key, lane, finding.original.sid, row.copy);
        return true;
      }
      // It stands there without its stamp.
      if (copy.body === render(lane, finding.original, home, row.late)?.body) return false;
      return replicated(await renewCopy(deps, home, lane, finding.original.sid, row, finding.original));
    }
    default:
      return finding satisfies never;
  }
};

const replicated = (outcome: { readonly end: string }): boolean => outcome.end === 'replicated';
