/**
 * Ends a task whose chat goes on: it forgets its channel and its SMS session first, so that neither Flex's interface
 * nor its janitor ends them with it. https://www.twilio.com/docs/flex/developer/messaging/flex-flow (JanitorEnabled)
 */
import { jsonObject } from '../model/json.ts';
import type { TaskSid } from '../model/sids.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { TaskSide } from '../ports/tasks.ts';
import { hasEndedTask } from './served.ts';

/** Others write there, too, and its state moves on: so often it is read anew. */
const ROUNDS = 3;

/** Repeating is safe. @throws TwilioError */
export const closeTask = async (tasks: TaskSide, task: TaskSid, reason: string): Promise<void> => {
  let refusal: unknown;
  for (let round = 0; round < ROUNDS; round += 1) {
    const now = await tasks.whole(task);
    if (now === undefined || hasEndedTask(now.status)) return;
    const attributes = withoutChat(now.attributes);
    if (attributes !== undefined && !(await tasks.writeAttributes(task, attributes, now.version))) continue;
    // Nobody has it yet: there is nothing to complete.
    const isOpen = now.status === 'pending' || now.status === 'reserved';
    try {
      return await (isOpen ? tasks.cancel(task, reason) : tasks.complete(task, reason));
    } catch (error) {
      if (!(error instanceof TwilioError) || error.effect !== 'refused') throw error;
      refusal = error;
    }
  }
  throw refusal ?? new TwilioError(`POST of ${task}: always changed meanwhile`, { remedy: 'retry', effect: 'refused' });
};

/** undefined when it names no chat. */
const withoutChat = (attributes: string): string | undefined => {
  const { channelSid, proxySessionSID, ...others } = jsonObject(attributes) ?? {};
  return channelSid === undefined && proxySessionSID === undefined ? undefined : JSON.stringify(others);
};
