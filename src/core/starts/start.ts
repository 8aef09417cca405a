/**
 * An agent has begun a chat in Frontline: its Flex side is made, step by step, and only when all of it stands does the
 * customer's phone change from Frontline's number to Flex's. Each step may be repeated; a process may die between any
 * two. One job in the conversation's group does it, whoever heard of the conversation.
 */
import type { Agents } from '../agents/agents.ts';
import { isRefusal } from '../chats/participants.ts';
import type { BridgeDeps } from '../deps.ts';
import { mayOutlast, type Run } from '../jobs/run.ts';
import { sendStart } from '../jobs/send.ts';
import type { BridgeEvent } from '../model/event.ts';
import { leaseLost, lookAgain, type Outcome, retry, skipped } from '../model/outcome.ts';
import type { ConversationSid } from '../model/sids.ts';
import { LOOKS } from '../model/times.ts';
import { loadStart, type Start, takeStart } from '../state/starts.ts';
import { joinStray } from '../strays/join.ts';
import { begin } from './begin.ts';
import { endWaiting } from './end-waiting.ts';
import { giveUp } from './give-up.ts';
import { joinPhone } from './join-phone.ts';
import { customersName, gaveUp, mayBeOut, type StartDeps, type StartScene, type StartStep } from './made-so-far.ts';
import { acceptTask, joinAgent, makeStartTask } from './make-task.ts';
import { beginPairOfIt, reachChannel } from './reach-channel.ts';
import { openPairOfIt, swapCustomer } from './swap-customer.ts';

/** The customer last: until then he is written to by Frontline's number. */
const LAST_STEPS: readonly StartStep[] = [swapCustomer, endWaiting, openPairOfIt];
const STEPS: readonly StartStep[] = [
  ...[reachChannel, beginPairOfIt, joinPhone, makeStartTask, acceptTask, joinAgent, ...LAST_STEPS],
];

/** @throws TwilioError; repeating is safe. */
export const onStartJob = async (
  deps: BridgeDeps,
  agents: Agents | undefined,
  conversation: ConversationSid,
  run: Run,
): Promise<Outcome> => {
  const { tasks } = deps;
  if (tasks === undefined || agents === undefined) return skipped('no_workspace');
  const known = await loadStart(deps.store, conversation);
  if (known?.is === 'ended' && known.as === 'stray') return joinStray(deps, agents, conversation, run);
  if (known?.is === 'ended') return skipped(known.as === 'linked' ? 'already' : known.as);
  const begun = known?.start ?? (await begin({ ...deps, tasks }, agents, conversation, run));
  if ('end' in begun) return begun;
  const start = await takeStart(deps, begun);
  return start === undefined ? leaseLost() : goOn({ ...deps, tasks }, start, run);
};

const goOn = async (deps: StartDeps, begun: Start, run: Run): Promise<Outcome> => {
  const [conversation, participants = []] = await Promise.all([
    deps.frontline.container(begun.conversation),
    deps.frontline.participants(begun.conversation),
  ]);
  if (conversation === undefined && run.attempts <= LOOKS) return lookAgain();
  const isOpen = conversation?.state === 'open';
  // Once its task is accepted the phone may be out: then the pair opens all the same, and ends or goes on as any does.
  // In one that was deleted nothing is left to carry over.
  if (conversation === undefined || (!isOpen && begun.reservation === undefined))
    return giveUp(deps, begun, gaveUp('closed'), { name: '', run });
  const scene: StartScene = { run, outbound: deps.outbound, conversation, participants };
  if (begun.givesUp !== undefined)
    return giveUp(deps, begun, gaveUp(begun.givesUp), { name: customersName(begun, scene), run });
  let start = begun;
  for (const step of isOpen ? STEPS : LAST_STEPS) {
    if (mayOutlast(deps, run.deadline)) return retry(0, 'no_time_left', true);
    const next = await take(step, deps, start, scene);
    if ('gaveUp' in next) return giveUp(deps, start, next, { name: customersName(start, scene), run });
    if ('end' in next) return next;
    start = next;
  }
  return skipped('already');
};

/** What Twilio refuses for good ends the start, as long as Frontline's number still carries what is written. */
const take = async (step: StartStep, ...[deps, start, scene]: Parameters<StartStep>): ReturnType<StartStep> => {
  try {
    return await step(deps, start, scene);
  } catch (error) {
    if (!isRefusal(error) || mayBeOut(start, scene)) throw error;
    return gaveUp('start_refused', error.code);
  }
};

/**
 * Something of a conversation was told that has no pair. What it is, its job finds out.
 * @param outcome how the event ended without that
 */
export const heardOfStart = async (
  deps: BridgeDeps,
  agents: Agents | undefined,
  event: BridgeEvent,
  outcome: Outcome,
): Promise<Outcome> => {
  if (outcome.end !== 'skipped' || outcome.reason !== 'not_linked' || agents === undefined) return outcome;
  if (event.side !== 'frontline' || !('container' in event)) return outcome;
  const known = await loadStart(deps.store, event.container);
  if (known?.is === 'ended' && known.as !== 'stray') return outcome;
  await sendStart(deps, event.container);
  return skipped('passed_on');
};
