/** The task by which the agent has the chat in Flex: made once, routed straight to him, accepted for him. */
import { agentToAdd } from '../chats/late-joins.ts';
import { leaseLost, type Outcome, retry } from '../model/outcome.ts';
import { TwilioError } from '../model/twilio-error.ts';
import { forgetIntent, type Start } from '../state/starts.ts';
import { findTask, startMark } from './find-made.ts';
import type { GivenUp } from './made-so-far.ts';
import {
  customersName,
  gaveUp,
  noted,
  phoneOf,
  type StartDeps,
  type StartScene,
  type StartStep,
  willMake,
} from './made-so-far.ts';
import { channelMade } from './reach-channel.ts';

/** Its answer may be lost, and Twilio takes no key: then it is looked for by its mark before it is made again. */
export const makeStartTask: StartStep = async (deps, start, scene) => {
  const seen = await findTask(deps, start);
  if ('end' in seen || seen.task !== undefined) return seen;
  const intended = await willMake(deps, seen, 'taskSettlesAt');
  return 'end' in intended ? intended : create(deps, intended, scene);
};

const create = async (deps: StartDeps, start: Start, scene: StartScene): Promise<Start | Outcome | GivenUp> => {
  const { outbound } = scene;
  if (outbound === undefined) return gaveUp('no_sender');
  try {
    const task = await deps.tasks.create({
      mark: startMark(start.conversation),
      attributes: attributesOf(start, scene),
      taskChannel: start.messenger === 'chat' ? 'chat' : outbound.taskChannel,
      workflow: deps.settings.workflow,
      worker: start.worker,
    });
    return noted(deps, start, { task });
  } catch (error) {
    if (!(error instanceof TwilioError) || error.effect === 'unknown') throw error;
    if ((await forgetIntent(deps, start, 'taskSettlesAt')) === undefined) return leaseLost();
    // No such workflow, task channel or worker.
    if (error.remedy === 'park') return gaveUp('task_refused', error.code);
    throw error;
  }
};

/** As Flex writes them for a chat that came in, so that plugins find what they look for. */
const attributesOf = (start: Start, scene: StartScene): Readonly<Record<string, unknown>> => {
  const { session, messenger } = start;
  const name = customersName(start, scene);
  const from = phoneOf(start, scene)?.address ?? name;
  return {
    ...{ channelSid: channelMade(start), channelType: messenger === 'chat' ? 'web' : messenger },
    ...{ name, customerName: name, from, direction: 'outbound', initiated_by: 'agent' },
    ...(session === undefined ? {} : { proxySessionSID: session }),
  };
};

/** He has begun the chat: he is not asked whether he takes it. */
export const acceptTask: StartStep = async (deps, start) => {
  const { task, worker } = start;
  if (start.reservation !== undefined || task === undefined) return start;
  const all = (await deps.tasks.reservations(task)).filter((one) => one.worker === worker);
  const accepted = all.find(({ state }) => state === 'accepted');
  if (accepted !== undefined) return noted(deps, start, { reservation: accepted.reservation });
  const open = all.find(({ state }) => state === 'open');
  if (open !== undefined) {
    const now = await deps.tasks.answerReservation(worker, open.reservation, 'accepted');
    return now?.state === 'accepted'
      ? noted(deps, start, { reservation: open.reservation })
      : retry(1, 'reservation_due');
  }
  const status = (await deps.tasks.read(task))?.status;
  const isOver = status === undefined || status === 'canceled' || status === 'completed';
  return isOver || all.length > 0 ? gaveUp('task_refused') : retry(2, 'reservation_due');
};

/** Flex's interface does the same when it is open. */
export const joinAgent: StartStep = async (deps, start) => {
  if (start.swappedAt !== undefined) return start;
  const { workerIdentity: identity } = start;
  await deps.flex.join(channelMade(start), agentToAdd(deps, 'flex', identity));
  return start;
};
