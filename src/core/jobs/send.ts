/** Jobs: work that no webhook asked for, put on the queue and into the group of the lane that may do it. */
import type { QueueName } from '../../contract.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Lane } from '../model/event.ts';
import { source } from '../model/event.ts';
import type { ContainerSid, ConversationSid } from '../model/sids.ts';
import type { QueueMessage } from '../ports/queues.ts';
import { containerOf, type Pair } from '../state/pair.ts';
import { type AgreeHint, type Because, encodeEnvelope, eventsQueue, type Work } from './envelope.ts';

export type JobDeps = SendDeps & { readonly queues: Pick<BridgeDeps['queues'], 'send'> };
type SendDeps = Pick<BridgeDeps, 'clock' | 'nonce'>;

/** `group`: the container at the lane's source, in whose turn the job is done. */
export type Job = { readonly lane: Lane; readonly group: ContainerSid; readonly work: Work };

/** The job on a lane of this pair; none while the lane has no source. */
const jobOn = (pair: Pair, lane: Lane, work: Work): readonly Job[] => {
  const group = containerOf(pair, source(lane));
  return group === undefined ? [] : [{ lane, group, work }];
};

/** The pair's own job, in the group of its home. */
const agreeJob = (pair: Pair, hint: AgreeHint): readonly Job[] =>
  jobOn(pair, 'toFrontline', { kind: 'agree', pair: pair.id, hint, generation: pair.generation });

/** What a pair that is marked as due waits for. */
export const jobsFor = (deps: BridgeDeps, pair: Pair): readonly Job[] => {
  if (pair.heldUntil !== undefined && deps.clock.now() < pair.heldUntil) return [];
  const agree = agreeJob(pair, 'sweep');
  if (pair.state === 'ending') return agree;
  if (!pair.linked) return jobOn(pair, 'toFrontline', { kind: 'link', pair: pair.id, because: 'unfinished' });
  return [...(pair.disagreesSince === undefined ? [] : agree), ...lanesJobs(deps, pair)];
};

/** What its lanes wait for. */
const lanesJobs = (deps: BridgeDeps, pair: Pair): readonly Job[] => {
  const job = (lane: Lane, because: Because): readonly Job[] =>
    jobOn(pair, lane, { kind: 'reconcile', pair: pair.id, lane, because });
  const jobs = (['toFrontline', 'toFlex'] as const).flatMap((lane) => {
    const { dirty, holes, stale } = pair.lanes[lane];
    if (dirty !== undefined) return job(lane, 'dirty');
    if (stale.size > 0) return job(lane, 'stale');
    if (holes.size > 0) return job(lane, 'hole');
    return isLapsed(deps, pair, lane) ? job(lane, 'lapsed') : [];
  });
  // Nothing waits but the mark, as after linking: comparing once takes it away.
  return jobs.length > 0 || pair.lanes.toFrontline.intent !== undefined || pair.lanes.toFlex.intent !== undefined
    ? jobs
    : [...job('toFlex', 'marked'), ...job('toFrontline', 'marked')];
};

/** An intent whose run died with its job: no delivery is left that would come back to it. */
export const isLapsed = (deps: BridgeDeps, pair: Pair, lane: Lane): boolean => {
  const { intent } = pair.lanes[lane];
  return intent !== undefined && intent.settlesAt < deps.clock.now();
};

const sendAll = async (deps: JobDeps, jobs: readonly Job[]): Promise<boolean> => {
  for (const job of jobs) await sendJob(deps, job);
  return jobs.length > 0;
};

/** @returns whether it was put there: not while the lane has no source. */
export const sendJobOn = (deps: JobDeps, pair: Pair, lane: Lane, work: Work): Promise<boolean> =>
  sendAll(deps, jobOn(pair, lane, work));

export const sendAgree = async (deps: JobDeps, pair: Pair, hint: AgreeHint): Promise<void> => {
  await sendAll(deps, agreeJob(pair, hint));
};

/** Of a conversation that has no pair: an agent may have begun it. */
export const sendStart = (deps: JobDeps, conversation: ConversationSid): Promise<void> =>
  sendJob(deps, { lane: 'toFlex', group: conversation, work: { kind: 'start', conversation } });

export const sendJob = (deps: JobDeps, job: Job): Promise<void> => deps.queues.send(queueOf(job), messageOf(deps, job));

const queueOf = ({ lane }: Job): QueueName => eventsQueue(source(lane));

const messageOf = (deps: SendDeps, { lane, group, work }: Job): QueueMessage => ({
  group,
  dedupe: `${work.kind}-${lane}-${deps.nonce()}`,
  body: encodeEnvelope({ receivedAt: deps.clock.now(), work }),
});

/** In batches. @returns those that their queue did not take, each with why. */
export const sendJobs = async (
  deps: SendDeps & { readonly queues: Pick<BridgeDeps['queues'], 'sendMany'> },
  jobs: readonly Job[],
): Promise<readonly { readonly job: Job; readonly why: string }[]> => {
  const ended = await Promise.all(
    [...Map.groupBy(jobs, queueOf)].map(async ([queue, ofQueue]) => {
      const jobOf = new Map(ofQueue.map((job) => [messageOf(deps, job), job] as const));
      const notStored = await deps.queues.sendMany(queue, [...jobOf.keys()]);
      return notStored.flatMap(({ message, why }) => {
        const job = jobOf.get(message);
        return job === undefined ? [] : [{ job, why }];
      });
    }),
  );
  return ended.flat();
};
