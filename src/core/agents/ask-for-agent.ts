import type { BridgeDeps } from '../deps.ts';
import { encodeEnvelope } from '../jobs/envelope.ts';
import type { WorkerSid } from '../model/sids.ts';
import type { Queues } from '../ports/queues.ts';
import { keptFor, NONCE, NOTIFIED_SECONDS, notifiedKey } from '../state/items.ts';

export type AskDeps = Pick<BridgeDeps, 'store' | 'clock' | 'nonce'> & { readonly queues: Pick<Queues, 'send'> };

/**
 * Somebody waits for an agent who is away: a job to tell him, unless one was sent within the last `everyMs`, however
 * many ask at once. What is lost between the write and the job is lost until somebody asks after that time: told once
 * too often would be told by every page that is open.
 * @returns whether a job was sent now.
 */
export const askForAgent = async (deps: AskDeps, worker: WorkerSid, everyMs: number): Promise<boolean> => {
  const now = deps.clock.now();
  const written = await deps.store.write(notifiedKey(worker), {
    when: [['any', [['lacks', 'until']], [['<=', 'until', now]]]],
    set: { until: now + everyMs, ...keptFor(NOTIFIED_SECONDS, deps.clock) },
    nonce: [NONCE, deps.nonce()],
  });
  if (!written.ok) return false;
  await deps.queues.send('flex-events', {
    group: worker,
    dedupe: `notify_agent-${deps.nonce()}`,
    body: encodeEnvelope({ receivedAt: now, work: { kind: 'notify_agent', worker } }),
  });
  return true;
};
