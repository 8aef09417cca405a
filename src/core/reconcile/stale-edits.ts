import { logUpdate, updateStaleCopy } from '../copies/update.ts';
import type { BridgeDeps } from '../deps.ts';
import { type Tally, unsure } from '../jobs/run.ts';
import { sendJob } from '../jobs/send.ts';
import { BEHIND_MS, DROPS_AT_ONCE, SURELY_VISIBLE_MS } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { LaneLease } from '../state/lane/lease.ts';
import { readRowOrUnsaid } from '../state/ledger.ts';

/**
 * Applies the edits and removals that could not be applied when they came. One that Twilio answers with a refusal does
 * not hold up the others; where Twilio does not answer at all, the rest would fare no better.
 * @returns the source SIDs of what was seen to, no more than one write can note; the rest is for the next run.
 * @throws TwilioError the first refusal, once all were tried.
 */
export const applyStaleEdits = async (
  deps: BridgeDeps,
  { pair, lane, from }: LaneLease,
  tally: Tally,
): Promise<readonly string[]> => {
  let refused: TwilioError | undefined;
  const unseen = new Set<string>();
  const stale = [...pair.lanes[lane].stale].slice(0, DROPS_AT_ONCE);
  for (const [sid, since] of stale) {
    // What is read now may be older than the edit: it is looked at once more.
    if (deps.clock.now() <= since + BEHIND_MS) unseen.add(sid);
    const row = await readRowOrUnsaid(deps, { pair, lane, sid });
    if (row?.state === 'skipped' || row?.state === 'parked')
      await sendJob(deps, { lane, group: from, work: { kind: 'redrive', pair: pair.id, lane, sid } });
    if (row?.state !== 'copied') continue;
    try {
      const copy = { pair, lane, sid, row };
      const outcome = await updateStaleCopy(deps, copy, since);
      if (outcome === undefined) {
        unsure(tally, row.copiedAt + SURELY_VISIBLE_MS);
        unseen.add(sid);
      } else if (logUpdate(deps, copy, outcome)) tally.repaired += 1;
    } catch (error) {
      if (!(error instanceof TwilioError) || error.status === undefined) throw error;
      refused ??= error;
    }
  }
  if (refused !== undefined) throw refused;
  return stale.map(([sid]) => sid).filter((sid) => !unseen.has(sid));
};
