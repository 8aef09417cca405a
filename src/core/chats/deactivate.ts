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
  const tasks = await openTasks(deps, pair);
  if (channel !== undefined) await deactivateChannel(deps, channel);
  for (const task of tasks) await endTask(deps, task);
};

type OpenTask = { readonly sid: TaskSid; readonly status: string | undefined };

/** Those of its agents, and whichever else names the channel: nobody is left with a task of a chat that has ended. */
const openTasks = async ({ tasks }: BridgeDeps, pair: LinkedPair): Promise<readonly OpenTask[]> => {
  const named = new Map((await tasks?.ofChannel(pair.flex))?.map(({ sid, status }) => [sid, status]));
  const known = new Set([pair.task, ...pair.agents.map(({ task }) => task), ...named.keys()]);
  return [...known]
    .filter((sid) => sid !== undefined)
    .map((sid) => ({ sid, status: named.get(sid) }))
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
