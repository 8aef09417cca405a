/** The local Twilio in a process of its own, with the persons who write in it by a timetable. */
import { type RunningTwilio, startLocalTwilio } from '../local-twilio/server.ts';
import { answerParent, argument } from './child.ts';
import { type BenchChat, linkChats } from './link-chats.ts';
import { createPersons, type Deed } from './persons.ts';
import { type Saying, type Talked, type TalkPlan, talk } from './talk.ts';
import { type Forwards, forwards } from './trouble/forwards.ts';
import { getUnderWay, goOn } from './trouble/killed.ts';
import { type Outage, type OutagePlan, outage } from './trouble/outage.ts';
import { createCallLog, type Scene } from './trouble/scene.ts';
import { type StruckTalk, strike } from './trouble/strikes.ts';
import type { Waits } from './trouble/waits.ts';
import { createWebhookTimings } from './webhook-timings.ts';

export type TwilioPlan = { readonly validate: boolean };

/** Since the last reset. */
export type TwilioTally = {
  /** Calls but for those to Flex's own webhook. */
  readonly rest: number;
  readonly chatEvent: number;
  /** `flex POST chat.messages` and how often. */
  readonly calls: Readonly<Record<string, number>>;
  /** Microseconds of processor time. */
  readonly cpu: number;
};

export type TwilioVerbs = {
  readonly where: (nothing: undefined) => { readonly url: string };
  readonly connect: (bridge: { readonly url: string }) => void;
  /** Begins so many new chats, has them linked, and forgets those from before. */
  readonly link: (plan: { readonly chats: number; readonly sms?: number | undefined }) => Promise<void>;
  readonly talk: (plan: TalkPlan) => Promise<Talked>;
  /** So long for each REST call from now on. */
  readonly takes: (plan: { readonly latencyMs: number }) => void;
  /** One thing that a person does, and all that comes of it. */
  readonly does: (plan: { readonly deed: Deed }) => Promise<void>;
  readonly strike: (nothing: undefined) => Promise<StruckTalk>;
  readonly outage: (plan: OutagePlan) => Promise<Outage>;
  readonly forwards: (nothing: undefined) => Promise<Forwards>;
  readonly getUnderWay: (nothing: undefined) => Promise<void>;
  readonly goOn: (start: { readonly from: number }) => Promise<Waits & { readonly wrong: readonly string[] }>;
  readonly reset: (nothing: undefined) => void;
  readonly tally: (nothing: undefined) => TwilioTally;
};

const { validate } = argument<TwilioPlan>();
const timings = createWebhookTimings();
const log = createCallLog();
const twilio = await startLocalTwilio({ seed: 1, validate, around: timings.around, answered: log.answered });
const persons = createPersons(twilio);
let chats: readonly BenchChat[] = [];
let earlier: readonly Saying[] = [];
let since = process.cpuUsage();
const scene = (): Scene => ({ twilio, chats, log });

const callsOf = ({ counts }: Pick<RunningTwilio, 'counts'>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(counts.read()).flatMap(([side, calls]) =>
      Object.entries(calls).map(([call, count]) => [`${side} ${call}`, count] as const),
    ),
  );

answerParent(
  {
    where: () => ({ url: twilio.url }),
    connect: ({ url }) => twilio.connectBridge(url),
    link: async (plan) => {
      twilio.switches.latency = 0;
      chats = await linkChats(twilio, plan.chats, plan.sms);
      earlier = [];
      await twilio.webhooks.settled();
    },
    talk: async (plan) => {
      const { talked, said } = await talk({ twilio, timings, chats, earlier }, plan);
      earlier = [...earlier, ...said];
      return talked;
    },
    takes: ({ latencyMs }) => {
      twilio.switches.latency = latencyMs;
    },
    does: ({ deed }) => persons.does(deed),
    strike: () => strike(scene()),
    outage: (plan) => outage(scene(), plan),
    forwards: () => forwards(scene()),
    getUnderWay: () => getUnderWay(scene()),
    goOn: (start) => goOn(scene(), start),
    reset: () => {
      twilio.counts.reset();
      since = process.cpuUsage();
    },
    tally: () => {
      const { user, system } = process.cpuUsage(since);
      return { ...twilio.counts.total(), calls: callsOf(twilio), cpu: user + system };
    },
  } satisfies TwilioVerbs,
  twilio.stop,
);
