import type { BridgeDeps } from '../deps.ts';
import { type Outcome, skipped } from '../model/outcome.ts';
import type { WorkerSid } from '../model/sids.ts';

/** Tells an agent who is away that somebody waits for him. There is no place yet where he could be told. */
export const notifyAgent = async (_deps: BridgeDeps, _worker: WorkerSid): Promise<Outcome> => skipped('not_handled');
