/**
 * Persons write by a timetable, whatever the bridge does: an open loop. Times are counted from the moment at which a
 * message was due, so a Twilio or a machine that falls behind makes the figures worse, never better.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../local-twilio/model.ts';
import type { RunningTwilio } from '../local-twilio/server.ts';
import { judge } from '../local-twilio/transcripts.ts';
import type { BenchChat } from './link-chats.ts';
import type { WebhookTiming, WebhookTimings } from './webhook-timings.ts';

export type TalkPlan = {
  /** In all chats together, half of them on each side. */
  readonly perSecond: number;
  readonly messages: number;
  /** What Twilio takes for each REST call, in milliseconds. */
  readonly latencyMs: number;
  /** Wait for Flex's own webhook to have been told of every message, too. */
  readonly forwards: boolean;
};

/** In milliseconds. */
export type Talked = {
  /** From when a message was due until the webhook that tells of it was acknowledged. */
  readonly acknowledged: readonly number[];
  /** From when Twilio began to call about a copy of the bridge's own until that was acknowledged. */
  readonly echoes: readonly number[];
  /** From when a message was due until Twilio has answered the call that wrote it on the other side. */
  readonly across: readonly number[];
  /** From the first message's time until the last one was across, and forwarded if that was waited for. */
  readonly lasted: number;
  /** What is missing, doubled or out of order, and what was not acknowledged; nothing when all is well. */
  readonly wrong: readonly string[];
};

const LOOK_MS = 20;
const PATIENCE_MS = 60_000;
const LEAD_MS = 200;

/** One message of a person's; what the bench knows of a chat besides what Twilio says. */
export type Saying = {
  readonly chat: BenchChat;
  readonly side: 'flex' | 'frontline';
  readonly text: string;
  readonly due: number;
};

/** Chats take turns; in each the customer and the agent do. No two texts are the same. */
const timetable = (
  { chats, earlier }: TalkSetting,
  { perSecond, messages }: TalkPlan,
  start: number,
): readonly Saying[] =>
  Array.from({ length: Math.ceil(messages / chats.length) }, (_, turn) => ({ turn }))
    .flatMap(({ turn }) => chats.map((chat) => ({ turn, chat })))
    .slice(0, messages)
    .map(({ turn, chat }, n) => ({
      chat,
      side: (turn + chat.number) % 2 === 0 ? 'flex' : 'frontline',
      text: `${earlier.length + n}: where is my parcel, it should have come on Tuesday, äöü 日本語 😀`,
      due: start + (n * 1000) / perSecond,
    }));

export type TalkSetting = {
  readonly twilio: RunningTwilio;
  readonly timings: WebhookTimings;
  readonly chats: readonly BenchChat[];
  /** What was said in these chats before. */
  readonly earlier: readonly Saying[];
};

const messagesOf = (twilio: RunningTwilio, side: 'flex' | 'frontline', chat: BenchChat): readonly Message[] => {
  const sid = side === 'flex' ? chat.channel : chat.conversation;
  return [...(twilio.place[side].chat.containers.get(sid)?.messages.values() ?? [])];
};

const say = (twilio: RunningTwilio, { chat, side, text }: Saying): void => {
  if (side === 'flex') twilio.customer.writes(chat.channel, text);
  else twilio.frontlineAgent.writes(chat.agent.email, chat.conversation, text);
};

/** @returns when everything was there, or undefined when it was not in time. */
const untilAll = async (isThere: () => boolean): Promise<number | undefined> => {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    if (isThere()) return Date.now();
    if (Date.now() > end) return undefined;
    await sleep(LOOK_MS);
  }
};

const wrongIn = (twilio: RunningTwilio, chat: BenchChat, said: readonly Saying[]): readonly string[] => {
  const on = (side: 'flex' | 'frontline') => said.filter((one) => one.side === side).map(({ text }) => text);
  const stands = (side: 'flex' | 'frontline') => messagesOf(twilio, side, chat).map(({ body }) => body ?? '');
  return judge(
    { flex: [chat.hello, ...on('flex')], frontline: on('frontline') },
    { flex: stands('flex'), frontline: stands('frontline') },
  ).map((line) => `chat ${chat.number}: ${line}`);
};

export const talk = async (
  scene: TalkSetting,
  plan: TalkPlan,
): Promise<{ readonly talked: Talked; readonly said: readonly Saying[] }> => {
  const { twilio, timings, chats, earlier } = scene;
  twilio.switches.latency = plan.latencyMs;
  timings.take();
  const forwardedBefore = twilio.counts.total().chatEvent;
  const start = Date.now() + LEAD_MS;
  const said = timetable(scene, plan, start);
  for (let n = 0; n < said.length; ) {
    for (let one = said[n]; one !== undefined && one.due <= Date.now(); one = said[n]) {
      say(twilio, one);
      n += 1;
    }
    await sleep(1);
  }

  const perChat = Map.groupBy([...earlier, ...said], ({ chat }) => chat);
  const complete = (side: 'flex' | 'frontline') => (chat: BenchChat) => {
    const sid = side === 'flex' ? chat.channel : chat.conversation;
    const there = twilio.place[side].chat.containers.get(sid)?.messages.size ?? 0;
    return there > (perChat.get(chat)?.length ?? 0);
  };
  await untilAll(() => chats.every(complete('flex')) && chats.every(complete('frontline')));
  const forwardedAt = plan.forwards
    ? await untilAll(() => twilio.counts.total().chatEvent - forwardedBefore >= said.length)
    : start;
  await twilio.webhooks.settled();

  const heard = timings.take();
  const dueOf = new Map(said.map((one) => [one.text, one]));
  const times = { acknowledged: [] as number[], echoes: [] as number[], across: [] as number[] };
  const unheard = heard.filter(({ acknowledged }) => !acknowledged).length;
  for (const one of heard) {
    const told = dueOf.get(textIn(one));
    if (told === undefined) continue;
    if (told.side === one.account) times.acknowledged.push(one.answered - told.due);
    else times.echoes.push(one.answered - one.begun);
  }
  let last = start;
  for (const side of ['flex', 'frontline'] as const)
    for (const chat of chats)
      for (const { body, committedAt } of messagesOf(twilio, side, chat)) {
        const told = dueOf.get(body ?? '');
        if (told === undefined || told.side === side) continue;
        // Twilio keeps a message in the middle of the call's time and answers at its end.
        const answeredAt = committedAt + plan.latencyMs / 2;
        times.across.push(answeredAt - told.due);
        last = Math.max(last, answeredAt);
      }
  const wrong = chats.flatMap((chat) => wrongIn(twilio, chat, perChat.get(chat) ?? []));
  if (unheard > 0) wrong.push(`${unheard} webhooks were not acknowledged`);
  if (forwardedAt === undefined) wrong.push("not everything reached Flex's own webhook");
  return { talked: { ...times, lasted: Math.max(last, forwardedAt ?? last) - start, wrong }, said };
};

const textIn = ({ form }: WebhookTiming): string => new URLSearchParams(form).get('Body') ?? '';
