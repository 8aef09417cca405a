/** How a story ends: in Flex, in Frontline, on both sides; and a timer that closes its conversation meanwhile. */
import { type EndHow, type Story, wasEnded } from './story.ts';
import type { HowItEnds } from './story-plan.ts';
import type { StoryScene } from './story-stage.ts';

/** @param tasks of the story, to which more may be added */
export const createEnds = (scene: StoryScene, tasks: readonly string[], returns: number[]) => {
  const { world, dice, channel, stage, later, met } = scene;
  const { twilio, time } = world;
  const endings: Story['endings'] = [];

  const ended = (how: EndHow): void => {
    endings.push({ at: time.now(), how });
    world.tell(`${channel}: ended, ${how}`);
  };
  const isOver = () => wasEnded({ endings, returns }, time.now());

  /** Flex ends what its agents had in this chat: they wrap up, leave, complete; nobody is asked any more. */
  const cleansUp = (those: readonly string[]) => (): void => {
    for (const { sid, status, reservations } of stage.tasksNow()) {
      if (!those.includes(sid)) continue;
      if (status === 'pending' || status === 'reserved') twilio.flexAgent.cancels(sid);
      if (status !== 'assigned' && status !== 'wrapping') continue;
      for (const { workerSid } of reservations)
        if (twilio.reads.container('flex', channel) !== undefined) twilio.flexAgent.leaves(workerSid, channel);
      twilio.flexAgent.completesTask(sid);
    }
  };
  const END: Readonly<Record<EndHow | 'canceled', () => void>> = {
    inactive: () => {
      const [one] = stage.serving();
      if (one === undefined || !stage.isActive()) return;
      twilio.flexAgent.endsChat(one.agent.flexWorkerSid, channel);
      ended('inactive');
      later(dice.between(1_000, 60_000), cleansUp([...tasks]));
    },
    task: () => {
      const all = stage.serving();
      if (all.length === 0) return;
      for (const { task } of all) twilio.flexAgent.completesTask(task);
      ended('task');
      later(dice.between(0, 1_000), cleansUp([...tasks]));
    },
    canceled: () => {
      const all = stage.serving();
      if (all.length === 0) return;
      for (const { task } of all) twilio.flexAgent.cancels(task);
      ended('task');
      later(dice.between(0, 1_000), cleansUp([...tasks]));
    },
    deleted: () => {
      if (twilio.reads.container('flex', channel) === undefined) return;
      twilio.flexAgent.deletesChannel(channel);
      ended('deleted');
      later(dice.between(1_000, 60_000), cleansUp([...tasks]));
    },
    closed: () => {
      const there = stage.onPhone();
      if (there === undefined) return;
      twilio.frontlineAgent.closes(there[0].email, there[1]);
      ended('closed');
    },
  };
  const timer = (): void => {
    const sid = stage.conversation();
    if (sid === undefined || stage.onPhone() === undefined) return;
    twilio.closeByTimer(sid);
    met('timer');
  };

  return {
    endings,
    isOver,
    /** Who closes it in Frontline is not heard in Flex. */
    isOverInFlex: () => wasEnded({ endings: endings.filter(({ how }) => how !== 'closed'), returns }, time.now()),
    timer,
    /** Whoever serves it ends it, so and no otherwise. */
    endsBy: (how: EndHow) => END[how](),
    ends: (how: HowItEnds): void => {
      if (isOver() || how === 'never') return;
      met(`ends, ${how}`);
      const shortly = dice.between(0, 3_000);
      if (how === 'both') {
        const [first, second] = dice.pick([
          ['inactive', 'closed'],
          ['closed', 'inactive'],
        ] as const);
        END[first]();
        later(shortly, END[second]);
      } else if (how === 'timer and inactive') {
        timer();
        later(shortly, END.inactive);
      } else END[how]();
    },
  };
};

export type Ends = ReturnType<typeof createEnds>;
