import type { BridgeDeps } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import { type Outcome, skipped } from '../model/outcome.ts';
import type { WorkerSid } from '../model/sids.ts';
import { notifiedKey } from '../state/items.ts';
import { writeSystemNotice } from './system-notice.ts';

const TEXT = 'Someone is waiting for you.';

/**
 * Tells an agent who is away, in his System conversation, that somebody waits for him. Named by the time until which he
 * is not told again (ask-for-agent.ts), so that a job that comes twice tells it once.
 */
export const notifyAgent = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  run: Pick<Run, 'attempts' | 'deadline'>,
): Promise<Outcome> => {
  const until = (await deps.store.get(notifiedKey(worker)))?.until;
  if (typeof until !== 'number') return skipped('already');
  const told = await writeSystemNotice(deps, worker, { key: `waiting-${until}`, text: TEXT }, run);
  return 'told' in told ? { end: 'replicated', copies: [told.conversation] } : told;
};
