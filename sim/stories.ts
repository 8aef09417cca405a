/** Plays chats that are offered, change hands and end while their customer writes. */
import type { DefaultAgent } from '../local-twilio/defaults.ts';
import { isClosed } from './generations.ts';
import { conversationWith } from './played.ts';
import type { Dice } from './random.ts';
import { type EndHow, type Story, wasEnded } from './story.ts';
import { createOffers, type OfferLog, TWINS } from './story-offers.ts';
import type { SimWorld } from './world.ts';

export type StoryPlan = {
  readonly kind: 'web' | 'sms';
  readonly history: number;
  readonly messages: number;
  /** The longest pause between two messages, in milliseconds. */
  readonly thinkMs: number;
  readonly turns: readonly StoryTurn[];
  readonly ends: HowItEnds;
  /** After its end the customer comes back to the same channel. */
  readonly returns: boolean;
};

export type StoryTurn = 'cold transfer' | 'warm transfer' | 'leaves in Frontline' | 'leaves in Flex' | 'timer';
export type HowItEnds = EndHow | 'canceled' | 'both' | 'timer and inactive' | 'never';

export const drawStory = (dice: Dice): StoryPlan => ({
  kind: dice.pick(['web', 'sms'] as const),
  history: dice.pick([0, 1, 3]),
  messages: dice.between(2, 12),
  thinkMs: dice.pick([300, 3_000, 30_000]),
  turns: Array.from({ length: dice.pick([0, 1, 1, 2]) }, () =>
    dice.pick([
      ...(['cold transfer', 'cold transfer', 'warm transfer', 'warm transfer'] as const),
      ...(['leaves in Frontline', 'leaves in Flex', 'timer'] as const),
    ]),
  ),
  ends: dice.pick([
    ...(['inactive', 'inactive', 'task', 'canceled', 'deleted', 'closed', 'closed', 'closed'] as const),
    ...(['both', 'timer and inactive', 'never', 'never'] as const),
  ]),
  returns: dice.chance(0.3),
});

const AFTER_RETURN = 4;

type Serving = { readonly task: string; readonly reservation: string; readonly agent: DefaultAgent };

export type StoryPlayed = Story & {
  /** In the calm: whoever serves it ends it. */
  readonly ends: (how: EndHow) => void;
};

export const playStory = (world: SimWorld, dice: Dice, plan: StoryPlan, number: number, log: OfferLog): StoryPlayed => {
  const { twilio, time, meter } = world;
  /** Into the table at the end, and into the diary. */
  const met = (what: string): void => {
    meter.met(`story: ${what}`);
    world.tell(`story ${number} (${channel}): ${what}`);
  };
  const phone = plan.kind === 'sms' ? `+1555030${String(number).padStart(4, '0')}` : undefined;
  const name = phone ?? `Story ${number}`;
  const said = { flex: new Set<string>(), frontline: new Set<string>() };
  const endings: Story['endings'] = [];
  const returns: number[] = [];
  const timers: number[] = [];
  let texts = 0;
  const text = (who: string) => `${who} of story ${number}, ${++texts}`;
  const begun =
    phone === undefined
      ? twilio.customer.beginWebChat({ name })
      : twilio.customer.beginSmsChat({ phone, text: text('customer') });
  const channel = begun.channelSid;
  for (const { sid } of twilio.reads.transcript('flex', channel)) said.flex.add(sid);
  const tasks: string[] = [begun.taskSid];
  const offers = createOffers(world, dice, log);
  /** What is under way: an offer that waits, an end that is to come. */
  let underway = 0;
  const later = (ms: number, act: () => void): void => {
    underway += 1;
    time.after(ms, () => {
      underway -= 1;
      act();
    });
  };

  const status = (): string | undefined => {
    const attributes = twilio.reads.container('flex', channel)?.attributes;
    return attributes === undefined ? undefined : JSON.parse(attributes).status;
  };
  const isActive = () => status() === 'ACTIVE';
  const tasksNow = () => twilio.reads.tasks('flex').filter(({ sid }) => tasks.includes(sid));
  const serving = (): readonly Serving[] =>
    tasksNow()
      .filter(({ status }) => status === 'assigned')
      .flatMap(({ sid: task, reservations }) =>
        reservations
          .filter(({ status }) => status === 'accepted')
          .flatMap(({ sid: reservation, workerSid }) => {
            const agent = TWINS.find(({ flexWorkerSid }) => flexWorkerSid === workerSid);
            return agent === undefined ? [] : [{ task, reservation, agent }];
          }),
      );
  const isIn = (side: 'flex' | 'frontline', container: string, identity: string): boolean =>
    twilio.reads.container(side, container)?.members.some((one) => one.identity === identity) ?? false;
  const conversation = (): string | undefined => {
    const sid = conversationWith(world, channel);
    return sid === undefined || isClosed(world, sid) ? undefined : sid;
  };
  /** Whoever has it open on his phone. */
  const onPhone = (): readonly [DefaultAgent, string] | undefined => {
    const sid = conversation();
    const agent = sid === undefined ? undefined : TWINS.find(({ email }) => isIn('frontline', sid, email));
    return agent === undefined || sid === undefined ? undefined : [agent, sid];
  };
  const ended = (how: EndHow): void => {
    endings.push({ at: time.now(), how });
    world.tell(`story ${number} (${channel}): ended, ${how}`);
  };
  const isOver = () => wasEnded({ endings, returns }, time.now());
  const isOverInFlex = () => wasEnded({ endings: endings.filter(({ how }) => how !== 'closed'), returns }, time.now());

  const customer = (): void => {
    if (isActive()) said.flex.add(twilio.customer.writes(channel, text('customer')).sid);
  };
  const flexAgent = (): void => {
    const one = serving().find(({ agent }) => isIn('flex', channel, agent.flexIdentity));
    if (one === undefined || !isActive()) customer();
    else said.flex.add(twilio.flexAgent.writes(one.agent.flexWorkerSid, channel, text('agent')).sid);
  };
  const frontlineAgent = (): void => {
    const there = onPhone();
    if (there === undefined) flexAgent();
    else said.frontline.add(twilio.frontlineAgent.writes(there[0].email, there[1], text('mobile')).sid);
  };

  const offer = (task: string, reservation: string, agent: DefaultAgent, taken: () => void = () => {}): void => {
    underway += 1;
    let open = true;
    const close = () => {
      if (open) underway -= 1;
      open = false;
    };
    const isOff = (): boolean => {
      // Who closes it in Frontline is not heard in Flex.
      if (isActive() && !isOverInFlex()) return false;
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

  /** Flex ends what its agents had in this chat: they wrap up, leave, complete; nobody is asked any more. */
  const cleansUp = (those: readonly string[]) => (): void => {
    for (const { sid, status, reservations } of tasksNow()) {
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
      const [one] = serving();
      if (one === undefined || !isActive()) return;
      twilio.flexAgent.endsChat(one.agent.flexWorkerSid, channel);
      ended('inactive');
      later(dice.between(1_000, 60_000), cleansUp([...tasks]));
    },
    task: () => {
      const all = serving();
      if (all.length === 0) return;
      for (const { task } of all) twilio.flexAgent.completesTask(task);
      ended('task');
      later(dice.between(0, 1_000), cleansUp([...tasks]));
    },
    canceled: () => {
      const all = serving();
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
      const there = onPhone();
      if (there === undefined) return;
      twilio.frontlineAgent.closes(there[0].email, there[1]);
      ended('closed');
    },
  };
  const timer = (): void => {
    const sid = conversation();
    if (sid === undefined || onPhone() === undefined) return;
    timers.push(time.now());
    twilio.closeByTimer(sid);
    met('timer');
  };
  const end = (how: HowItEnds): void => {
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
  };

  const transfer = (how: 'cold' | 'warm'): void => {
    const from = serving().at(-1);
    if (from === undefined || !isActive() || isOver()) return;
    const to = dice.pick(TWINS.filter(({ email }) => email !== from.agent.email));
    const next = twilio.flexAgent.transfers(from.reservation, to.flexWorkerSid, how);
    tasks.push(next.taskSid);
    met(`${how} transfer`);
    offer(next.taskSid, next.reservationSid, to, () => {
      met(`${how} transfer taken`);
      if (how === 'cold') return;
      later(dice.between(1_000, 30_000), () => {
        const both = serving();
        if (isActive() && both.length > 1 && both.some(({ reservation }) => reservation === from.reservation))
          twilio.flexAgent.completesTransfer(from.reservation);
      });
    });
  };
  const leavesInFlex = (): void => {
    const one = serving().at(-1);
    if (one === undefined || !isActive() || !isIn('flex', channel, one.agent.flexIdentity)) return;
    twilio.flexAgent.leaves(one.agent.flexWorkerSid, channel);
    met('leaves in Flex');
    // Flex's interface puts him back.
    later(dice.between(2_000, 20_000), () => {
      if (isActive() && serving().some(({ reservation }) => reservation === one.reservation))
        twilio.flexAgent.joinsAgain(one.reservation);
    });
  };
  const leavesInFrontline = (): void => {
    const there = onPhone();
    if (there === undefined || isOver()) return;
    twilio.frontlineAgent.leaves(there[0].email, there[1]);
    met('leaves in Frontline');
  };
  const TURNS: Readonly<Record<StoryTurn, () => void>> = {
    'cold transfer': () => transfer('cold'),
    'warm transfer': () => transfer('warm'),
    'leaves in Flex': leavesInFlex,
    'leaves in Frontline': leavesInFrontline,
    timer: () => {
      if (!isOver()) timer();
    },
  };

  /** Messages that are still to be said. */
  let left = 0;
  const talk = (): void => {
    if (left === 0) return;
    left -= 1;
    dice.pick([customer, customer, flexAgent, frontlineAgent, frontlineAgent])();
    time.after(dice.between(20, plan.thinkMs), talk);
  };
  const comesBack = (): void => {
    if (status() !== 'INACTIVE') return;
    const { taskSid } = twilio.customer.comesBack(channel);
    returns.push(time.now());
    tasks.push(taskSid);
    met('customer comes back');
    begin(taskSid, AFTER_RETURN);
  };
  const goesOn = (): void => {
    const longest = Math.max(5_000, plan.messages * plan.thinkMs);
    for (const which of plan.turns) later(dice.between(0, longest), TURNS[which]);
    later(dice.between(longest / 4, 2 * longest), () => {
      end(plan.ends);
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
    ...{ channel, phone, name, said, endings, returns, timers, tasks, customer: begun.identity },
    agent: TWINS[0] as DefaultAgent,
    ...{
      meant: new Map(),
      deletedByHand: new Set(),
      files: new Map(),
      empties: new Set(),
      spoilt: [],
      others: new Set(),
    },
    ...{ linkable: true, long: false, conversation },
    finished: () => left === 0 && underway === 0,
    ends: (how) => (isOver() ? undefined : END[how]()),
  };
};
