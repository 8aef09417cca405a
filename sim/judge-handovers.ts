/** A chat that is handed over in Frontline: who serves it, which tasks stand for it, and what agents were told. */
import { AGENTS, type DefaultAgent } from '../local-twilio/defaults.ts';
import type { ReadTask } from '../local-twilio/reads.ts';
import { isClosed } from './generations.ts';
import { conversationWith } from './played.ts';
import type { SimWorld } from './world.ts';

const ALL: readonly DefaultAgent[] = Object.values(AGENTS);

export type HandedChat = {
  readonly channel: string;
  /** How Flex calls its customer; no other one's name begins so. */
  readonly customer: string;
  /** How often it was handed over, in vain or not. */
  readonly times: number;
};

export const agentsServing = (world: SimWorld, { channel }: Pick<HandedChat, 'channel'>) => {
  const { reads } = world.twilio;
  const conversation = conversationWith(world, channel);
  const flex = new Set(reads.container('flex', channel)?.members.map(({ identity }) => identity));
  const frontline = new Set(reads.container('frontline', conversation ?? '')?.members.map(({ identity }) => identity));
  return {
    flex: ALL.filter(({ flexIdentity }) => flex.has(flexIdentity)),
    frontline: ALL.filter(({ email }) => frontline.has(email)),
  };
};

const isOpen = ({ status }: ReadTask): boolean => status !== 'completed' && status !== 'canceled';
const nameOf = ({ attributes }: ReadTask): unknown => JSON.parse(attributes).name;
const names = (task: ReadTask, channel: string): boolean => JSON.parse(task.attributes).channelSid === channel;

/**
 * @param beyond a task, or a line, may have been made after it was settled that there is none
 * @returns what is wrong, a line each
 */
export const handoverProblems = (world: SimWorld, chat: HandedChat, beyond = false): readonly string[] => {
  const { flex, frontline } = agentsServing(world, chat);
  const wrong: string[] = [];
  const spell = (agents: readonly DefaultAgent[]) => agents.map(({ name }) => name).join(' and ') || 'nobody';
  if (flex.length === 0 || spell(flex) !== spell(frontline))
    wrong.push(`in Flex ${spell(flex)} serves it, in Frontline ${spell(frontline)}`);
  const tasks = world.twilio.reads.tasks('flex').filter((task) => nameOf(task) === chat.customer);
  for (const task of tasks.filter(isOpen)) {
    const by = task.reservations.filter(({ status }) => status === 'accepted').map(({ workerSid }) => workerSid);
    const serves = flex.some(({ flexWorkerSid }) => by.some((sid) => sid === flexWorkerSid));
    if (!beyond && (!serves || !names(task, chat.channel))) wrong.push(`a task of it is left behind, ${task.status}`);
  }
  for (const { name, flexWorkerSid } of flex) {
    const his = tasks.some(
      (task) =>
        names(task, chat.channel) &&
        task.reservations.some(({ workerSid, status }) => workerSid === flexWorkerSid && status === 'accepted'),
    );
    if (!his) wrong.push(`${name} serves it without a task`);
  }
  for (const agent of ALL) {
    const told = toldTo(world, agent).filter((text) => text.includes(`with ${chat.customer} `)).length;
    if (told > chat.times * (beyond ? 2 : 1))
      wrong.push(`${agent.name} was told ${told} times of ${chat.times} hand-overs`);
  }
  return wrong;
};

/** What stands in an agent's System conversations. */
const toldTo = (world: SimWorld, { flexWorkerSid }: DefaultAgent): readonly string[] => {
  const { reads } = world.twilio;
  const own = reads.containers('frontline').filter(({ attributes }) => attributes.includes(flexWorkerSid));
  return own.flatMap(({ sid }) => reads.transcript('frontline', sid).map(({ body }) => body ?? ''));
};

/**
 * Looks twice a second whether somebody serves the chat, from when he came to be there. Handing over is one moment in
 * the app, so that there is none in which nobody has the chat by a person's own doing.
 */
export const watchServed = (world: SimWorld, chat: Pick<HandedChat, 'channel'>, until: () => boolean) => {
  const wrong = new Set<string>();
  const served = new Set<string>();
  const look = (): void => {
    const { flex, frontline } = agentsServing(world, chat);
    const conversation = conversationWith(world, chat.channel);
    if (flex.length > 0) served.add(chat.channel);
    else if (served.has(chat.channel)) wrong.add('for a while nobody served it in Flex');
    if (conversation !== undefined && !isClosed(world, conversation)) {
      if (frontline.length > 0) served.add(conversation);
      else if (served.has(conversation)) wrong.add('for a while nobody served it in Frontline');
    }
    if (!until()) world.time.after(500, look);
  };
  look();
  return { problems: (): readonly string[] => [...wrong] };
};
