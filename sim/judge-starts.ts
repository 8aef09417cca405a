/** Chats that agents have begun in Frontline, by what the local Twilio carried out. */
import { type DefaultAgent, FLEX } from '../local-twilio/defaults.ts';
import type { ReadContainer, ReadMessage } from '../local-twilio/reads.ts';
import { isGivenUp } from './phone.ts';
import { base, late, notice } from './texts.ts';
import type { SimWorld } from './world.ts';

export type StartedChat = {
  readonly agent: DefaultAgent;
  readonly phone: string;
  readonly conversation: string;
  /** What the agent and the customer said, by SID. */
  readonly said: Map<string, string>;
  readonly answers: Map<string, string>;
  /** Those of the answers that he has sent to Frontline's number after his phone was out, in their order. */
  readonly strayAnswers: Map<string, string>;
  /** What agents have written to him there. */
  readonly asides: Map<string, string>;
  /** Milliseconds: looks that found the customer in the conversation neither by his phone nor by his identity. */
  readonly missing: number[];
};

const channelsOf = ({ twilio }: SimWorld, { conversation }: StartedChat): readonly ReadContainer[] =>
  twilio.reads
    .containers('flex')
    .filter(({ uniqueName }) => uniqueName?.startsWith(`bridge-frontline-${conversation}`));

/** @returns what is wrong, a line each. */
export const startProblems = async (
  world: SimWorld,
  begun: readonly StartedChat[],
  inbounds: readonly string[],
  beyond: boolean,
): Promise<readonly string[]> => {
  const wrong: string[] = [];
  const { items } = await world.store.list('starts', { limit: 100 });
  for (const { pk } of items) wrong.push(`${pk} is still on the list starts`);
  const flows = world.twilio.place.flex.account.flexFlows.size;
  if (flows > 1 && !beyond) wrong.push(`${flows} flows were made`);
  for (const [n, chat] of begun.entries())
    for (const problem of problemsOf(world, chat, beyond))
      wrong.push(`start ${n + 1} (${chat.conversation}): ${problem}`);
  for (const conversation of inbounds)
    if (world.twilio.reads.containers('flex').some(({ uniqueName }) => uniqueName?.includes(conversation)))
      wrong.push(`${conversation} was begun by a customer, and has a channel`);
  return wrong;
};

const problemsOf = (world: SimWorld, chat: StartedChat, beyond: boolean): readonly string[] => {
  const { twilio, meter } = world;
  const wrong: string[] = [];
  const [first] = chat.missing;
  if (first !== undefined) wrong.push(`the customer was in it neither way at ${first}`);
  // A timer may close it: then it goes on elsewhere, or nothing comes of it.
  const conversation = twilio.reads.container('frontline', chat.conversation);
  if (conversation?.state === 'closed') {
    meter.met('start closed by a timer');
    return wrong;
  }
  const [channel, ...others] = channelsOf(world, chat);
  if (channel === undefined) return [...wrong, 'has no channel'];
  if (others.length > 0) wrong.push(`has ${others.length} channels more`);
  wrong.push(...peopleProblems(chat, channel, conversation));
  wrong.push(...taskProblems(world, chat, channel, beyond));
  wrong.push(...textProblems(world, chat, channel, beyond));
  return wrong;
};

const peopleProblems = (
  { agent, phone }: StartedChat,
  channel: ReadContainer,
  conversation: ReadContainer | undefined,
): readonly string[] => {
  const guest = channel.members.find(({ attributes }) => attributes.includes('"guest"'))?.identity;
  const here = conversation?.members.map(({ identity, address }) => identity ?? address).toSorted();
  const there = channel.members.map(({ identity }) => identity).toSorted();
  const wrong: string[] = [];
  if (here?.join() !== [agent.email, guest].toSorted().join())
    wrong.push(`in the conversation are ${here?.join(', ')}`);
  if (there.join() !== [agent.flexIdentity, guest].toSorted().join())
    wrong.push(`in the channel are ${there.join(', ')}`);
  if (guest?.includes(phone.slice(1)) === true) wrong.push('the customer is called by his number');
  return wrong;
};

const taskProblems = (
  { twilio }: SimWorld,
  { agent, phone }: StartedChat,
  channel: ReadContainer,
  beyond: boolean,
): readonly string[] => {
  const wrong: string[] = [];
  const tasks = twilio.reads.tasks('flex').filter(({ attributes }) => attributes.includes(channel.sid));
  const open = tasks.filter(({ status }) => status !== 'completed' && status !== 'canceled');
  if (open.length !== 1 && !beyond) wrong.push(`has ${open.length} open tasks`);
  const his = open.flatMap(({ reservations }) => reservations).filter(({ status }) => status === 'accepted');
  if (!his.some(({ workerSid }) => workerSid === agent.flexWorkerSid)) wrong.push('no task is accepted for its agent');
  const proxy = twilio.place.flex.account.proxies.get(FLEX.proxyServiceSid);
  const sessions = [...(proxy?.sessions.values() ?? [])].filter(({ participants }) =>
    participants.some(({ identifier }) => identifier === phone),
  );
  if (sessions.length !== 1 || sessions[0]?.status !== 'open')
    wrong.push(`the phone is in ${sessions.length} sessions`);
  if (sessions[0]?.participants.length !== 2) wrong.push('the session does not join two');
  return wrong;
};

const textProblems = (
  world: SimWorld,
  chat: StartedChat,
  channel: ReadContainer,
  beyond: boolean,
): readonly string[] => {
  const { agent, phone, conversation, said, answers } = chat;
  const { twilio, meter } = world;
  const wrong: string[] = [];
  const flex = twilio.reads.transcript('flex', channel.sid);
  const frontline = twilio.reads.transcript('frontline', conversation).filter(({ body }) => !notice.test(body ?? ''));
  const got = twilio.customer.phone(phone);
  const times = (texts: readonly { readonly body?: string | undefined }[], text: string) =>
    texts.filter(({ body }) => base(body ?? '') === text).length;
  for (const [side, texts] of [
    ['flex', flex],
    ['frontline', frontline],
  ] as const)
    for (const text of [...said.values(), ...answers.values()])
      if (times(texts, text) !== 1) wrong.push(`${side} has ${times(texts, text)} times "${text}"`);
  for (const [sid, text] of said) {
    const count = times(got, text);
    const copy = flex.find(({ body }) => base(body ?? '') === text)?.sid;
    const doubted = world.entries.filter(
      ({ entry }) => entry.reason === 'perhaps_sent_twice' && (entry.sids[0] === copy || entry.sids[0] === sid),
    ).length;
    const isPointless = copy !== undefined && isGivenUp(world, copy);
    if (count === 0 && isPointless) meter.met('SMS pointless after a day');
    else if (count > 1 && beyond) meter.met('limit: SMS of a start twice');
    else if (count < 1 || count > 1 + doubted) wrong.push(`the phone has ${count} times "${text}"`);
  }
  for (const text of answers.values()) if (times(got, text) > 0) wrong.push(`the phone has its own "${text}"`);
  const guest = channel.members.find(({ attributes }) => attributes.includes('"guest"'))?.identity;
  wrong.push(...strayProblems(world, chat, { flex, frontline }, guest));
  for (const { author, body } of flex) {
    const isHis = [...answers.values()].includes(base(body ?? ''));
    if (author !== (isHis ? guest : agent.flexIdentity)) wrong.push(`in Flex ${author} said "${body}"`);
  }
  return wrong;
};

/** In their order on both sides, but for what says that it is late; what an agent has written there goes nowhere. */
const strayProblems = (
  { twilio }: SimWorld,
  { phone, strayAnswers, asides }: StartedChat,
  sides: Readonly<Record<'flex' | 'frontline', readonly ReadMessage[]>>,
  guest: string | undefined,
): readonly string[] => {
  const wrong: string[] = [];
  const texts = [...strayAnswers.values()];
  for (const [side, messages] of Object.entries(sides)) {
    const inTime = messages.filter(({ body }) => !late.test(body ?? '')).map(({ body }) => base(body ?? ''));
    const shown = inTime.filter((text) => texts.includes(text));
    const inOrder = texts.filter((text) => shown.includes(text));
    if (shown.join() !== inOrder.join()) wrong.push(`${side} has in another order: ${shown.join(', ')}`);
    for (const { author, body } of messages)
      if (texts.includes(base(body ?? '')) && author !== guest)
        wrong.push(`on the ${side} side ${author} said "${body}"`);
    for (const text of asides.values())
      if (messages.some(({ body }) => base(body ?? '') === text)) wrong.push(`${side} has "${text}"`);
  }
  const got = twilio.customer.phone(phone).map(({ body }) => body);
  for (const text of asides.values())
    if (got.filter((one) => one === text).length !== 1) wrong.push(`the phone has not once "${text}"`);
  return wrong;
};
