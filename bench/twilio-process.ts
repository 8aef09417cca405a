/** The local Twilio in a process of its own, with the persons who write in it by a timetable. */
import { startLocalTwilio } from '../local-twilio/server.ts';
import { answerParent, argument } from './child.ts';
import { type BenchChat, linkChats } from './link-chats.ts';
import { type Saying, type Talked, type TalkPlan, talk } from './talk.ts';
import { createWebhookTimings } from './webhook-timings.ts';

export type TwilioPlan = { readonly validate: boolean };

/** Since the last reset. */
export type TwilioTally = {
  /** Calls but for those to Flex's own webhook. */
  readonly rest: number;
  readonly chatEvent: number;
  /** Microseconds of processor time. */
  readonly cpu: number;
};

export type TwilioVerbs = {
  readonly where: (nothing: undefined) => { readonly url: string };
  readonly connect: (bridge: { readonly url: string }) => void;
  /** Begins so many new chats, has them linked, and forgets those from before. */
  readonly link: (plan: { readonly chats: number }) => Promise<void>;
  readonly talk: (plan: TalkPlan) => Promise<Talked>;
  readonly reset: (nothing: undefined) => void;
  readonly tally: (nothing: undefined) => TwilioTally;
};

const { validate } = argument<TwilioPlan>();
const timings = createWebhookTimings();
const twilio = await startLocalTwilio({ seed: 1, validate, around: timings.around });
let chats: readonly BenchChat[] = [];
let earlier: readonly Saying[] = [];
let since = process.cpuUsage();

answerParent(
  {
    where: () => ({ url: twilio.url }),
    connect: ({ url }) => twilio.connectBridge(url),
    link: async (plan) => {
      twilio.switches.latency = 0;
      chats = await linkChats(twilio, plan.chats);
      earlier = [];
      await twilio.webhooks.settled();
    },
    talk: async (plan) => {
      const { talked, said } = await talk({ twilio, timings, chats, earlier }, plan);
      earlier = [...earlier, ...said];
      return talked;
    },
    reset: () => {
      twilio.counts.reset();
      since = process.cpuUsage();
    },
    tally: () => {
      const { user, system } = process.cpuUsage(since);
      return { ...twilio.counts.total(), cpu: user + system };
    },
  } satisfies TwilioVerbs,
  twilio.stop,
);
