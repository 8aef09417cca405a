/**
 * The local Twilio as a state machine: both accounts, their REST API, their webhooks, the persons who use them. It has
 * no clock, no timers, no randomness and no sockets of its own; whoever makes it hands them in.
 */
import { createTwoAccounts, hire, type TwoAccounts } from './accounts.ts';
import { changeState } from './chat/containers.ts';
import { connectBridge } from './connect.ts';
import { type CallCounts, createCounts } from './counts.ts';
import type { DefaultAgent } from './defaults.ts';
import { createFaults, type FaultName, type Faults } from './faults.ts';
import type { AccountName } from './model.ts';
import { chatContainer, createChats } from './persons/chats.ts';
import { type Customer, createCustomer } from './persons/customer.ts';
import { createFlexAgent, type FlexAgent } from './persons/flex-agent.ts';
import { createFrontlineAgent, type FrontlineAgent } from './persons/frontline-agent.ts';
import { TwilioProblem } from './problem.ts';
import { takeChatEvent } from './proxy/chat-event.ts';
import { createReads, type Reads } from './reads.ts';
import { createRespond, type Judge, type Respond } from './respond.ts';
import type { Random } from './sid.ts';
import { createDelivery } from './webhooks/delivery.ts';
import type { DeliverWebhook, Onlooker, Switches, Timers, TwilioWorld, WebhookCall, Witness } from './world.ts';

export type TwilioDeps = {
  readonly clock: { readonly now: () => number };
  readonly random: Random;
  readonly timers: Timers;
  /** Called for every webhook but those to Twilio itself. Must not reject. */
  readonly deliver: DeliverWebhook;
  /** What an earlier one knew; the accounts as they are before anybody does anything when absent. */
  readonly place?: TwoAccounts | undefined;
  readonly switches?: Partial<Switches> | undefined;
  readonly judge?: Judge | undefined;
  /** Hears of every effect that a fault has. */
  readonly met?: ((fault: FaultName, account: AccountName, about: string) => void) | undefined;
  readonly witness?: Witness | undefined;
  readonly onlooker?: Onlooker | undefined;
};

export type LocalTwilio = {
  readonly respond: Respond;
  readonly customer: Customer;
  readonly flexAgent: FlexAgent;
  readonly frontlineAgent: FrontlineAgent;
  readonly reads: Reads;
  readonly faults: Faults;
  readonly counts: CallCounts;
  readonly switches: Switches;
  /** Points both accounts' webhooks at a bridge (its public address, without a slash at the end). */
  readonly connectBridge: (publicBaseUrl: string) => void;
  /** Adds an agent to Flex, and to Frontline when he has a worker SID there. */
  readonly hire: (agent: DefaultAgent) => void;
  /** A conversation's closed timer runs out. */
  readonly closeByTimer: (conversationSid: string) => void;
  readonly webhooks: { readonly underway: () => number; readonly settled: () => Promise<void> };
  readonly place: TwoAccounts;
};

const usualSwitches: Switches = {
  listOrder: 'index',
  restDates: 'seconds',
  proxyIdempotent: false,
  interactionsNameMessages: true,
  actionsPerSecond: 30,
  latency: 0,
  webhookRetryMs: 1000,
};

const chatEventPath =
  /^https:\/\/webhooks\.twilio\.com\/v1\/Accounts\/AC\w{32}\/Proxy\/(KS\w{32})\/Webhooks\/ChatEvent\//;

export const createTwilio = (deps: TwilioDeps): LocalTwilio => {
  const { clock, random, timers } = deps;
  const place = deps.place ?? createTwoAccounts(clock.now());
  const faults = createFaults(random, deps.met);
  const counts = createCounts();
  const switches = { ...usualSwitches, ...deps.switches };

  /** While nobody bridges, Flex's chat service calls Flex's own webhook: inside Twilio, past every fault. */
  const deliver: DeliverWebhook = async (call: WebhookCall) => {
    const account = place[call.account].account;
    const proxy = account.proxies.get(chatEventPath.exec(call.url)?.[1] ?? '');
    if (proxy === undefined) return deps.deliver(call);
    const form = new URLSearchParams(call.body);
    try {
      takeChatEvent(world, account, proxy, { url: call.url, signature: call.headers['x-twilio-signature'], form });
      return { status: 200 };
    } catch (error) {
      if (error instanceof TwilioProblem) return { status: error.status };
      throw error;
    }
  };

  const delivery = createDelivery({
    now: clock.now,
    random,
    after: timers.after,
    deliver,
    faults,
    retryMs: () => switches.webhookRetryMs,
  });

  const world: TwilioWorld = {
    now: clock.now,
    random,
    after: timers.after,
    accounts: place.accounts,
    phones: place.phones,
    switches,
    faults,
    counts,
    send: delivery.send,
    witness: deps.witness ?? (() => {}),
    onlooker: deps.onlooker ?? (() => {}),
  };
  const chats = createChats(world);

  return {
    respond: createRespond(world, deps.judge),
    customer: createCustomer(world, place, chats),
    flexAgent: createFlexAgent(world, place, chats),
    frontlineAgent: createFrontlineAgent(world, place, chats),
    reads: createReads(place),
    faults,
    counts,
    switches,
    connectBridge: (publicBaseUrl) => connectBridge(place, publicBaseUrl),
    hire: (agent) => hire(place, agent, clock.now()),
    closeByTimer: (sid) =>
      changeState(world, chatContainer(place, 'frontline', sid), 'closed', 'TIMER', {
        by: { source: 'API' },
        announce: true,
        dialect: 'conversations',
      }),
    webhooks: { underway: delivery.underway, settled: delivery.settled },
    place,
  };
};
