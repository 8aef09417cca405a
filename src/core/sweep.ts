/**
 * Once a minute: what waits is put on its own lane's queue. Waiting are links that stopped half-way, lanes that are
 * dirty or have holes, and intents whose owner is gone. The lane's consumer does the work; the sweep writes nothing.
 */
import type { BridgeDeps } from './deps.ts';
import { encodeEnvelope, eventsQueue, type Lane, type Work } from './event.ts';
import { containerOf, type Home, readHome, source } from './pair.ts';

const PAGE = 100;

export const createSweep = (deps: BridgeDeps) => async (): Promise<void> => {
  let after: string | undefined;
  let sent = 0;
  do {
    const page = await deps.store.listDue('due', { limit: PAGE, after });
    const homes = page.items.map(readHome).filter((home) => home !== undefined);
    await Promise.all(homes.flatMap((home) => jobsFor(deps, home).map((job) => send(deps, home, job))));
    sent += homes.length;
    after = page.next;
  } while (after !== undefined);
  deps.journal({ step: 'swept', type: 'sweep', sids: [], count: sent });
};

type Job = { readonly lane: Lane; readonly work: Work };

const jobsFor = (deps: BridgeDeps, home: Home): readonly Job[] => {
  if (home.held !== undefined && deps.clock.now() < home.held) return [];
  if (!home.linked) return [{ lane: 'F', work: { kind: 'link', home: home.key.pk, because: 'unfinished' } }];
  const job = (lane: Lane, because: string): Job => ({
    lane,
    work: { kind: 'reconcile', home: home.key.pk, lane, because },
  });
  const jobs = (['F', 'B'] as const).flatMap((lane) => {
    const { dirty, intent, holes, stale } = home.lanes[lane];
    if (dirty !== undefined) return [job(lane, 'dirty')];
    if (stale.size > 0) return [job(lane, 'stale')];
    if (holes.size > 0) return [job(lane, 'hole')];
    if (intent !== undefined && intent.notAfter + deps.settings.settleMs < deps.clock.now())
      return [job(lane, 'lapsed')];
    return [];
  });
  // Nothing waits but the mark, as after linking: comparing once takes it away.
  return jobs.length > 0 || home.lanes.F.intent !== undefined || home.lanes.B.intent !== undefined
    ? jobs
    : [job('B', 'marked'), job('F', 'marked')];
};

const send = (deps: BridgeDeps, home: Home, { lane, work }: Job): Promise<void> => {
  const container = containerOf(home, source(lane));
  if (container === undefined) throw new Error('a due pair without a container');
  return deps.queues.send(eventsQueue(source(lane)), {
    group: container,
    dedupe: `${work.kind}-${lane}-${deps.nonce()}`,
    body: encodeEnvelope({ receivedAt: deps.clock.now(), work }),
  });
};
