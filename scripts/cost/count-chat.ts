/**
 * What a chat itself costs besides its texts: offered, accepted, linked with its first text, its agent in it on both
 * sides, ended in Flex; or begun by its agent in Frontline, and ended in Flex. Counted on the local Twilio in virtual
 * time, each invocation in a process that knows nothing yet; the sweep apart.
 */
import { AGENTS } from '../../local-twilio/defaults.ts';
import { conversationWith } from '../../sim/played.ts';
import { BRIDGE } from '../../sim/settings.ts';
import { createWorld, type SimWorld } from '../../sim/world.ts';
import { type Counted, startTally } from './tally.ts';

/** `texts`: the column of the texts that such a chat is made of. */
export type CountedChat = {
  readonly name: string;
  readonly begins: 'web' | 'sms' | 'agent by SMS';
  readonly texts: number;
};

/** The columns of docs/cost.md. */
export const CHATS: readonly CountedChat[] = [
  { name: 'web chat', begins: 'web', texts: 0 },
  { name: 'web chat, forwarding', begins: 'web', texts: 1 },
  { name: 'SMS', begins: 'sms', texts: 2 },
  { name: 'SMS, begun by the agent', begins: 'agent by SMS', texts: 2 },
];

const MINUTE = 60_000;
const { ann } = AGENTS;

type Place = { readonly world: SimWorld; readonly pass: (ms: number) => Promise<void> };
/** A chat that its agent serves on both sides. */
type Served = { readonly channelSid: string; readonly taskSid: string; readonly conversationSid: string };

const accepted = async ({ world, pass }: Place, sms: boolean): Promise<Served> => {
  const { twilio } = world;
  const begun = sms
    ? twilio.customer.beginSmsChat({ phone: '+15550100000', text: 'hello' })
    : twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  if (!sms) twilio.customer.writes(begun.channelSid, 'hello');
  await pass(MINUTE);
  const { reservationSid } = twilio.flexAgent.isOffered(ann.flexWorkerSid, begun.taskSid);
  await pass(MINUTE / 4);
  twilio.flexAgent.accepts(reservationSid, { afterMs: 500 });
  await pass(MINUTE);
  const conversationSid = conversationWith(world, begun.channelSid);
  if (conversationSid === undefined) throw new Error('the chat is not linked');
  return { ...begun, conversationSid };
};

/** With one text, as the other has. */
const begunByAgent = async ({ world, pass }: Place, phone: string): Promise<Served> => {
  const { twilio } = world;
  const { conversationSid } = twilio.frontlineAgent.begins(ann.email, { phone });
  twilio.frontlineAgent.writes(ann.email, conversationSid, 'hello');
  await pass(2 * MINUTE);
  const channel = twilio.reads.containers('flex').find(({ uniqueName }) => uniqueName?.includes(conversationSid));
  const task = channel && twilio.reads.tasks('flex').find(({ attributes }) => attributes.includes(channel.sid));
  if (channel === undefined || task === undefined) throw new Error('the chat has not begun in Flex');
  return { channelSid: channel.sid, taskSid: task.sid, conversationSid };
};

/** @param forwards whether FLEX_CHAT_DEFAULT_WEBHOOK is set */
export const countChat = async ({ begins, texts }: CountedChat): Promise<Counted> => {
  const world = createWorld({ seed: 1, settleMs: MINUTE, doom: () => undefined });
  const { twilio, time } = world;
  const pass = (ms: number) => time.runUntil(time.now() + ms);
  world.setSweeps(false);
  twilio.connectBridge(BRIDGE);
  // What is made once an agent is there already.
  const before = twilio.customer.beginWebChat({ name: 'Kim', identity: 'kim' });
  twilio.flexAgent.letsTimeOut(twilio.flexAgent.isOffered(ann.flexWorkerSid, before.taskSid).reservationSid);
  await pass(MINUTE);
  const place = { world, pass };
  if (begins === 'agent by SMS') await begunByAgent(place, '+15550100001');

  const counted = startTally(world, texts > 0);
  const begun =
    begins === 'agent by SMS' ? await begunByAgent(place, '+15550100000') : await accepted(place, begins === 'sms');
  twilio.flexAgent.endsChat(ann.flexWorkerSid, begun.channelSid);
  await pass(MINUTE / 3);
  // By then the end has crossed (ADR 0072).
  twilio.flexAgent.completesTask(begun.taskSid);
  await pass(MINUTE);
  if (twilio.reads.container('frontline', begun.conversationSid)?.state !== 'closed')
    throw new Error('the chat has not ended');
  return counted();
};
