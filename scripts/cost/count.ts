/** What one text costs in calls, counted in a dialogue on the local Twilio in virtual time. */

import { AGENTS } from '../../local-twilio/defaults.ts';
import { conversationWith } from '../../sim/played.ts';
import { BRIDGE } from '../../sim/settings.ts';
import { createWorld } from '../../sim/world.ts';
import { type Counted, startTally } from './tally.ts';

export type CountedTalk = {
  readonly name: string;
  readonly sms: boolean;
  /** Whether Flex's own webhook is called: when FLEX_CHAT_DEFAULT_WEBHOOK is set. */
  readonly forwards: boolean;
  /** Who writes: the agent in Frontline, or the customer and the agent in turns. */
  readonly writes: 'agent' | 'both';
};

/** The columns of docs/cost.md. */
export const TALKS: readonly CountedTalk[] = [
  { name: 'web chat', sms: false, forwards: false, writes: 'both' },
  { name: 'web chat, forwarding', sms: false, forwards: true, writes: 'both' },
  { name: 'SMS, both write', sms: true, forwards: true, writes: 'both' },
  { name: 'SMS, Frontline to Flex', sms: true, forwards: true, writes: 'agent' },
];

/** A mean text. Names and bodies of items and lines hold none of it, but for what waits on a queue. */
const TEXT = 'Your order was sent on Monday and should be with you tomorrow.';
const TEXTS = 200;
const THINK_MS = 5_000;
const CHAT_TEXTS = 20;

/** Of one text. `reads`: when each lane's process looks a chat up once, and a chat is of twenty texts. */
export type CountedText = Counted & { readonly reads: number };

export const countTalk = async (talk: CountedTalk): Promise<CountedText> => {
  const world = createWorld({ seed: 1, settleMs: 60_000, doom: () => undefined });
  const { twilio, time } = world;
  const { ann } = AGENTS;
  const pass = (ms: number) => time.runUntil(time.now() + ms);
  twilio.connectBridge(BRIDGE);
  const begun = talk.sms
    ? twilio.customer.beginSmsChat({ phone: '+15550100000', text: TEXT })
    : twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  await pass(5_000);
  twilio.flexAgent.accepts(twilio.flexAgent.isOffered(ann.flexWorkerSid, begun.taskSid).reservationSid, 'at once');
  await pass(300_000);

  world.setSweeps(false);
  const counted = startTally(world, talk.forwards);
  for (let n = 0; n < TEXTS; n += 1) {
    const conversation = conversationWith(world, begun.channelSid);
    if (conversation === undefined) throw new Error('the chat was not linked');
    if (talk.writes === 'agent' || n % 2 === 1) twilio.frontlineAgent.writes(ann.email, conversation, TEXT);
    else twilio.customer.writes(begun.channelSid, TEXT);
    await pass(THINK_MS);
  }
  const { readers, pairBytes, ...all } = counted();
  const each = Object.fromEntries(Object.entries(all).map(([name, total]) => [name, total / TEXTS])) as typeof all;
  return { ...each, pairBytes, reads: readers / CHAT_TEXTS };
};
