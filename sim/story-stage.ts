/** Who is where in one story, and who serves it: what its people see before they do anything. */
import type { DefaultAgent } from '../local-twilio/defaults.ts';
import type { AccountName } from '../local-twilio/model.ts';
import { isClosed } from './generations.ts';
import { conversationWith } from './played.ts';
import type { Dice } from './random.ts';
import { statusIn } from './story.ts';
import { TWINS } from './story-offers.ts';
import type { SimWorld } from './world.ts';

export type StoryServing = { readonly task: string; readonly reservation: string; readonly agent: DefaultAgent };

/** @param tasks of the story, to which more may be added */
export const createStage = (world: SimWorld, channel: string, tasks: readonly string[]) => {
  const { reads } = world.twilio;
  const status = (): unknown => {
    const attributes = reads.container('flex', channel)?.attributes;
    return attributes === undefined ? undefined : statusIn(attributes);
  };
  const tasksNow = () => reads.tasks('flex').filter(({ sid }) => tasks.includes(sid));
  const isIn = (side: AccountName, container: string, identity: string): boolean =>
    reads.container(side, container)?.members.some((one) => one.identity === identity) ?? false;
  const conversation = (): string | undefined => {
    const sid = conversationWith(world, channel);
    return sid === undefined || isClosed(world, sid) ? undefined : sid;
  };
  return {
    /** Of the channel; undefined when it was deleted. */
    status,
    isActive: (): boolean => status() === 'ACTIVE',
    tasksNow,
    serving: (): readonly StoryServing[] =>
      tasksNow()
        .filter(({ status }) => status === 'assigned')
        .flatMap(({ sid: task, reservations }) =>
          reservations
            .filter(({ status }) => status === 'accepted')
            .flatMap(({ sid: reservation, workerSid }) => {
              const agent = TWINS.find(({ flexWorkerSid }) => flexWorkerSid === workerSid);
              return agent === undefined ? [] : [{ task, reservation, agent }];
            }),
        ),
    isIn,
    conversation,
    /** Whoever has it open on his phone. */
    onPhone: (): readonly [DefaultAgent, string] | undefined => {
      const sid = conversation();
      const agent = sid === undefined ? undefined : TWINS.find(({ email }) => isIn('frontline', sid, email));
      return agent === undefined || sid === undefined ? undefined : [agent, sid];
    },
  };
};

export type StoryStage = ReturnType<typeof createStage>;

/** What each part of a story is handed. */
export type StoryScene = {
  readonly world: SimWorld;
  readonly dice: Dice;
  readonly channel: string;
  readonly stage: StoryStage;
  /** After so many milliseconds; until then the story is not finished. */
  readonly later: (ms: number, act: () => void) => void;
  /** Into the table at the end, and into the diary. */
  readonly met: (what: string) => void;
};
