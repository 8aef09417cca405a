/**
 * The pair's own job: both sides of a chat are brought to agree on who serves it, and on its end. It runs in the group
 * of the pair's home, whoever heard of a change; a webhook is only a hint where to look. It takes what both sides are
 * now, compares it with what they last agreed on, and carries over what differs. If both have changed, Flex wins, and
 * ended wins over open.
 *
 *   open ── ended on a side, or closed by a timer ──> ending ── both lanes drained ──> closed
 *                                                       │                               │
 *   linking, of the next generation <───────────────────┴───────────────────────────────┘
 *       a timer closed it, or the customer's words are left          accepted again
 */
import type { BridgeDeps } from '../deps.ts';
import type { AgreeHint, Work } from '../jobs/envelope.ts';
import type { Run } from '../jobs/run.ts';
import { sendAgree } from '../jobs/send.ts';
import type { ChatChanged } from '../model/event.ts';
import { decodeIdentity } from '../model/identity.ts';
import { textField } from '../model/json.ts';
import { deferred, type Outcome, pairMovedOn, skipped } from '../model/outcome.ts';
import type { Container } from '../ports/chat.ts';
import { beginAgreeing, noteAgreement, noteDisagreement } from '../state/agreed.ts';
import { hasBothContainers, type LinkedPair, loadPair } from '../state/pair.ts';
import type { PairIds } from '../state/pair-ids.ts';
import { containerNow, hasLookedBefore } from './container.ts';
import { endChat, goOnEnding } from './end.ts';
import { agreeOnAgents, servesAlone, stepsFor } from './members.ts';
import { type Members, readMembers } from './read-members.ts';
import { hasEndedTask, otherServing } from './served.ts';

type AgreeWork = Pick<Extract<Work, { kind: 'agree' }>, 'pair' | 'hint' | 'generation'>;

/** A chat's change: its pair's own job does what it asks for, in the group of the pair's home. */
export const onChatChanged = async (
  deps: BridgeDeps,
  pairs: PairIds,
  event: ChatChanged,
  run: Run,
): Promise<Outcome> => {
  const id = await pairs.find(event.side, event.container);
  const pair = id === undefined ? undefined : await loadPair(deps.store, id);
  if (pair === undefined) return skipped('not_linked');
  if (pair[event.side] !== event.container) return skipped('old_generation');
  if (event.joined !== undefined && servesAlone(pair, event.side, event.joined))
    return { end: 'agreed', reason: 'same' };
  const hint: AgreeHint = `${event.side}_${event.hint}`;
  if (event.side === 'flex') return agree(deps, { pair: pair.id, hint }, run);
  if (pair.state === 'closed') return skipped('closed');
  await sendAgree(deps, pair, hint);
  return skipped('passed_on');
};

/** @throws TwilioError when a side could not be read or written; repeating is safe. */
export const agree = async (deps: BridgeDeps, work: AgreeWork, run: Run): Promise<Outcome> => {
  const { hint } = work;
  const pair = await beginAgreeing(deps, work.pair);
  if (pair === undefined || pair.state === 'linking' || !hasBothContainers(pair)) return skipped('not_linked');
  if (pair.state === 'closed') return skipped('closed');
  if (pair.state === 'open') return agreeOpen(deps, pair, work, run);
  return goOnEnding(deps, pair, hint === 'sweep', run);
};

const agreeOpen = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  { hint, generation }: AgreeWork,
  run: Run,
): Promise<Outcome> => {
  if (!pair.linked) return agreeHalfLinked(deps, pair, hint, run);
  switch (hint) {
    case 'flex_container':
    case 'flex_closed':
    case 'flex_closed_by_timer':
      return (await channelHasEnded(deps, pair)) ? endChat(deps, pair, 'flex', run) : same(deps, pair);
    case 'frontline_container':
      return agreeOnConversation(deps, pair, false, run);
    case 'frontline_closed':
    case 'frontline_closed_by_timer': {
      const byTimer = hint === 'frontline_closed_by_timer';
      // Closed is final: of the conversation that Twilio told it of, it needs no look.
      return generation === pair.generation
        ? closedInFrontline(deps, pair, byTimer, run)
        : agreeOnConversation(deps, pair, byTimer, run);
    }
    case 'flex_task':
    case 'frontline_task':
      return (await endedByTask(deps, pair, run)) ?? members(deps, pair, run);
    case 'flex_members':
    case 'frontline_members':
      return members(deps, pair, run);
    case 'drained':
    case 'sweep':
      return everything(deps, pair, run);
    default:
      return hint satisfies never;
  }
};

/**
 * Before the link is finished only two things matter: that the channel is there still, or the chat has ended before it
 * was linked; and that it has a conversation to go on in. An agent who is in it
 * already, for he joins before that is noted, may have closed it, and then the chat has ended.
 */
const agreeHalfLinked = async (deps: BridgeDeps, pair: LinkedPair, hint: AgreeHint, run: Run): Promise<Outcome> => {
  const conversation = await containerNow(deps, pair, 'frontline');
  if (conversation?.state === 'open')
    return (await containerNow(deps, pair, 'flex')) === undefined
      ? endChat(deps, pair, 'flex', run)
      : skipped('not_linked');
  const agent = pair.workerIdentity === undefined ? undefined : decodeIdentity(pair.workerIdentity);
  const present = conversation === undefined ? [] : await deps.frontline.members(pair.frontline);
  if (!present.some(({ identity }) => identity === agent)) return endChat(deps, pair, 'timer', run);
  return closedInFrontline(deps, pair, isByTimer(conversation, hint === 'frontline_closed_by_timer'), run);
};

const same = async (deps: BridgeDeps, pair: LinkedPair): Promise<Outcome> => {
  // Of who serves the chat a look at a container says nothing.
  if (pair.disagreesSince !== undefined && pair.handover === undefined && pair.leaving.length === 0)
    await noteAgreement(deps, pair, pair.agents, undefined);
  return { end: 'agreed', reason: 'same' };
};

const everything = async (deps: BridgeDeps, pair: LinkedPair, run: Run, present?: Members): Promise<Outcome> => {
  if (await channelHasEnded(deps, pair)) return endChat(deps, pair, 'flex', run);
  const byTask = await endedByTask(deps, pair, run);
  if (byTask !== undefined) return byTask;
  const conversation = await containerNow(deps, pair, 'frontline');
  if (conversation?.state !== 'open') return closedInFrontline(deps, pair, isByTimer(conversation, false), run);
  return agreeOnAgents(deps, pair, present ?? (await readMembers(deps, pair)), run);
};

/** Who has gone on one side may have ended the chat by it. */
const members = async (deps: BridgeDeps, pair: LinkedPair, run: Run): Promise<Outcome> => {
  const present = await readMembers(deps, pair);
  const steps = stepsFor(deps, pair, present);
  return steps.some((step) => step.do === 'wait' || step.do === 'forget' || step.do === 'miss')
    ? everything(deps, pair, run, present)
    : agreeOnAgents(deps, pair, present, run);
};

const isInactive = (channel: Container): boolean => textField(channel.attributes, 'status') === 'INACTIVE';

const channelHasEnded = async (deps: BridgeDeps, pair: LinkedPair): Promise<boolean> => {
  const channel = await containerNow(deps, pair, 'flex');
  return channel === undefined || isInactive(channel);
};

/**
 * With a warm transfer two tasks are open, and the chat ends with the last; after a cold one the old task has ended,
 * and the new one waits for its agent.
 * @returns undefined when the chat has not ended by its task.
 */
const endedByTask = async (deps: BridgeDeps, pair: LinkedPair, run: Run): Promise<Outcome | undefined> => {
  if (deps.tasks === undefined || pair.task === undefined) return undefined;
  const task = await deps.tasks.read(pair.task);
  if (!hasEndedTask(task?.status)) return undefined;
  const open = (await deps.tasks.ofChannel(pair.flex)).filter(({ status }) => !hasEndedTask(status));
  const served = new Set(pair.agents.map((agent) => agent.task));
  // Who hands a chat over has made the next task before.
  if (open.some(({ sid }) => !served.has(sid))) return undefined;
  // A task that is deleted names no channel either: whoever still serves the chat beside it goes on with it.
  const other = await otherServing(deps, pair);
  if (other !== undefined) {
    await noteAgreement(deps, pair, pair.agents, other);
    await noteDisagreement(deps, pair);
    return { end: 'agreed', reason: 'agents' };
  }
  // Its channel was taken off it, as for a next task, which a list may not show yet.
  const isTakenOff = task?.chat === undefined;
  if (isTakenOff && open.length > 0) return undefined;
  if (isTakenOff && !hasLookedBefore(deps, pair))
    return (await noteDisagreement(deps, pair)) === undefined ? pairMovedOn() : deferred('list_behind');
  return endChat(deps, pair, 'flex', run);
};

const agreeOnConversation = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  byTimer: boolean,
  run: Run,
): Promise<Outcome> => {
  const conversation = await containerNow(deps, pair, 'frontline');
  if (conversation?.state === 'open') return same(deps, pair);
  return closedInFrontline(deps, pair, isByTimer(conversation, byTimer), run);
};

/** Whoever deleted it meant the end. @param isTold Twilio told of a timer */
const isByTimer = (conversation: Container | undefined, isTold: boolean): boolean =>
  conversation !== undefined && (isTold || conversation.closedByTimer === true);

const closedInFrontline = async (deps: BridgeDeps, pair: LinkedPair, byTimer: boolean, run: Run): Promise<Outcome> => {
  // Both may have ended at once: then nothing goes on.
  if (byTimer && (await channelHasEnded(deps, pair))) return endChat(deps, pair, 'flex', run);
  return endChat(deps, pair, byTimer ? 'timer' : 'frontline', run);
};
