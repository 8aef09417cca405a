/** A customer on SMS, an agent in Flex who is the same person in Frontline, and what both sides read in the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../../local/judge.ts';
import { AGENTS } from '../../local/twilio/defaults.ts';
import type { LocalTwilio } from '../../local/twilio/twilio.ts';

const PHONE = '+15550199001';
const { ann } = AGENTS;

export type Chat = { readonly channelSid: string; readonly conversationSid: string };

/** @throws when it does not come true in time; `what` says what was waited for. */
const until = async <T>(what: string, seconds: number, look: () => T | undefined): Promise<T> => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not in ${seconds} s: ${what}`);
    await sleep(100);
  }
};

const texts = (twilio: LocalTwilio, side: 'flex' | 'frontline', sid: string): readonly string[] =>
  twilio.reads.transcript(side, sid).map(({ body }) => body ?? '');

/** The customer writes twice before the agent accepts; the conversation must hold both, and the agent. */
export const beginChat = async (twilio: LocalTwilio): Promise<Chat> => {
  const { channelSid, taskSid } = twilio.customer.beginSmsChat({ phone: PHONE, text: 'history 1' });
  twilio.customer.writes(channelSid, 'history 2');
  const { reservationSid } = twilio.flexAgent.isOffered(ann.flexWorkerSid, taskSid);
  twilio.flexAgent.accepts(reservationSid);
  const { sid } = await until('the conversation with history and agent', 60, () =>
    twilio.reads
      .containers('frontline')
      .find(({ members, messages }) => messages === 2 && members.some(({ identity }) => identity === ann.email)),
  );
  return { channelSid, conversationSid: sid };
};

/** A dialogue: each answer is written by somebody who has read the question. @returns what the judge finds wrong. */
export const talk = async (twilio: LocalTwilio, chat: Chat, each: number): Promise<readonly string[]> => {
  const { channelSid, conversationSid } = chat;
  const said = { flex: ['history 1', 'history 2'], frontline: [] as string[] };
  for (let n = 1; n <= each; n += 1) {
    const question = `question ${n} \u3042\u{1F600}`;
    const answer = `answer ${n} & <more>`;
    twilio.customer.writes(channelSid, question);
    said.flex.push(question);
    await until(`"${question}" in Frontline`, 60, () =>
      texts(twilio, 'frontline', conversationSid).includes(question) ? true : undefined,
    );
    twilio.frontlineAgent.writes(ann.email, conversationSid, answer);
    said.frontline.push(answer);
    await until(`"${answer}" in Flex`, 60, () =>
      texts(twilio, 'flex', channelSid).includes(answer) ? true : undefined,
    );
  }
  const stands = {
    flex: texts(twilio, 'flex', channelSid),
    frontline: texts(twilio, 'frontline', conversationSid),
  };
  return judge(said, stands);
};

/** Both sides write at once, nobody waits for anybody. @returns what the judge finds wrong in the end. */
export const talkAtOnce = async (twilio: LocalTwilio, chat: Chat, each: number): Promise<readonly string[]> => {
  const { channelSid, conversationSid } = chat;
  const before = texts(twilio, 'flex', channelSid).length;
  const numbers = Array.from({ length: each }, (_, n) => n + 1);
  const said = {
    flex: numbers.map((n) => `from the customer ${n}`),
    frontline: numbers.map((n) => `from the agent ${n}`),
  };
  for (const n of numbers.keys()) {
    twilio.customer.writes(channelSid, said.flex[n] ?? '');
    twilio.frontlineAgent.writes(ann.email, conversationSid, said.frontline[n] ?? '');
  }
  const stand = () => ({
    flex: texts(twilio, 'flex', channelSid).slice(before),
    frontline: texts(twilio, 'frontline', conversationSid).slice(before),
  });
  await until('all of it on both sides', 120, () =>
    stand().flex.length >= 2 * each && stand().frontline.length >= 2 * each ? true : undefined,
  );
  return judge(said, stand());
};

/** The answers as the customer's phone received them, in order. */
export const phoneReads = async (twilio: LocalTwilio, count: number): Promise<readonly string[]> => {
  const received = () => twilio.customer.phone(PHONE).map(({ body }) => body);
  return until(`${count} SMS on the phone`, 60, () => (received().length >= count ? received() : undefined));
};
