/**
 * Ends a task whose chat goes on: it forgets its channel and its SMS session first, so that neither Flex's interface
 * nor its janitor ends them with it. https://www.twilio.com/docs/flex/developer/messaging/flex-flow (JanitorEnabled)
 */
import { jsonObject } from '../model/json.ts';
import type { ChannelSid, SessionSid, TaskSid } from '../model/sids.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { TaskSide } from '../ports/tasks.ts';
import { hasEndedTask } from './served.ts';

/** Others write there, too, and its state moves on: so often it is read anew. */
const ROUNDS = 3;

/** What a task names of its chat, as Flex spells it. */
export type NamedChat = { readonly channelSid: ChannelSid; readonly proxySessionSID: SessionSid | undefined };

/**
 * Repeating is safe.
 * @param unlessTaken the chat that it names, where it is closed only as long as nobody has accepted it: who has done so
 *   meanwhile keeps it, with that chat
 * @throws TwilioError
 */
export const closeTask = async (
  tasks: TaskSide,
  task: TaskSid,
  reason: string,
  unlessTaken?: NamedChat,
): Promise<void> => {
  let refusal: unknown;
  for (let round = 0; round < ROUNDS; round += 1) {
    const now = await tasks.whole(task);
    if (now === undefined || hasEndedTask(now.status)) return;
    // Nobody has it yet: there is nothing to complete.
    const isOpen = now.status === 'pending' || now.status === 'reserved';
    const keeps = isOpen ? undefined : unlessTaken;
    const attributes = keeps === undefined ? withoutChat(now.attributes) : withChat(now.attributes, keeps);
    if (attributes !== undefined && !(await tasks.writeAttributes(task, attributes, now.version))) continue;
    if (keeps !== undefined) return;
    try {
      return await (isOpen ? tasks.cancel(task, reason) : tasks.complete(task, reason));
    } catch (error) {
      if (!(error instanceof TwilioError) || error.effect !== 'refused') throw error;
      refusal = error;
    }
  }
  throw refusal ?? new TwilioError(`POST of ${task}: always changed meanwhile`, { remedy: 'retry', effect: 'refused' });
};

/** undefined when it names one. */
const withChat = (attributes: string, chat: NamedChat): string | undefined => {
  const known = jsonObject(attributes) ?? {};
  return known.channelSid === undefined ? JSON.stringify({ ...known, ...chat }) : undefined;
};

/** undefined when it names no chat. */
const withoutChat = (attributes: string): string | undefined => {
  const { channelSid, proxySessionSID, ...others } = jsonObject(attributes) ?? {};
  return channelSid === undefined && proxySessionSID === undefined ? undefined : JSON.stringify(others);
};
