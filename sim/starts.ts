/** Plays agents who begin chats in Frontline, with a phone, or are taken into one that a customer has begun. */
import { AGENTS, type DefaultAgent } from '../local-twilio/defaults.ts';
import type { Behaviour } from './behaviour.ts';
import { type StartedChat, startProblems } from './judge-starts.ts';
import type { Dice } from './random.ts';
import type { SimWorld } from './world.ts';

const TWINS: readonly DefaultAgent[] = [AGENTS.ann, AGENTS.ben, AGENTS.eve];
const STORM_MS = 300_000;
/** How often it is looked whether the customer is still there. */
const LOOK_MS = 500;

/** The channel that was made for it, once there is one. */
const channelOf = ({ twilio }: SimWorld, conversation: string) =>
  twilio.reads.containers('flex').find(({ uniqueName }) => uniqueName === `bridge-frontline-${conversation}-1`);

const isOpen = ({ twilio }: SimWorld, conversation: string): boolean =>
  twilio.reads.container('frontline', conversation)?.state !== 'closed';

/** He begins it, and from then on it is looked whether the customer is there. */
export const beginCall = (world: SimWorld, agent: DefaultAgent, n: number): StartedChat => {
  const { twilio, time } = world;
  const phone = `+1555077${1000 + n}`;
  const { conversationSid: conversation } = twilio.frontlineAgent.begins(agent.email, { phone, name: `Called ${n}` });
  const texts = { said: new Map(), answers: new Map(), strayAnswers: new Map(), asides: new Map() };
  const chat: StartedChat = { agent, phone, conversation, ...texts, missing: [] };
  const looks = (): void => {
    const { members } = twilio.reads.container('frontline', conversation) ?? { members: [] };
    const isThere = members.some(({ identity, address }) => address === phone || identity?.startsWith('customer_'));
    if (!isThere) chat.missing.push(time.now());
  };
  for (let at = LOOK_MS; at < STORM_MS; at += LOOK_MS) time.after(at, looks);
  return chat;
};

export const agentSays = ({ twilio }: SimWorld, { agent, conversation, said }: StartedChat, body: string): void =>
  void said.set(twilio.frontlineAgent.writes(agent.email, conversation, body).sid, body);

/** By Frontline's number; his phone has left the conversation as a rule. @returns where it stands */
export const customerStrays = ({ twilio }: SimWorld, chat: StartedChat, body: string): string => {
  const { sid, conversationSid } = twilio.customer.textsFrontline(chat.phone, body);
  chat.answers.set(sid, body);
  if (conversationSid !== chat.conversation) chat.strayAnswers.set(sid, body);
  return conversationSid;
};

/** The customer is in the conversation by his identity, and his phone is not. */
const isSwapped = ({ twilio }: SimWorld, { conversation, phone }: StartedChat): boolean => {
  const { members } = twilio.reads.container('frontline', conversation) ?? { members: [] };
  return (
    !members.some(({ address }) => address === phone) &&
    members.some(({ identity }) => identity?.startsWith('customer_'))
  );
};

const begin = (world: SimWorld, dice: Dice, n: number): StartedChat => {
  const { twilio, time, meter } = world;
  const chat = beginCall(world, dice.pick(TWINS), n);
  const { phone, conversation } = chat;
  meter.met('start begun');

  let texts = 0;
  const says = (): void => {
    if (!isOpen(world, conversation)) return;
    texts += 1;
    const body = `begun ${n}, text ${texts}`;
    if (channelOf(world, conversation) === undefined) meter.met('start with words before');
    agentSays(world, chat, body);
  };
  /** By the number from which he was written to last, as people answer. */
  const answers = (): void => {
    const { members } = twilio.reads.container('frontline', conversation) ?? { members: [] };
    const channel = channelOf(world, conversation);
    texts += 1;
    const body = `called ${n}, answer ${texts}`;
    if (members.some(({ address }) => address === phone) && isOpen(world, conversation)) {
      meter.met("start answered to Frontline's number");
      chat.answers.set(twilio.customer.textsFrontline(phone, body).sid, body);
    } else if (channel?.attributes.includes('"proxySession"') && !channel.attributes.includes('INACTIVE')) {
      meter.met("start answered to Flex's number");
      chat.answers.set(twilio.customer.writes(channel.sid, body).sid, body);
    }
  };
  /** To the number that he knows; an agent may be taken in there, and answer. */
  const strays = (agent: DefaultAgent | undefined): void => {
    if (chat.said.size === 0 || !isSwapped(world, chat) || !isOpen(world, conversation)) return;
    texts += 1;
    const stray = customerStrays(world, chat, `called ${n}, stray ${texts}`);
    meter.met("start answered to Frontline's number after the swap");
    if (agent === undefined) return;
    twilio.frontlineAgent.isTakenIn(agent.email, stray);
    const body = `begun ${n}, aside ${texts}`;
    chat.asides.set(twilio.frontlineAgent.writes(agent.email, stray, body).sid, body);
    meter.met('agent writes in a stray conversation');
  };
  const within = dice.pick([3_000, 60_000, STORM_MS]);
  for (let some = dice.between(0, 4); some > 0; some -= 1) time.after(dice.between(0, within), says);
  // Whoever answers has been written to.
  for (let some = dice.between(0, 2); some > 0; some -= 1)
    time.after(dice.between(0, within), () => {
      if (chat.said.size > 0) answers();
    });
  for (let some = dice.pick([0, 1, 3]); some > 0; some -= 1) {
    const who = dice.chance(0.2) ? dice.pick(TWINS) : undefined;
    time.after(dice.between(0, STORM_MS), () => strays(who));
  }
  return chat;
};

/** A customer begins, and the agent is taken in before or after his text shows. */
const inbound = (world: SimWorld, dice: Dice, n: number): string => {
  const { twilio, time, meter } = world;
  const agent = dice.pick(TWINS);
  const { conversationSid } = twilio.customer.textsFrontline(`+1555078${1000 + n}`, `inbound ${n}`);
  twilio.frontlineAgent.isTakenIn(agent.email, conversationSid);
  meter.met('conversation that a customer begins');
  time.after(dice.between(0, 60_000), () => {
    if (isOpen(world, conversationSid)) twilio.frontlineAgent.writes(agent.email, conversationSid, `reply ${n}`);
  });
  return conversationSid;
};

export const STARTS: Behaviour = {
  name: 'starts',
  expected: [
    'start begun',
    'start with words before',
    "start answered to Frontline's number",
    "start answered to Frontline's number after the swap",
    'agent writes in a stray conversation',
    'event skipped (not_the_customer)',
    "start answered to Flex's number",
    'conversation that a customer begins',
    'event skipped (inbound)',
    'event retried (first_message_due)',
    'event retried (receipts_due)',
  ],
  play: (world, dice) => {
    const begun: StartedChat[] = [];
    const inbounds: string[] = [];
    const chats: { channel: `CH${string}` }[] = [];
    const { time } = world;
    const count = dice.pick([0, 0, 1, 2]);
    for (let n = 1; n <= count; n += 1)
      time.after(dice.between(0, 60_000), () => void begun.push(begin(world, dice.fork(`start ${n}`), n)));
    if (dice.chance(0.15))
      time.after(dice.between(0, 60_000), () => void inbounds.push(inbound(world, dice.fork('inbound'), 1)));
    const until = time.now() + 60_000 + (count > 0 ? STORM_MS : 60_000);
    return {
      chats,
      finished: () => time.now() > until,
      calm: () => {
        for (const { conversation } of begun) {
          const channel = channelOf(world, conversation);
          if (channel !== undefined) chats.push({ channel: channel.sid });
        }
      },
      problems: (read, beyond) => startProblems(read, begun, inbounds, beyond),
    };
  },
};
