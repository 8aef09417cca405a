/** Plays agents who come and go on two devices, while offers wait for them or time out. */
import { AGENTS, type DefaultAgent } from '../local-twilio/defaults.ts';
import type { Switched } from '../local-twilio/persons/frontline-agent.ts';
import { TwilioProblem } from '../local-twilio/problem.ts';
import type { Dice } from './random.ts';
import type { SimWorld } from './world.ts';

const TWINS: readonly DefaultAgent[] = [AGENTS.ann, AGENTS.ben, AGENTS.eve];
const STORM_MS = 300_000;

/** What an agent last wished, when nobody disturbed him any more: it is to be so on both sides. */
export type LastWish = { readonly agent: DefaultAgent; readonly activity: string };

export type PlayedAgents = {
  /** In the calm each of those who came and went says once more where he is. */
  readonly wish: () => void;
  readonly wishes: () => readonly LastWish[];
};

type Device = 'flex' | Switched;

const away = (now: string | undefined) => (now === 'Available' ? 'Unavailable' : 'Available');

export const presenceOf = ({ twilio }: SimWorld, { email }: DefaultAgent) => {
  const on = (side: 'flex' | 'frontline') => twilio.reads.workers(side).find(({ name }) => name === email);
  return {
    flex: on('flex')?.activity,
    frontline: on('frontline')?.activity,
    isAvailable: on('frontline')?.isAvailable,
  };
};

export const playAgents = (world: SimWorld, dice: Dice): PlayedAgents => {
  const { twilio, time, meter } = world;
  const wishes: LastWish[] = [];
  const who = dice.chance(0.4) ? TWINS.filter(() => dice.chance(0.6)) : [];

  /** Flex's interface tells the agent that he may not go while an offer waits for him. @returns whether he went */
  const inFlex = (agent: DefaultAgent, activity: string): boolean => {
    try {
      twilio.flexAgent.goes(agent.flexWorkerSid, activity);
      meter.met('agent goes in Flex');
      return true;
    } catch (error) {
      if (!(error instanceof TwilioProblem)) throw error;
      meter.met('agent kept by an offer');
      return false;
    }
  };
  const onPhone = (agent: DefaultAgent, activity: string, changes: Switched): void => {
    twilio.frontlineAgent.goes(agent.email, activity, changes);
    meter.met(`agent switches ${changes}`);
  };
  const flap = (agent: DefaultAgent): void => {
    const activity = dice.pick(['Available', 'Unavailable', 'Available', 'Unavailable', 'Break', 'Offline']);
    if (dice.chance(0.5)) inFlex(agent, activity);
    else onPhone(agent, activity, dice.pick(['both', 'worker', 'user']));
  };
  let offered = 0;
  /** Of another name each time: two equal texts of a chat are one that stands twice. */
  const isOffered = (agent: DefaultAgent, ways: readonly ('rejects' | 'letsTimeOut')[]): void => {
    const { taskSid } = twilio.customer.beginWebChat({ name: `Somebody else ${++offered}` });
    const { reservationSid } = twilio.flexAgent.isOffered(agent.flexWorkerSid, taskSid);
    const ends = dice.pick(ways);
    time.after(dice.between(1_000, 120_000), () => {
      // It may have been rejected with the agent's going.
      const task = twilio.reads.tasks('flex').find(({ sid }) => sid === taskSid);
      if (task?.reservations.some(({ status }) => status === 'pending')) twilio.flexAgent[ends](reservationSid);
      meter.met(ends === 'rejects' ? 'offer rejected' : 'offer timed out');
    });
  };
  for (const agent of who) {
    const within = dice.pick([2_000, 30_000, STORM_MS]);
    for (let n = dice.between(1, 12); n > 0; n -= 1) time.after(dice.between(0, within), () => flap(agent));
    if (dice.chance(0.3)) time.after(dice.between(0, within), () => isOffered(agent, ['rejects', 'letsTimeOut']));
  }

  /** Another place than where he is, or it would be no wish that anybody hears of. */
  const wish = (agent: DefaultAgent, devices: readonly Device[]): void => {
    const { flex, frontline, isAvailable } = presenceOf(world, agent);
    const drawn = dice.pick(devices);
    // What the app says of itself counts where both activities mean something to the other side.
    const means = (activity: string | undefined) => activity === 'Available' || activity === 'Unavailable';
    const device = drawn === 'user' && !(means(flex) && means(frontline)) ? 'both' : drawn;
    const says = { flex: away(flex), both: away(frontline), worker: away(frontline), user: away(undefined) }[device];
    const activity = device === 'user' && isAvailable === true ? 'Unavailable' : says;
    if (device !== 'flex') onPhone(agent, activity, device);
    else if (!inFlex(agent, activity)) return;
    wishes.push({ agent, activity });
  };
  /** He thinks better of it, and of the first nobody hears before the last. */
  const wavers = (agent: DefaultAgent): void => {
    const { flex, frontline } = presenceOf(world, agent);
    const heardLate = { fault: 'webhook.delayed', p: 1, maxMs: 30_000, only: 'worker.activity.update' } as const;
    const first = dice.pick(['flex', 'worker'] as const);
    const end = twilio.faults.add(heardLate);
    if (first === 'flex') inFlex(agent, away(flex));
    else onPhone(agent, away(frontline), 'worker');
    end();
    meter.met('agent wavers');
    time.after(dice.between(200, 4_000), () => wish(agent, ['flex', 'both', 'worker']));
  };
  const wishesLast = (agent: DefaultAgent): void => {
    const how = dice.pick(['plainly', 'plainly', 'wavers', 'while an offer waits'] as const);
    if (how === 'while an offer waits') isOffered(agent, ['rejects']);
    if (how === 'wavers') wavers(agent);
    else wish(agent, how === 'plainly' ? ['flex', 'both', 'worker', 'user'] : ['both', 'worker']);
  };
  return { wish: () => who.forEach(wishesLast), wishes: () => wishes };
};
