/**
 * Who has gone in Frontline while another serves the chat goes in Flex: his task ends, or Flex's interface would put
 * him back, and then he leaves the channel. That he goes is noted first: else he might come back between two of these
 * steps, and seem to serve the chat by a task that has forgotten it.
 */
import type { BridgeDeps } from '../deps.ts';
import { noteLeft } from '../state/agreed.ts';
import { hasBothContainers, type LinkedPair } from '../state/pair.ts';
import { closeTask } from './close-task.ts';
import type { Members } from './read-members.ts';

/**
 * Nobody goes while none of those who serve the chat is in the channel: whoever handed it over may just have got it
 * back. Repeating is safe.
 * @returns undefined when another run has begun. @throws TwilioError
 */
export const finishLeaving = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  members: Members,
): Promise<{ readonly pair: LinkedPair; readonly members: Members } | undefined> => {
  if (pair.leaving.length === 0) return { pair, members };
  await closeTasksOfLeaving(deps, pair);
  const serve = new Set(pair.agents.map(({ identity }) => identity));
  const gone = new Set(pair.leaving.map(({ identity }) => identity).filter((one) => !serve.has(one)));
  const hasSuccessor = serve.size === 0 || members.flex.some(({ identity }) => serve.has(identity));
  if (gone.size > 0 && !hasSuccessor) return { pair, members };
  for (const { identity, sid } of members.flex) if (gone.has(identity)) await deps.flex.leave(pair.flex, sid);
  const left = await noteLeft(deps, pair);
  if (left === undefined || !hasBothContainers(left)) return undefined;
  return { pair: left, members: { ...members, flex: members.flex.filter(({ identity }) => !gone.has(identity)) } };
};

/** A task of which another serves the chat stays; so does that of whom Twilio has kept out of the conversation. */
export const closeTasksOfLeaving = async ({ tasks }: BridgeDeps, pair: LinkedPair): Promise<void> => {
  if (tasks === undefined || pair.hasRefusedParticipant) return;
  for (const { task } of pair.leaving)
    if (pair.agents.every((other) => other.task !== task)) await closeTask(tasks, task, 'handed over');
};
