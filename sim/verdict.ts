/** After things have settled: does each chat tell one story? By Twilio's own truth, with none of the bridge's code. */
import { judge } from '../local/judge.ts';
import { conversationOf, type Played } from './play.ts';
import type { World } from './world.ts';

const late = /^\[Late, written [^\]]+\] /;
/** The bridge's own word, never a person's. */
const notice = /^\[Bridge\] /;

/** @returns what is wrong, a line each. */
export const verdict = (world: World, chats: readonly Played[]): readonly string[] =>
  chats.flatMap((chat, n) => problemsOf(world, chat).map((problem) => `chat ${n + 1} (${chat.channel}): ${problem}`));

const problemsOf = (world: World, chat: Played): readonly string[] => {
  const conversation = conversationOf(world, chat.channel);
  if (conversation === undefined) return ['has no conversation'];
  const { reads } = world.twilio;
  const all = { flex: reads.transcript('flex', chat.channel), frontline: reads.transcript('frontline', conversation) };
  const own = (side: 'flex' | 'frontline') =>
    all[side].filter(({ sid }) => chat.said[side].has(sid)).map(({ body }) => body ?? '');
  const stands = (side: 'flex' | 'frontline') =>
    all[side].map(({ body }) => body ?? '').filter((body) => !notice.test(body));

  const wrong = [...judge({ flex: own('flex'), frontline: own('frontline') }, inOrder(stands('flex'), stands('frontline')))];
  for (const side of ['flex', 'frontline'] as const)
    for (const body of stands(side)) if (late.test(body)) world.meter.met('late copy');
  if (!world.twilio.reads.container('frontline', conversation)?.members.some((m) => m.identity === chat.agent.email))
    wrong.push('the agent is not in the conversation');
  return [...wrong, ...phoneProblems(world, chat, all.flex.map((m) => ({ sid: m.sid, body: m.body ?? '', author: m.author })))];
};

/** Late copies say so and may stand elsewhere: they are compared as what they say, after everything in order. */
const inOrder = (flex: readonly string[], frontline: readonly string[]) => {
  const sorted = (texts: readonly string[]) => [
    ...texts.filter((text) => !late.test(text)),
    ...texts.filter((text) => late.test(text)).map((text) => text.replace(late, '')),
  ];
  return { flex: sorted(flex), frontline: sorted(frontline) };
};

/** What the customer must have got by SMS: everything in the channel that is not the customer's. */
const phoneProblems = (
  world: World,
  chat: Played,
  channel: readonly { readonly body: string; readonly author: string }[],
): readonly string[] => {
  if (chat.phone === undefined) return [];
  const got = world.twilio.customer.phone(chat.phone).map(({ body }) => body);
  const customer = `sms_${chat.phone.replace('+', '')}`;
  const due = channel.filter(({ author }) => author !== customer).map(({ body }) => body);
  return due.filter((body) => !got.includes(body)).map((body) => `the phone lacks "${body}"`);
};
