/** Chats that customers began, agents accepted and the bridge has linked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENTS } from '../local-twilio/defaults.ts';
import type { RunningTwilio } from '../local-twilio/server.ts';

export type BenchChat = {
  readonly number: number;
  readonly channel: string;
  readonly conversation: string;
  readonly agent: { readonly email: string };
  /** The customer's first words, which stand on both sides before the talk begins. */
  readonly hello: string;
};

const LOOK_MS = 25;
const PATIENCE_MS = 60_000;
const agents = [AGENTS.ann, AGENTS.ben, AGENTS.eve] as const;

/**
 * @param sms - so many of them begin by SMS, the others on the web.
 * @throws Error when not all are linked within a minute
 */
export const linkChats = async (twilio: RunningTwilio, count: number, sms = 0): Promise<readonly BenchChat[]> => {
  const begin = (number: number, hello: string) => {
    if (number < sms) return twilio.customer.beginSmsChat({ phone: `+1555010${1000 + number}`, text: hello });
    const begun = twilio.customer.beginWebChat({ name: `Customer ${number}` });
    twilio.customer.writes(begun.channelSid, hello);
    return begun;
  };
  const begun = Array.from({ length: count }, (_, number) => {
    const agent = agents[number % agents.length] ?? AGENTS.ann;
    const hello = `${number}: hello`;
    const { channelSid: channel, taskSid } = begin(number, hello);
    twilio.flexAgent.accepts(twilio.flexAgent.isOffered(agent.flexWorkerSid, taskSid).reservationSid);
    return { number, channel, agent, hello };
  });

  const { containers } = twilio.place.frontline.chat;
  const linked = new Map<string, BenchChat>();
  const end = Date.now() + PATIENCE_MS;
  while (linked.size < count) {
    if (Date.now() > end) throw new Error(`${count - linked.size} of ${count} chats were not linked in time`);
    await sleep(LOOK_MS);
    const byName = new Map([...containers.values()].map((one) => [one.uniqueName, one]));
    for (const chat of begun) {
      const one = byName.get(`bridge-flex-${chat.channel}-1`);
      const joined = [...(one?.members.values() ?? [])].some(({ identity }) => identity === chat.agent.email);
      if (one !== undefined && joined && one.messages.size === 1)
        linked.set(chat.channel, { ...chat, conversation: one.sid });
    }
  }
  return [...linked.values()];
};
