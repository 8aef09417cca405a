import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type RunningTwilio, startLocalTwilio } from '../../local-twilio/server.ts';
import { seededRandom } from '../../local-twilio/sid.ts';
import { judge, type SaidByPeople } from '../../local-twilio/transcripts.ts';
import { accept, ann, conversationOf, textsIn } from './support/chat.ts';
import { announced, type Child, run } from './support/child.ts';
import { newFolder } from './support/machine.ts';
import { until } from './support/until.ts';

const CHATS = 4;
/** `KILLS=50 npm test -- test/local/kill.test.ts` for a long run; `KILL_SEED` for another one. */
const KILLS = Number(process.env.KILLS ?? 5);
/** Nobody waits longer than it takes; a busy machine only needs more. */
const KILL_MS = 60_000;
const SETTLING_MS = 180_000;
const TEXTS_BETWEEN_KILLS = 8;
const MOST_COPIES = 30;

let twilio: RunningTwilio;
let folder: Awaited<ReturnType<typeof newFolder>>;
let child: Child | undefined;
beforeEach(async () => {
  folder = await newFolder();
  twilio = await startLocalTwilio({ seed: 5, validate: false, switches: { latency: 15 } });
});
afterEach(async () => {
  await child?.kill();
  await twilio.stop();
  await folder.remove();
});

/** On one port for ever: there TaskRouter tries again while nobody listens. */
let port = '0';
const start = async (settleSeconds = '1'): Promise<void> => {
  child = run('local/start.js', {
    cwd: folder.path,
    environment: {
      TWILIO_BASE_URL: twilio.url,
      PORT: port,
      SETTLE_SECONDS: settleSeconds,
      SWEEP_SECONDS: '1',
      LEASE_SECONDS: '5',
    },
  });
  port = String((await announced(child)).port);
};

const count = (side: 'flex' | 'frontline', sid: string | undefined): number =>
  sid === undefined ? 0 : (twilio.reads.container(side, sid)?.messages ?? 0);

type Chat = { readonly channel: string; readonly said: { readonly flex: string[]; readonly frontline: string[] } };

const begin = (): Chat => {
  const { channelSid, taskSid } = twilio.customer.beginWebChat();
  twilio.customer.writes(channelSid, 'before the accept');
  accept(twilio, taskSid);
  return { channel: channelSid, said: { flex: ['before the accept'], frontline: [] } };
};

/** The customer, the agent in Flex or the agent in Frontline, each when they can. */
const say = ({ channel, said }: Chat, text: string, draw: number): void => {
  const conversation = conversationOf(twilio, channel);
  const isIn = (side: 'flex' | 'frontline', sid: string, identity: string) =>
    twilio.reads.container(side, sid)?.members.some((member) => member.identity === identity) ?? false;
  if (draw < 0.45 && conversation !== undefined && isIn('frontline', conversation, ann.email)) {
    twilio.frontlineAgent.writes(ann.email, conversation, text);
    said.frontline.push(text);
    return;
  }
  if (draw < 0.7 && isIn('flex', channel, ann.flexIdentity)) twilio.flexAgent.writes(ann.flexWorkerSid, channel, text);
  else twilio.customer.writes(channel, text);
  said.flex.push(text);
};

const wrongIn = ({ channel, said }: Chat): readonly string[] =>
  judge(said satisfies SaidByPeople, {
    flex: textsIn(twilio, 'flex', channel),
    frontline: textsIn(twilio, 'frontline', conversationOf(twilio, channel)),
  });

describe('A bridge that is killed with -9 again and again', () => {
  test(
    'goes on after each start, and in the end nothing is lost, doubled or out of order',
    async () => {
      const random = seededRandom(Number(process.env.KILL_SEED ?? 1));
      await start();
      const chats = Array.from({ length: CHATS }, begin);
      const stands = () =>
        chats.reduce(
          (sum, { channel }) => sum + count('flex', channel) + count('frontline', conversationOf(twilio, channel)),
          0,
        );
      let n = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        for (let i = 0; i < TEXTS_BETWEEN_KILLS; i += 1)
          for (const chat of chats) {
            n += 1;
            say(chat, `text ${n}`, random());
          }
        // In the midst of its work: it has settled what the one before left open, and is so many copies further.
        const copies = stands() + 1 + Math.floor(random() * MOST_COPIES);
        await until('the moment to kill', () => stands() >= copies, 5000).catch(() => undefined);
        await child?.kill();
        await start();
      }
      const wrong = () => chats.flatMap(wrongIn);
      await until('both sides to tell the same', () => wrong().length === 0, SETTLING_MS).catch(() => undefined);
      expect(wrong()).toEqual([]);
      expect(n).toBe(KILLS * TEXTS_BETWEEN_KILLS * CHATS);
    },
    KILLS * KILL_MS + SETTLING_MS,
  );

  test(
    'does not wait until it is settled what became of the call under way: it finds the copy, and the chat goes on',
    async () => {
      // Longer than anybody waits here: what crosses afterwards was looked for at the start.
      const longer = '900';
      await start(longer);
      const chat = begin();
      const copies = () => textsIn(twilio, 'frontline', conversationOf(twilio, chat.channel)).length;
      await until('the link', () => copies() === 1);
      say(chat, 'behind the link', 1);
      await until('a copy behind it', () => copies() === 2);
      const unheard = twilio.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'hang', only: 'POST conv' });
      say(chat, 'under way', 1);
      await until('the copy', () => copies() === 3);
      await child?.kill();
      unheard();
      await start(longer);
      say(chat, 'after the start', 1);
      await until('both sides to tell the same', () => wrongIn(chat).length === 0, SETTLING_MS);
    },
    SETTLING_MS + KILL_MS,
  );

  test(
    'nor of an SMS: it finds it in the session, sends it no second time, and the next one follows',
    async () => {
      const longer = '900';
      twilio.switches.interactionsNameMessages = true;
      await start(longer);
      const phone = '+15550109999';
      const { channelSid, taskSid } = twilio.customer.beginSmsChat({ phone, text: 'hi' });
      accept(twilio, taskSid);
      const texts = () => twilio.customer.phone(phone).map(({ body }) => body);
      const writes = (text: string) => twilio.flexAgent.writes(ann.flexWorkerSid, channelSid, text);
      writes('first');
      await until('the first SMS', () => texts().length === 1);
      const unheard = twilio.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'hang', only: 'POST webhooks' });
      writes('under way');
      await until('the SMS', () => texts().length === 2);
      await child?.kill();
      unheard();
      await start(longer);
      writes('after the start');
      await until('the next SMS', () => texts().includes('after the start'), SETTLING_MS);
      expect(texts()).toEqual(['first', 'under way', 'after the start']);
    },
    SETTLING_MS + KILL_MS,
  );
});
