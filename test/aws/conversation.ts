/** A customer on SMS, an agent in Flex who is the same person in Frontline, and what both sides read in the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENTS } from '../../local-twilio/defaults.ts';
import type { ReadContainer } from '../../local-twilio/reads.ts';
import { judge } from '../../local-twilio/transcripts.ts';
import type { LocalTwilio } from '../../local-twilio/twilio.ts';

const PHONE = '+15550199001';
const { ann } = AGENTS;

export type Chat = { readonly channelSid: string; readonly conversationSid: string };

/**
 * Nobody waits longer than it takes; a busy machine only needs more, and loses webhooks: the sweep needs two minutes
 * for one, and six for that of an SMS.
 */
const PATIENCE_S = 480;

/** @throws when it does not come true in time; `what` says what was waited for. */
export const until = async <T>(what: string, look: () => T | undefined): Promise<T> => {
  const end = Date.now() + PATIENCE_S * 1000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not in ${PATIENCE_S} s: ${what}`);
    await sleep(100);
  }
};

const texts = (twilio: LocalTwilio, side: 'flex' | 'frontline', sid: string): readonly string[] =>
  twilio.reads.transcript(side, sid).map(({ body }) => body ?? '');

/** The conversation of a channel's first generation. */
export const conversationOf = (twilio: LocalTwilio, channelSid: string): ReadContainer | undefined =>
  twilio.reads.containers('frontline').find(({ uniqueName }) => uniqueName === `bridge-flex-${channelSid}-1`);

/** The customer writes twice before the agent accepts; the conversation must hold both, and the agent. */
export const beginChat = async (twilio: LocalTwilio): Promise<Chat> => {
  const { channelSid, taskSid } = twilio.customer.beginSmsChat({ phone: PHONE, text: 'history 1' });
  twilio.customer.writes(channelSid, 'history 2');
  const { reservationSid } = twilio.flexAgent.isOffered(ann.flexWorkerSid, taskSid);
  twilio.flexAgent.accepts(reservationSid);
  const { sid } = await until('the conversation with history and agent', () => {
    const found = conversationOf(twilio, channelSid);
    return found?.messages === 2 && found.members.some(({ identity }) => identity === ann.email) ? found : undefined;
  });
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
    await until(`"${question}" in Frontline`, () =>
      texts(twilio, 'frontline', conversationSid).includes(question) ? true : undefined,
    );
    twilio.frontlineAgent.writes(ann.email, conversationSid, answer);
    said.frontline.push(answer);
    await until(`"${answer}" in Flex`, () => (texts(twilio, 'flex', channelSid).includes(answer) ? true : undefined));
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
  await until('all of it on both sides', () =>
    stand().flex.length >= 2 * each && stand().frontline.length >= 2 * each ? true : undefined,
  );
  return judge(said, stand());
};

/** The answers as the customer's phone received them, in order. */
export const phoneReads = async (twilio: LocalTwilio, count: number): Promise<readonly string[]> => {
  const received = () => twilio.customer.phone(PHONE).map(({ body }) => body);
  return until(`${count} SMS on the phone`, () => (received().length >= count ? received() : undefined));
};

/**
 * How often the texts of both sides were written and Flex's own webhook was called, once that has happened often
 * enough. Reads are not counted: the sweep comes when its minute is over, and reads too.
 */
export const written = async (twilio: LocalTwilio, forwarded: number) => {
  await until(`${forwarded} events at Flex's own webhook`, () =>
    twilio.counts.total().chatEvent >= forwarded ? true : undefined,
  );
  const { flex, frontline } = twilio.counts.read();
  return {
    flex: flex['POST chat.messages'],
    frontline: frontline['POST conversations.messages'],
    forwarded: twilio.counts.total().chatEvent,
  };
};
