/** The first look at a conversation that has no pair: who began it, and whether it can be a chat of Flex's. */
import type { Agents } from '../agents/agents.ts';
import { twinOf } from '../agents/twin.ts';
import { originNamedBy } from '../chats/unique-name.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import { nameOfPhone } from '../model/identity.ts';
import { textField } from '../model/json.ts';
import { lookAgain, type Outcome, retry, type Skipped, skipped } from '../model/outcome.ts';
import type { ConversationSid, WorkerSid } from '../model/sids.ts';
import { CLOCK_SLACK_MS, LOOK_AGAIN_SECONDS, LOOKS } from '../model/times.ts';
import type { Container } from '../ports/chat.ts';
import type { TaskSide } from '../ports/tasks.ts';
import { firstStart } from '../state/first-start.ts';
import { pairId, pairKey } from '../state/items.ts';
import { loadPair } from '../state/pair.ts';
import { beginStart, leaveAlone, type Start, type StartBegun } from '../state/starts.ts';
import { beginStray, loadCalled } from '../state/strays.ts';
import { joinStray } from '../strays/join.ts';
import { type CalledCustomer, whoBegan } from './who-began.ts';

/** The bridge's own, of this deployment or another, or one of the older app. */
const isMade = ({ uniqueName, attributes }: Container): boolean =>
  originNamedBy(uniqueName) !== undefined ||
  ['bridgeDeployment', 'bridgeSystemOf', 'chatChannelSid'].some((name) => textField(attributes, name) !== undefined);

/** @returns the start, begun; or how it ends where there is none. @throws TwilioError; repeating is safe. */
export const begin = async (
  deps: BridgeDeps & { readonly tasks: TaskSide },
  agents: Agents,
  conversation: ConversationSid,
  run: Run,
): Promise<Start | Outcome> => {
  // A pair's, or the one in which the bridge speaks with an agent.
  if ((await deps.store.get(pairKey(pairId('frontline', conversation)))) !== undefined)
    return alone(deps, conversation, 'counterpart');
  const container = await deps.frontline.container(conversation);
  if (container === undefined) return run.attempts <= LOOKS ? lookAgain() : alone(deps, conversation, 'removed');
  if (isMade(container)) return alone(deps, conversation, 'counterpart');
  const madeAt = container.createdAt ?? 0;
  if (madeAt < (await firstStart(deps))) return alone(deps, conversation, 'before_first_start');
  const [participants, { messages }] = await Promise.all([
    deps.frontline.participants(conversation),
    deps.frontline.listMessages(conversation, 'asc'),
  ]);
  const now = deps.clock.now();
  const began = whoBegan(participants ?? [], messages, { madeAt, now });
  // Also of what a timer has closed since, for it has been said, or its list does not show that yet.
  if (began.is === 'customer') return begunByCustomer(deps, agents, conversation, began.customer, { madeAt, run });
  if (began.is === 'unclear')
    return retry(Math.min(LOOK_AGAIN_SECONDS, Math.ceil((began.until - now) / 1000)), 'first_message_due');
  if (container.state === 'closed') return alone(deps, conversation, 'closed');
  switch (began.is) {
    case 'nobody':
      return began.forGood ? alone(deps, conversation, 'not_one_customer') : skipped('not_one_customer');
    case 'agent':
      break;
    default:
      return began satisfies never;
  }
  const { customer } = began;
  // Two who work here.
  if (customer.messenger === 'chat' && (await agents.workers.frontline.named(customer.identity)) !== undefined)
    return alone(deps, conversation, 'not_one_customer');
  const agent = await agentAmong(deps, agents, began.agents);
  if (agent === undefined) return alone(deps, conversation, 'no_twin');
  const state = await beginStart(deps, conversation, { ...agent, ...customerOf(deps, customer) });
  if (state === undefined) return skipped('removed');
  return state.is === 'begun' ? state.start : skipped(state.as === 'linked' ? 'already' : state.as);
};

const alone = async (deps: BridgeDeps, conversation: ConversationSid, why: Skipped): Promise<Outcome> => {
  await leaveAlone(deps, conversation, why);
  return skipped(why);
};

/** The first of them who works in Flex, too. */
const agentAmong = async (
  { tasks }: { readonly tasks: TaskSide },
  { workers }: Agents,
  identities: readonly string[],
): Promise<Pick<StartBegun, 'agent' | 'worker' | 'workerIdentity'> | undefined> => {
  for (const agent of identities) {
    const himself = await workers.frontline.named(agent);
    const twin = himself && (await twinOf(workers, 'frontline', himself));
    const worker: WorkerSid | undefined = twin?.sid;
    const workerIdentity = worker && (await tasks.workerIdentity(worker));
    if (worker !== undefined && workerIdentity !== undefined) return { agent, worker, workerIdentity };
  }
  return undefined;
};

const customerOf = (
  { settings }: Pick<BridgeDeps, 'settings'>,
  customer: CalledCustomer,
): Pick<StartBegun, 'messenger' | 'phone' | 'customer'> => {
  const { messenger } = customer;
  if (messenger === 'chat') return { messenger, phone: undefined, customer: customer.identity };
  const { sid, address } = customer.phone;
  return { messenger, phone: sid, customer: nameOfPhone(settings.stampKey, address) };
};

/** Left alone, unless he answers there what was written to him in a chat that an agent has begun, and that goes on. */
const begunByCustomer = async (
  deps: BridgeDeps,
  agents: Agents,
  conversation: ConversationSid,
  customer: CalledCustomer,
  { madeAt, run }: { readonly madeAt: number; readonly run: Run },
): Promise<Outcome> => {
  const name = customer.messenger === 'chat' ? undefined : nameOfPhone(deps.settings.stampKey, customer.phone.address);
  const called = name === undefined ? undefined : await loadCalled(deps.store, name);
  const pair = called && (await loadPair(deps.store, called.pair));
  // By another number of Frontline's he may have written before.
  const isAnswer = called !== undefined && madeAt + CLOCK_SLACK_MS >= called.at;
  if (name === undefined || pair === undefined || !isAnswer) return alone(deps, conversation, 'inbound');
  if (pair.state === 'linking' && pair.startedIn === called.conversation)
    return retry(LOOK_AGAIN_SECONDS, 'pair_not_begun');
  // One that is ending may go on in its next conversation: what is said here waits for that, or for the end.
  if (pair.state === 'closed') return alone(deps, conversation, 'inbound');
  await beginStray(deps, conversation, { pair: pair.id, called: name });
  await leaveAlone(deps, conversation, 'stray');
  return joinStray(deps, agents, conversation, run);
};
