/** A chat that ended in Frontline ends in Flex as Flex ends it: the channel INACTIVE, the tasks completed. */
import type { BridgeDeps } from '../deps.ts';
import { jsonObject, textField } from '../model/json.ts';
import type { TaskSid } from '../model/sids.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Container } from '../ports/chat.ts';
import type { LinkedPair } from '../state/pair.ts';
import { hasEndedTask } from './served.ts';

/** Repeating is safe. @param channel as it is now; undefined when it is gone. @throws TwilioError */
export const deactivate = async (deps: BridgeDeps, pair: LinkedPair, channel: Container | undefined): Promise<void> => {
  // Before the channel is ended: from then on the customer's next chat may have a task there.
  const open = await openTasks(deps, pair);
  const next = channel && open.find((task) => isOfNextChat(pair, channel, task));
  if (channel !== undefined && next === undefined) await deactivateChannel(deps, channel);
  for (const task of open) if (task !== next) await endTask(deps, task);
};

type OpenTask = { readonly sid: TaskSid; readonly status: string | undefined; readonly createdAt?: number };

/**
 * Flex has ended this chat, too, and the customer has come back since: Flex has taken the channel up again with a new
 * task, which the channel names.
 */
const isOfNextChat = (pair: LinkedPair, { attributes }: Container, { sid, createdAt = 0 }: OpenTask): boolean =>
  textField(attributes, 'task_sid') === sid && createdAt > (pair.disagreesSince ?? Number.POSITIVE_INFINITY);

/** Those of its agents, and whichever else names the channel: nobody is left with a task of a chat that has ended. */
const openTasks = async ({ tasks }: BridgeDeps, pair: LinkedPair): Promise<readonly OpenTask[]> => {
  const named = new Map((await tasks?.ofChannel(pair.flex))?.map((task) => [task.sid, task]));
  const known = new Set([pair.task, ...pair.agents.map(({ task }) => task), ...named.keys()]);
  return [...known]
    .filter((sid) => sid !== undefined)
    .map((sid) => named.get(sid) ?? { sid, status: undefined })
    .filter(({ status }) => status === undefined || !hasEndedTask(status));
};

/**
 * Flex's own machinery hears it: Proxy ends the customer's session. Only the status is written; attributes that are no
 * object are somebody else's, and stay.
 */
const deactivateChannel = async (deps: BridgeDeps, channel: Container): Promise<void> => {
  const attributes = jsonObject(channel.attributes);
  if (attributes === undefined || textField(channel.attributes, 'status') === 'INACTIVE') return;
  await deps.flex.writeAttributes(channel.sid, JSON.stringify({ ...attributes, status: 'INACTIVE' }));
};

const REASON = 'ended in Frontline';

/**
 * Twilio completes only what an agent has accepted; what is offered still is canceled. It refuses either where the task
 * stands otherwise by now: if that is no end, the next run finds it so.
 */
const endTask = async ({ tasks }: BridgeDeps, { sid, status }: OpenTask): Promise<void> => {
  if (tasks === undefined) return;
  const isOffered = status === 'pending' || status === 'reserved';
  try {
    await (isOffered ? tasks.cancel(sid, REASON) : tasks.complete(sid, REASON));
  } catch (error) {
    if (!(error instanceof TwilioError) || error.effect !== 'refused') throw error;
    if (hasEndedTask((await tasks.read(sid))?.status)) return;
    throw error;
  }
};
