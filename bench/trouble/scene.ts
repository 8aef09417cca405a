/** Chats in which something goes wrong, and when the bridge can have known of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountName, Message } from '../../local-twilio/model.ts';
import type { TwilioRequest, TwilioResponse } from '../../local-twilio/respond.ts';
import type { RunningTwilio } from '../../local-twilio/server.ts';
import type { Lane } from '../../src/core/model/event.ts';
import type { BenchChat } from '../link-chats.ts';

export const LANES = ['toFlex', 'toFrontline'] as const satisfies readonly Lane[];

/** A REST call whose answer has just left, or whose connection has just been broken. */
export type EndedCall = {
  readonly at: number;
  readonly path: string;
  readonly form: string;
  readonly status: number | 'destroyed';
};

/** What one scene of trouble is made of. */
export type Scene = { readonly twilio: RunningTwilio; readonly chats: readonly BenchChat[]; readonly log: CallLog };

export type CallLog = {
  readonly answered: (request: TwilioRequest, answer: TwilioResponse | 'destroyed') => void;
  readonly begin: () => void;
  /** Creates of messages in this container that were not answered with success, and posts to Flex's own webhook. */
  readonly failed: (container: string) => readonly EndedCall[];
  readonly posts: () => readonly EndedCall[];
};

/** Kept only from `begin` on: under load it would hold too much. */
export const createCallLog = (): CallLog => {
  let calls: EndedCall[] | undefined;
  return {
    answered: ({ method, path, body }, answer) => {
      if (method !== 'POST') return;
      calls?.push({ at: Date.now(), path, form: body, status: answer === 'destroyed' ? answer : answer.status });
    },
    begin: () => {
      calls = [];
    },
    failed: (container) =>
      (calls ?? []).filter(
        ({ path, status }) =>
          path.endsWith(`${container}/Messages`) && (status === 'destroyed' || status < 200 || status >= 300),
      ),
    posts: () => (calls ?? []).filter(({ path }) => path.includes('/ChatEvent/')),
  };
};

export const destinationOf = (lane: Lane): AccountName => (lane === 'toFlex' ? 'flex' : 'frontline');
const containerIn = (chat: BenchChat, side: AccountName): string =>
  side === 'flex' ? chat.channel : chat.conversation;
export const destinationIn = (chat: BenchChat, lane: Lane): string => containerIn(chat, destinationOf(lane));

export const CREATE = { flex: 'POST chat.messages', frontline: 'POST conversations.messages' } as const;

/** A person writes on the lane's source. */
export const write = ({ twilio }: Scene, chat: BenchChat, lane: Lane, text: string): void => {
  if (lane === 'toFrontline') twilio.customer.writes(chat.channel, text);
  else twilio.frontlineAgent.writes(chat.agent.email, chat.conversation, text);
};

export const standingCopy = ({ twilio }: Scene, chat: BenchChat, lane: Lane, text: string): Message | undefined =>
  [...(twilio.place[destinationOf(lane)].chat.containers.get(destinationIn(chat, lane))?.messages.values() ?? [])].find(
    ({ body }) => body === text,
  );

const LOOK_MS = 20;

/** @returns whether it was so before the time was over. */
export const until = async (isSo: () => boolean, atMostMs: number): Promise<boolean> => {
  const end = Date.now() + atMostMs;
  while (!isSo()) {
    if (Date.now() > end) return false;
    await sleep(LOOK_MS);
  }
  return true;
};

/** Each text of a chat stands on the other side once, in order. */
export const wrongIn = (scene: Scene, chat: BenchChat, lane: Lane, texts: readonly string[]): readonly string[] => {
  const container = scene.twilio.place[destinationOf(lane)].chat.containers.get(destinationIn(chat, lane));
  const stands = [...(container?.messages.values() ?? [])]
    .map(({ body }) => body ?? '')
    .filter((body) => texts.includes(body));
  return stands.join('|') === texts.join('|') ? [] : [`chat ${chat.number} ${lane}: said ${texts}; stands ${stands}`];
};
