/**
 * The customer of a channel that was found waits in Flex by a task of his own. Its agent has the chat now, by another
 * one: he waits for nobody any more.
 */
import { closeTask } from '../chats/close-task.ts';
import { addParticipant } from '../chats/participants.ts';
import { addAcceptToBacklog } from '../jobs/backlog.ts';
import type { TaskSid } from '../model/sids.ts';
import type { Start } from '../state/starts.ts';
import { noted, type StartDeps, type StartStep } from './made-so-far.ts';
import { channelMade } from './reach-channel.ts';

/**
 * Behind the swap: a start that is given up leaves him waiting. Which tasks they are is noted before they forget their
 * channel, by which alone they are found.
 */
export const endWaiting: StartStep = async (deps, start) => {
  if (start.made !== undefined || start.waiting === '') return start;
  const found =
    start.waiting === undefined ? await noted(deps, start, { waiting: await waitingOf(deps, start) }) : start;
  if ('end' in found || found.waiting === '') return found;
  for (const task of (found.waiting ?? '').split(' ')) await endOne(deps, found, task as TaskSid);
  return noted(deps, found, { waiting: '' });
};

/** Who has accepted one already has the chat by it, beside the agent who begins. */
const waitingOf = async ({ tasks }: StartDeps, start: Start): Promise<string> =>
  (await tasks.ofChannel(channelMade(start)))
    .filter(({ sid, status }) => sid !== start.task && (status === 'pending' || status === 'reserved'))
    .map(({ sid }) => sid)
    .join(' ');

/** Who has accepted it in just that moment keeps it, and comes in later: his accept may have named no chat. */
const endOne = async (deps: StartDeps, start: Start, task: TaskSid): Promise<void> => {
  const { tasks } = deps;
  const container = channelMade(start);
  const chat = { channelSid: container, proxySessionSID: start.session };
  // What Twilio will not end keeps no chat from being opened.
  await addParticipant(closeTask(tasks, task, 'begun in Frontline', chat));
  const { reservation, worker, at: acceptedAt } = (await tasks.acceptance(task)) ?? {};
  const workerIdentity = worker && (await tasks.workerIdentity(worker));
  if (reservation === undefined || worker === undefined || workerIdentity === undefined) return;
  await addAcceptToBacklog(deps, {
    ...{ type: 'reservation.accepted', side: 'flex', container, customerName: '', workspace: tasks.workspace },
    ...{ task, reservation, worker, workerIdentity, acceptedAt },
  });
};
