/** Plays one chat that is offered, changes hands and ends while its customer writes. */
import type { DefaultAgent } from '../local-twilio/defaults.ts';
import type { Dice } from './random.ts';
import type { EndHow, Story } from './story.ts';
import { createEnds } from './story-ends.ts';
import { createOffers, type OfferLog, TWINS } from './story-offers.ts';
import type { StoryPlan } from './story-plan.ts';
import { createStage, type StoryScene } from './story-stage.ts';
import { createStoryTurns, type OfferTask } from './story-turns.ts';
import type { SimWorld } from './world.ts';

const AFTER_RETURN = 4;

export type StoryPlayed = Story & {
  /** In the calm: whoever serves it ends it. */
  readonly ends: (how: EndHow) => void;
};

export const playStory = (world: SimWorld, dice: Dice, plan: StoryPlan, number: number, log: OfferLog): StoryPlayed => {
  const { twilio, time, meter } = world;
  const phone = plan.kind === 'sms' ? `+1555030${String(number).padStart(4, '0')}` : undefined;
  const name = phone ?? `Story ${number}`;
  const said = { flex: new Set<string>(), frontline: new Set<string>() };
  const returns: number[] = [];
  let texts = 0;
  const text = (who: string) => `${who} of story ${number}, ${++texts}`;
  const begun =
    phone === undefined
      ? twilio.customer.beginWebChat({ name })
      : twilio.customer.beginSmsChat({ phone, text: text('customer') });
  const channel = begun.channelSid;
  for (const { sid } of twilio.reads.transcript('flex', channel)) said.flex.add(sid);
  const tasks: string[] = [begun.taskSid];
  /** What is under way: an offer that waits, an end that is to come. */
  let underway = 0;
  const stage = createStage(world, channel, tasks);
  const scene: StoryScene = {
    ...{ world, dice, channel, stage },
    later: (ms, act) => {
      underway += 1;
      time.after(ms, () => {
        underway -= 1;
        act();
      });
    },
    met: (what) => {
      meter.met(`story: ${what}`);
      world.tell(`story ${number} (${channel}): ${what}`);
    },
  };
  const { later, met } = scene;
  const ends = createEnds(scene, tasks, returns);
  const offers = createOffers(world, dice, log);

  const customer = (): void => {
    if (stage.isActive()) said.flex.add(twilio.customer.writes(channel, text('customer')).sid);
  };
  const flexAgent = (): void => {
    const one = stage.serving().find(({ agent }) => stage.isIn('flex', channel, agent.flexIdentity));
    if (one === undefined || !stage.isActive()) customer();
    else said.flex.add(twilio.flexAgent.writes(one.agent.flexWorkerSid, channel, text('agent')).sid);
  };
  const frontlineAgent = (): void => {
    const there = stage.onPhone();
    if (there === undefined) flexAgent();
    else said.frontline.add(twilio.frontlineAgent.writes(there[0].email, there[1], text('mobile')).sid);
  };

  const offer: OfferTask = (task, reservation, agent, taken) => {
    underway += 1;
    let open = true;
    const close = () => {
      if (open) underway -= 1;
      open = false;
    };
    const isOff = (): boolean => {
      if (stage.isActive() && !ends.isOverInFlex()) return false;
      close();
      return true;
    };
    offers.offerTo({
      ...{ task, reservation, agent, customer: name, isOff, off: close },
      taken: () => {
        close();
        taken();
      },
    });
  };
  const turns = createStoryTurns(scene, ends, tasks, offer);

  /** Messages that are still to be said. */
  let left = 0;
  const talk = (): void => {
    if (left === 0) return;
    left -= 1;
    dice.pick([customer, customer, flexAgent, frontlineAgent, frontlineAgent])();
    time.after(dice.between(20, plan.thinkMs), talk);
  };
  const comesBack = (): void => {
    if (stage.status() !== 'INACTIVE') return;
    const { taskSid } = twilio.customer.comesBack(channel);
    returns.push(time.now());
    tasks.push(taskSid);
    met('customer comes back');
    begin(taskSid, AFTER_RETURN);
  };
  const goesOn = (): void => {
    const longest = Math.max(5_000, plan.messages * plan.thinkMs);
    for (const which of plan.turns) later(dice.between(0, longest), turns[which]);
    later(dice.between(longest / 4, 2 * longest), () => {
      ends.ends(plan.ends);
      // A phone whose session has ended begins a chat of its own.
      if (plan.returns && phone === undefined) later(dice.between(1_000, 400_000), comesBack);
    });
  };
  const begin = (task: string, messages: number, taken: () => void = () => {}): void => {
    const agent = dice.pick(TWINS);
    const { reservationSid } = twilio.flexAgent.isOffered(agent.flexWorkerSid, task);
    offer(task, reservationSid, agent, () => {
      left = messages;
      talk();
      taken();
    });
  };
  for (let n = 0; n < plan.history; n += 1) time.after(n * 50, customer);
  later(plan.history * 50 + dice.between(50, 2_000), () => begin(begun.taskSid, plan.messages, goesOn));

  return {
    ...{ channel, phone, name, said, returns, tasks, customer: begun.identity },
    endings: ends.endings,
    agent: TWINS[0] as DefaultAgent,
    ...{
      meant: new Map(),
      deletedByHand: new Set(),
      files: new Map(),
      empties: new Set(),
      spoilt: [],
      others: new Set(),
    },
    ...{ linkable: true, long: false, conversation: stage.conversation },
    finished: () => left === 0 && underway === 0,
    ends: (how) => (ends.isOver() ? undefined : ends.endsBy(how)),
  };
};
