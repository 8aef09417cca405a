/** What the plays of full size share: a world with as many agents as its chats need, their chats, and one clock. */
import type { DefaultAgent } from '../../local-twilio/defaults.ts';
import { everyKey } from '../../src/core/state/every-item.ts';
import type { ListName } from '../../src/core/state/items.ts';
import type { WorldPlan } from '../plan.ts';
import { createDice } from '../random.ts';
import { BRIDGE } from '../settings.ts';
import { createWorld } from '../world.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const TWILIO_MS = 150;

/** Twilio's limit is a thousand open chats for one person. */
const CHATS_AN_AGENT = 900;

export type Chat = {
  readonly channel: string;
  readonly task: string;
  readonly reservation: string;
  readonly agent: DefaultAgent;
  readonly phone: string | undefined;
};
export type SizedPair = Chat & { readonly conversation: string };

const newAgent = (n: number): DefaultAgent => {
  const number = String(n).padStart(2, '0');
  return {
    name: `Agent ${number}`,
    email: `agent${number}@example.com`,
    flexIdentity: `agent${number}_40example_2Ecom`,
    flexWorkerSid: `WK${'c'.repeat(30)}${number}`,
    frontlineWorkerSid: `WK${'d'.repeat(30)}${number}`,
  };
};

/** @param chats as many as are open at one time */
export const createCrowd = (name: string, seed: number, chats: number, plan: Partial<WorldPlan> = {}) => {
  const world = createWorld({ seed, settleMs: MINUTE, doom: () => undefined, keepsSweep: true, ...plan });
  const { time, twilio } = world;
  twilio.connectBridge(BRIDGE);
  twilio.switches.latency = TWILIO_MS;
  const agents = Array.from({ length: Math.ceil(chats / CHATS_AN_AGENT) }, (_, n) => newAgent(n));
  for (const agent of agents) twilio.hire(agent);
  const began = performance.now();
  const wait = (ms: number): Promise<void> => time.runUntil(time.now() + ms);
  const waitUntil = async (isSo: () => boolean | Promise<boolean>, mostMs: number): Promise<void> => {
    const end = time.now() + mostMs;
    while (!(await isSo()) && time.now() < end) await wait(Math.min(MINUTE, end - time.now()));
  };

  let begun = 0;
  /** Every fourth customer writes from a phone. */
  const begin = (): Chat => {
    const agent = agents[begun % agents.length];
    if (agent === undefined) throw new Error('a crowd without agents');
    begun += 1;
    const phone = begun % 4 === 0 ? `+1555${String(begun).padStart(7, '0')}` : undefined;
    const { channelSid, taskSid } =
      phone === undefined
        ? twilio.customer.beginWebChat({ name: `Customer ${begun}` })
        : twilio.customer.beginSmsChat({ phone, text: 'a question' });
    if (phone === undefined) twilio.customer.writes(channelSid, 'a question');
    const { reservationSid } = twilio.flexAgent.isOffered(agent.flexWorkerSid, taskSid);
    twilio.flexAgent.accepts(reservationSid);
    return { channel: channelSid, task: taskSid, reservation: reservationSid, agent, phone };
  };

  const conversationOf = ({ channel }: Chat): string | undefined =>
    twilio.place.frontline.chat.byUniqueName.get(`bridge-flex-${channel}-1`)?.sid;
  const linked = (chat: Chat): SizedPair => {
    const conversation = conversationOf(chat);
    if (conversation === undefined) throw new Error(`${chat.channel} was not linked`);
    return { ...chat, conversation };
  };

  /** So many begin each second; and who answers in Frontline does so at the same pace. */
  const linkAll = async (count: number, aSecond: number): Promise<readonly SizedPair[]> => {
    const all: Chat[] = [];
    while (all.length < count) {
      for (let n = 0; n < aSecond && all.length < count; n += 1) all.push(begin());
      await wait(SECOND);
    }
    await wait(2 * MINUTE);
    const pairs = all.map(linked);
    for (const [n, { agent, conversation }] of pairs.entries()) {
      twilio.frontlineAgent.writes(agent.email, conversation, 'an answer');
      if (n % (2 * aSecond) === 0) await wait(SECOND);
    }
    await wait(2 * MINUTE);
    return pairs;
  };

  const listed = async (list: ListName): Promise<number> => (await everyKey(world.store, list)).length;

  const messagesIn = (side: 'flex' | 'frontline', sid: string) => [
    ...(twilio.place[side].chat.containers.get(sid)?.messages.values() ?? []),
  ];

  return {
    ...{ world, time, twilio, wait, waitUntil, begin, conversationOf, linkAll, listed, messagesIn },
    dice: createDice(seed, name),
    /** With the seconds of real time that have passed. */
    say: (what: string): void =>
      console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}`),
  };
};

export type Crowd = ReturnType<typeof createCrowd>;
