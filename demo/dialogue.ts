/** One chat of the demo: history, an accept, then a dialogue in which every answer follows its question. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENTS } from '../local-twilio/defaults.ts';
import type { RunningTwilio } from '../local-twilio/server.ts';
import type { Answered, SaidByPeople } from '../local-twilio/transcripts.ts';

export type ToldOnBothSides = {
  readonly number: number;
  readonly channel: string;
  readonly conversation: string;
  readonly phone: string | undefined;
  readonly said: SaidByPeople;
  readonly dialogue: readonly Answered[];
};

export type DialoguePlan = {
  readonly number: number;
  readonly history: number;
  readonly messages: number;
  readonly sms: boolean;
  /** Milliseconds: a chat that has not come this far by then has failed. */
  readonly patienceMs: number;
};

const LOOK_MS = 10;
/** A person's pause before an answer, which also keeps a chat below the 30 writes a second that Twilio takes. */
const THINK_MS = 80;

/** @throws Error when something did not appear in time */
const until = async <T>(what: string, patienceMs: number, look: () => T | undefined): Promise<T> => {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not appear within ${Math.round(patienceMs / 1000)} s`);
    await sleep(LOOK_MS);
  }
};

/** Begins a chat and has it linked. The dialogue is had later, so that its calls can be counted by themselves. */
export const beginChat = async (twilio: RunningTwilio, plan: DialoguePlan) => {
  const { number, patienceMs } = plan;
  const agent = [AGENTS.ann, AGENTS.ben, AGENTS.eve][number % 3] ?? AGENTS.ann;
  const phone = plan.sms ? `+155502${String(number).padStart(5, '0')}` : undefined;
  const said = { flex: [] as string[], frontline: [] as string[] };
  const first = `${number}: hello`;
  const begun =
    phone === undefined
      ? twilio.customer.beginWebChat({ name: `Customer ${number}` })
      : twilio.customer.beginSmsChat({ phone, text: first });
  const channel = begun.channelSid;
  const customer = (text: string) => {
    twilio.customer.writes(channel, text);
    said.flex.push(text);
  };
  if (phone === undefined) customer(first);
  else said.flex.push(first);
  for (let n = 1; n < plan.history; n += 1) {
    customer(`${number}: before the accept, ${n}`);
    if (n % 25 === 0) await sleep(1_000); // Twilio takes 30 writes a second in a chat.
  }
  const { reservationSid } = twilio.flexAgent.isOffered(agent.flexWorkerSid, begun.taskSid);
  twilio.flexAgent.accepts(reservationSid);
  const conversation = await until(`chat ${number}: its conversation with the agent in it`, patienceMs, () => {
    const one = twilio.reads.containers('frontline').find(({ attributes }) => attributes.includes(channel));
    return one?.members.some(({ identity }) => identity === agent.email) ? one.sid : undefined;
  });

  const talk = async (): Promise<ToldOnBothSides> => {
    const dialogue: Answered[] = [];
    let before: string | undefined;
    for (let n = 1; n <= plan.messages; n += 1) {
      const answered = before;
      const inFlex = n % 2 === 1;
      const text = `${number}: ${inFlex ? 'question' : 'answer'} ${n} äöü 日本語 😀`;
      if (!inFlex) twilio.frontlineAgent.writes(agent.email, conversation, text);
      // Now and then it is the agent who goes on in Flex.
      else if (n % 7 === 0) twilio.flexAgent.writes(agent.flexWorkerSid, channel, text);
      else twilio.customer.writes(channel, text);
      said[inFlex ? 'flex' : 'frontline'].push(text);
      if (answered !== undefined) dialogue.push({ question: answered, answer: text });
      const [side, sid] = inFlex ? (['frontline', conversation] as const) : (['flex', channel] as const);
      await until(`chat ${number}: message ${n} on the ${side} side`, patienceMs, () =>
        twilio.reads.transcript(side, sid).findLast(({ body }) => body === text),
      );
      await sleep(THINK_MS);
      before = text;
    }
    return { number, channel, conversation, phone, said, dialogue };
  };
  return { talk };
};
