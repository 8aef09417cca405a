/** The chats of a day: they begin in its busy hour, are talked in, and most of them end; and their judge. */

import { type Chat, type Crowd, HOUR, MINUTE, SECOND } from './crowd.ts';
import { isOver } from './forget-chats.ts';

/** Who ends it; `untold`: the end's webhook is lost, and so are all others of that moment. */
type End = 'in Flex' | 'in Frontline' | 'in Flex, untold' | 'in Frontline, untold' | 'never';

/** Of a hundred: sixty, thirty, four, four and two. */
const drawEnd = (n: number): End => {
  if (n < 60) return 'in Flex';
  if (n < 90) return 'in Frontline';
  if (n < 94) return 'in Flex, untold';
  return n < 98 ? 'in Frontline, untold' : 'never';
};

export type DayChat = { readonly chat: Chat; readonly end: End };

const TEXTS = ['a question', 'an answer', 'thanks'] as const;

const endIt = ({ time, twilio, conversationOf }: Crowd, { chat, end }: DayChat): void => {
  if (end === 'never') return;
  const conversation = conversationOf(chat);
  if (conversation === undefined) return;
  const heal = end.endsWith('untold') ? twilio.faults.add({ fault: 'webhook.lost', p: 1 }) : () => {};
  if (end.startsWith('in Flex')) twilio.flexAgent.endsChat(chat.agent.flexWorkerSid, chat.channel);
  else twilio.frontlineAgent.closes(chat.agent.email, conversation);
  time.after(1, heal);
  if (end.startsWith('in Flex')) time.after(10 * SECOND, () => twilio.flexAgent.completesTask(chat.task));
};

/** @returns them, filled while the busy hour goes on. */
export const talkForADay = (crowd: Crowd, count: number): readonly DayChat[] => {
  const { time, twilio, dice, begin, conversationOf } = crowd;
  const chats: DayChat[] = [];
  for (let n = 0; n < count; n += 1) {
    const end = drawEnd(dice.between(0, 99));
    time.after(dice.between(0, HOUR - 4 * MINUTE), () => {
      const one = { chat: begin(), end };
      chats.push(one);
      time.after(MINUTE, () => {
        const conversation = conversationOf(one.chat);
        if (conversation !== undefined) twilio.frontlineAgent.writes(one.chat.agent.email, conversation, TEXTS[1]);
      });
      time.after(1.5 * MINUTE, () => twilio.customer.writes(one.chat.channel, TEXTS[2]));
      time.after(2 * MINUTE, () => endIt(crowd, one));
    });
  }
  return chats;
};

/** @returns what is wrong with it at the end of its day, if anything. */
export const judgeDayChat = (
  { twilio, messagesIn, conversationOf }: Crowd,
  { chat, end }: DayChat,
): string | undefined => {
  const conversation = conversationOf(chat);
  if (conversation === undefined) return 'not linked';
  for (const [side, sid] of [
    ['flex', chat.channel],
    ['frontline', conversation],
  ] as const) {
    const texts = messagesIn(side, sid).map(({ body }) => body);
    if (texts.join() !== TEXTS.join()) return `${side} says ${texts.join(', ')}`;
    const container = twilio.place[side].chat.containers.get(sid);
    if (container === undefined || isOver(container) === (end === 'never')) return `${end}, but not so in ${side}`;
  }
  return undefined;
};
