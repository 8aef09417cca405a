/** How a story changes hands: it is transferred in Flex, and agents go from it on either side. */
import type { DefaultAgent } from '../local-twilio/defaults.ts';
import type { Ends } from './story-ends.ts';
import { TWINS } from './story-offers.ts';
import type { StoryTurn } from './story-plan.ts';
import type { StoryScene } from './story-stage.ts';

export type OfferTask = (task: string, reservation: string, agent: DefaultAgent, taken: () => void) => void;

/** @param tasks of the story: those of transfers are added */
export const createStoryTurns = (
  { world, dice, channel, stage, later, met }: StoryScene,
  { isOver, timer }: Ends,
  tasks: string[],
  offer: OfferTask,
): Readonly<Record<StoryTurn, () => void>> => {
  const { flexAgent, frontlineAgent } = world.twilio;

  const transfer = (how: 'cold' | 'warm'): void => {
    const from = stage.serving().at(-1);
    if (from === undefined || !stage.isActive() || isOver()) return;
    const to = dice.pick(TWINS.filter(({ email }) => email !== from.agent.email));
    const next = flexAgent.transfers(from.reservation, to.flexWorkerSid, how);
    tasks.push(next.taskSid);
    met(`${how} transfer`);
    offer(next.taskSid, next.reservationSid, to, () => {
      met(`${how} transfer taken`);
      if (how === 'cold') return;
      later(dice.between(1_000, 30_000), () => {
        const both = stage.serving();
        if (stage.isActive() && both.length > 1 && both.some(({ reservation }) => reservation === from.reservation))
          flexAgent.completesTransfer(from.reservation);
      });
    });
  };

  return {
    'cold transfer': () => transfer('cold'),
    'warm transfer': () => transfer('warm'),
    'leaves in Flex': () => {
      const one = stage.serving().at(-1);
      if (one === undefined || !stage.isActive() || !stage.isIn('flex', channel, one.agent.flexIdentity)) return;
      flexAgent.leaves(one.agent.flexWorkerSid, channel);
      met('leaves in Flex');
      // Flex's interface puts him back, where it is open.
      if (dice.chance(0.7))
        later(dice.between(2_000, 20_000), () => {
          if (stage.isActive() && stage.serving().some(({ reservation }) => reservation === one.reservation))
            flexAgent.joinsAgain(one.reservation);
        });
    },
    'leaves in Frontline': () => {
      const there = stage.onPhone();
      if (there === undefined || isOver()) return;
      frontlineAgent.leaves(there[0].email, there[1]);
      met('leaves in Frontline');
    },
    timer: () => {
      if (!isOver()) timer();
    },
  };
};
