/**
 * What a chat itself costs besides its texts: offered, accepted, linked with its first text, its agent in it on both
 * sides, ended in Flex. Counted on the local Twilio in virtual time, each invocation in a process that knows nothing
 * yet; the sweep apart.
 */
import { AGENTS } from '../../local-twilio/defaults.ts';
import { conversationWith } from '../../sim/played.ts';
import { BRIDGE } from '../../sim/settings.ts';
import { createWorld } from '../../sim/world.ts';
import { type Counted, startTally } from './tally.ts';

/** `texts`: the column of the texts that such a chat is made of. */
export type CountedChat = { readonly name: string; readonly sms: boolean; readonly texts: number };

/** The columns of docs/cost.md. */
export const CHATS: readonly CountedChat[] = [
  { name: 'web chat', sms: false, texts: 0 },
  { name: 'web chat, forwarding', sms: false, texts: 1 },
  { name: 'SMS', sms: true, texts: 2 },
];

const MINUTE = 60_000;

/** @param forwards whether FLEX_CHAT_DEFAULT_WEBHOOK is set */
export const countChat = async ({ sms, texts }: CountedChat): Promise<Counted> => {
  const world = createWorld({ seed: 1, settleMs: MINUTE, doom: () => undefined });
  const { twilio, time } = world;
  const { ann } = AGENTS;
  const pass = (ms: number) => time.runUntil(time.now() + ms);
  world.setSweeps(false);
  twilio.connectBridge(BRIDGE);
  // What is made once an agent is there already.
  const before = twilio.customer.beginWebChat({ name: 'Kim', identity: 'kim' });
  twilio.flexAgent.letsTimeOut(twilio.flexAgent.isOffered(ann.flexWorkerSid, before.taskSid).reservationSid);
  await pass(MINUTE);

  const counted = startTally(world, texts > 0);
  const begun = sms
    ? twilio.customer.beginSmsChat({ phone: '+15550100000', text: 'hello' })
    : twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  if (!sms) twilio.customer.writes(begun.channelSid, 'hello');
  await pass(MINUTE);
  const { reservationSid } = twilio.flexAgent.isOffered(ann.flexWorkerSid, begun.taskSid);
  await pass(MINUTE / 4);
  twilio.flexAgent.accepts(reservationSid, { afterMs: 500 });
  await pass(MINUTE);
  twilio.flexAgent.endsChat(ann.flexWorkerSid, begun.channelSid);
  await pass(MINUTE / 6);
  twilio.flexAgent.completesTask(begun.taskSid);
  await pass(MINUTE);
  const conversation = conversationWith(world, begun.channelSid) ?? '';
  if (twilio.reads.container('frontline', conversation)?.state !== 'closed') throw new Error('the chat has not ended');
  return counted();
};
