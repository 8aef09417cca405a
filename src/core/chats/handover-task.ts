/** The Flex task of an agent who has come in in Frontline: made once, found again after a call without an answer. */
import type { BridgeDeps } from '../deps.ts';
import { mayOutlast, type Run } from '../jobs/run.ts';
import { jsonObject } from '../model/json.ts';
import type { TaskSid, WorkerSid } from '../model/sids.ts';
import { asTwilioError, settleMsAfter, TwilioError } from '../model/twilio-error.ts';
import type { NewTask, TaskSide } from '../ports/tasks.ts';
import { noteHandover } from '../state/agreed.ts';
import type { Handover } from '../state/handover.ts';
import { hasBothContainers, type LinkedPair } from '../state/pair.ts';
import { closeTask } from './close-task.ts';
import { hasEndedTask } from './served.ts';

const markOf = ({ settings }: BridgeDeps, { flex }: LinkedPair, { number }: Handover): string =>
  `handover-${settings.deployment}-${flex}-${number}`;

/** Of a chat that Flex hands over to him, too, or whose accept the bridge has not heard of. */
export const findOffered = async (
  tasks: TaskSide,
  pair: LinkedPair,
  worker: WorkerSid,
): Promise<TaskSid | undefined> => {
  const served = new Set(pair.agents.map(({ task }) => task));
  for (const { sid, status } of await tasks.ofChannel(pair.flex)) {
    if (hasEndedTask(status) || served.has(sid)) continue;
    const reservations = await tasks.reservations(sid);
    if (reservations.some((one) => one.worker === worker && (one.state === 'open' || one.state === 'accepted')))
      return sid;
  }
  return undefined;
};

/** As Flex's own plugins hand a chat over: all attributes of the task before, and to whom it goes. */
const draftOf = async (
  deps: BridgeDeps,
  tasks: TaskSide,
  pair: LinkedPair,
  handover: Handover & { readonly worker: WorkerSid },
): Promise<NewTask> => {
  const before = pair.task === undefined ? undefined : await tasks.whole(pair.task);
  const attributes = jsonObject(before?.attributes ?? '{}') ?? {};
  const { conversations } = attributes;
  const { worker } = handover;
  return {
    mark: markOf(deps, pair, handover),
    attributes: {
      ...attributes,
      channelSid: pair.flex,
      transferTargetSid: worker,
      transferTargetType: 'worker',
      // Flex Insights takes the tasks of one conversation together by it.
      conversations: { conversation_id: pair.task, ...(typeof conversations === 'object' ? conversations : {}) },
    },
    taskChannel: before?.taskChannel ?? 'chat',
    workflow: deps.settings.workflow ?? before?.workflow,
    worker,
  };
};

/** `pair` and `handover` as they are stored now. */
export type HandoverStep = { readonly pair: LinkedPair; readonly handover: Handover };

/** @returns undefined when another run is at it. */
export const storeHandover = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  handover: Handover,
): Promise<HandoverStep | undefined> => {
  const noted = await noteHandover(deps, pair, handover);
  return noted !== undefined && hasBothContainers(noted) ? { pair: noted, handover } : undefined;
};

/**
 * @returns the hand-over with its task, or refused; `wait` while a call without an answer is not settled; undefined
 *   when another run is at it. @throws TwilioError
 */
export const makeTask = async (
  deps: BridgeDeps,
  tasks: TaskSide,
  { pair, handover }: HandoverStep & { readonly handover: Handover & { readonly worker: WorkerSid } },
  run: Pick<Run, 'deadline'>,
): Promise<HandoverStep | 'wait' | undefined> => {
  const known = await findMade(deps, tasks, pair, handover);
  if (known === 'wait') return known;
  const made = { ...handover, since: deps.clock.now(), settlesAt: 0 };
  if (known !== undefined) return storeHandover(deps, pair, { ...made, task: known });
  const draft = await draftOf(deps, tasks, pair, handover);
  const notAfter = deps.clock.now() + deps.settings.leaseMs;
  if (mayOutlast(deps, Math.min(notAfter, run.deadline))) return 'wait';
  const settlesAt = notAfter + deps.settings.settleMs;
  const mine = await storeHandover(deps, pair, { ...handover, notAfter, settlesAt });
  if (mine === undefined) return undefined;
  if (mayOutlast(deps, notAfter))
    return (await storeHandover(deps, mine.pair, { ...handover, settlesAt: 0 })) && 'wait';
  const task = await tasks.create(draft).catch(asTwilioError);
  if (!(task instanceof TwilioError)) return storeHandover(deps, mine.pair, { ...made, task });
  if (task.effect === 'unknown') {
    const settles = settleMsAfter(task, deps.settings);
    const now = deps.clock.now();
    return (await storeHandover(deps, mine.pair, { ...handover, notAfter: now, settlesAt: now + settles })) && 'wait';
  }
  const isForGood = task.effect === 'refused' && (task.remedy === 'park' || task.remedy === 'wait');
  if (isForGood) return storeHandover(deps, mine.pair, { ...made, refused: 'refused' });
  await storeHandover(deps, mine.pair, { ...handover, settlesAt: 0 });
  throw task;
};

/** What an earlier call has made, though nobody heard of it. */
const findMade = async (
  deps: BridgeDeps,
  tasks: TaskSide,
  pair: LinkedPair,
  handover: Handover,
): Promise<TaskSid | 'wait' | undefined> => {
  const now = deps.clock.now();
  const { notAfter, settlesAt } = handover;
  if (settlesAt === 0) return undefined;
  if (now < notAfter) return 'wait';
  const found = await tasks.marked(markOf(deps, pair, handover));
  const made = found.find(({ status }) => !hasEndedTask(status)) ?? found[0];
  return made?.sid ?? (now < settlesAt ? 'wait' : undefined);
};

const REASON = 'the chat has ended';

/** The chat ends before it was handed over. @returns whether no task is left, or can come. @throws TwilioError */
export const dropHandover = async (deps: BridgeDeps, pair: LinkedPair): Promise<boolean> => {
  const { tasks } = deps;
  const { handover } = pair;
  if (tasks === undefined || handover === undefined) return true;
  const task = handover.task ?? (await findMade(deps, tasks, pair, handover));
  if (task === 'wait') return false;
  if (task !== undefined) await closeTask(tasks, task, REASON);
  return true;
};
