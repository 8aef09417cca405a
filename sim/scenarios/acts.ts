/** What people do in scenarios, and what befalls the bridge there. */
import type { DefaultAgent } from '../../local-twilio/defaults.ts';
import type { Fault } from '../../local-twilio/faults.ts';
import type { ScenarioAct } from '../scenario.ts';
import type { Story } from '../story.ts';
import type { SimWorld } from '../world.ts';

const RIGHT_AFTER_MS = 2;

export const inFlex =
  (body: string): ScenarioAct =>
  (world, chat) =>
    void chat.said.flex.add(world.twilio.customer.writes(chat.channel, body).sid);
export const byAgentInFlex =
  (body: string): ScenarioAct =>
  (world, chat) =>
    void chat.said.flex.add(world.twilio.flexAgent.writes(chat.agent.flexWorkerSid, chat.channel, body).sid);
export const inFrontline =
  (body: string): ScenarioAct =>
  (world, chat) => {
    const conversation = chat.conversation();
    if (conversation === undefined) return;
    chat.said.frontline.add(world.twilio.frontlineAgent.writes(chat.agent.email, conversation, body).sid);
  };

export const fails = (fault: Fault) => (world: SimWorld) => void world.twilio.faults.add(fault);
export const works = (world: SimWorld) => world.twilio.faults.clear();
/** Of messages. */
export const lost = fails({ fault: 'webhook.lost', p: 1, only: 'onMessage' });
export const allLost = fails({ fault: 'webhook.lost', p: 1 });
export const nothing = () => {};

/** All in the same moment, one after the other. */
export const atOnce =
  (...acts: readonly ScenarioAct[]): ScenarioAct =>
  (world, chat) => {
    for (const act of acts) act(world, chat);
  };

/** Before anybody can have heard of what was done now. */
export const rightAfter =
  (act: ScenarioAct): ScenarioAct =>
  (world, chat) =>
    world.time.after(RIGHT_AFTER_MS, () => act(world, chat));

const LOOK_MS = 500;

/** Looks until it is so; a kill may make that late. */
export const once = (isSo: (world: SimWorld, chat: Story) => boolean, act: ScenarioAct): ScenarioAct => {
  const looks: ScenarioAct = (world, chat) => {
    if (isSo(world, chat)) act(world, chat);
    else world.time.after(LOOK_MS, () => looks(world, chat));
  };
  return looks;
};

export const reservationOf = (
  { twilio }: SimWorld,
  { tasks }: Story,
  { flexWorkerSid }: DefaultAgent,
  status: string,
) =>
  twilio.reads
    .tasks('flex')
    .filter(({ sid }) => tasks.includes(sid))
    .flatMap(({ reservations }) => reservations)
    .find((one) => one.workerSid === flexWorkerSid && one.status === status)?.sid;

/** Does it with the agent's reservation of this chat that has this status, if he has one. */
export const withReservation =
  (
    status: 'pending' | 'accepted',
    does: (world: SimWorld, reservation: `WR${string}`) => unknown,
    who?: DefaultAgent,
  ): ScenarioAct =>
  (world, chat) => {
    const reservation = reservationOf(world, chat, who ?? chat.agent, status);
    if (reservation !== undefined) does(world, reservation);
  };

/** Flex routes the chat's task to its agent. */
export const isOffered: ScenarioAct = ({ twilio }, { agent, tasks }) => {
  for (const task of tasks) twilio.flexAgent.isOffered(agent.flexWorkerSid, task);
};

/** So that only the bridge puts him into the channel. */
export const accepts = (who?: DefaultAgent): ScenarioAct =>
  withReservation('pending', ({ twilio }, reservation) => twilio.flexAgent.accepts(reservation, 'never'), who);
