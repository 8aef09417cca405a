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
  if (channel !== undefined) await deactivateChannel(deps, channel);
  const tasks = new Set([pair.task, ...pair.agents.map(({ task }) => task)]);
  for (const task of tasks) if (task !== undefined) await completeTask(deps, task);
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

/** Twilio refuses it where there is nothing to complete any more; by how the task stands, never by the code. */
const completeTask = async ({ tasks }: BridgeDeps, task: TaskSid): Promise<void> => {
  if (tasks === undefined) return;
  try {
    await tasks.complete(task, REASON);
  } catch (error) {
    if (!(error instanceof TwilioError) || error.effect !== 'refused') throw error;
    if (hasEndedTask((await tasks.read(task))?.status)) return;
    throw error;
  }
};
