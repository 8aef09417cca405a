/** Plays chats that agents hand to each other in the Frontline app while customers write, and declines in Flex. */
import { AGENTS, type DefaultAgent } from '../local-twilio/defaults.ts';
import type { Behaviour, Underway } from './behaviour.ts';
import { isClosed } from './generations.ts';
import { agentsServing, handoverProblems, watchServed } from './judge-handovers.ts';
import { conversationsWith, conversationWith } from './played.ts';
import type { Dice } from './random.ts';
import type { SimWorld } from './world.ts';

const TWINS: readonly DefaultAgent[] = [AGENTS.ann, AGENTS.ben, AGENTS.eve];
const STORM_MS = 240_000;
/** After its last act a chat is watched for so long. */
const WATCHED_MS = 10 * 60_000;

const playHanded = (world: SimWorld, dice: Dice, number: number): Underway => {
  const { twilio, time, meter } = world;
  const customer = `Handed ${number}`;
  const { channelSid: channel, taskSid } = twilio.customer.beginWebChat({ name: customer });
  const said: string[] = [];
  let times = 0;
  const waiting = new Set<DefaultAgent>();
  let acts = 0;
  const sometime = (within: number, act: () => void): void => {
    acts += 1;
    time.after(dice.between(1_000, within), () => {
      acts -= 1;
      act();
    });
  };
  const writes = (): void => {
    const text = `handed ${number}.${said.length}`;
    said.push(text);
    twilio.customer.writes(channel, text);
  };
  /** In Flex he thinks better of it, if nobody was quicker. */
  const declines = (by: DefaultAgent): void => {
    const his = twilio.reads
      .tasks('flex')
      .filter(({ attributes }) => attributes.includes(channel))
      .flatMap(({ reservations }) => reservations)
      .find(({ workerSid, status }) => workerSid === by.flexWorkerSid && status === 'pending');
    if (his === undefined) return;
    twilio.flexAgent.rejects(his.sid);
    meter.met('handover declined');
  };
  /** TaskRouter takes no answer of the bridge meanwhile. */
  const thinksBetter = (who: DefaultAgent): void => {
    const end = twilio.faults.add({ fault: 'rest.429', p: 1, only: 'POST taskrouter.workerreservation' });
    time.after(dice.between(100, 8_000), () => {
      declines(who);
      end();
    });
  };
  const handsOver = (mayDecline: boolean): void => {
    const conversation = conversationWith(world, channel);
    if (conversation === undefined || isClosed(world, conversation)) return;
    const there = agentsServing(world, { channel }).frontline;
    const inFlex = agentsServing(world, { channel }).flex;
    for (const one of there) if (inFlex.includes(one)) waiting.delete(one);
    // Whom the chat could not be handed to is not tried again: what is told of it would be the same text.
    const others = TWINS.filter((one) => !there.includes(one) && !waiting.has(one));
    if (there.length === 0 || others.length === 0) return;
    const [from, to] = [dice.pick(there), dice.pick(others)];
    times += 1;
    waiting.add(to);
    twilio.frontlineAgent.transfers(from.email, conversation, to.email, dice.pick(['in, then out', 'out, then in']));
    meter.met('chat handed over in Frontline');
    if (mayDecline && dice.chance(0.3)) thinksBetter(to);
  };

  const first = dice.pick(TWINS);
  sometime(3_000, () => {
    const { reservationSid } = twilio.flexAgent.isOffered(first.flexWorkerSid, taskSid);
    twilio.flexAgent.accepts(reservationSid, dice.pick(['at once', 'never']));
  });
  for (let n = dice.between(1, 3); n > 0; n -= 1) sometime(STORM_MS, () => handsOver(true));
  for (let n = dice.between(1, 4); n > 0; n -= 1) sometime(STORM_MS, writes);
  const until = time.now() + STORM_MS + WATCHED_MS;
  const watched = watchServed(world, { channel }, () => time.now() > until);

  const unheard = (): readonly string[] => {
    const copies = conversationsWith(world, channel).flatMap((sid) =>
      twilio.reads.transcript('frontline', sid).map(({ body = '' }) => body),
    );
    return said
      .filter((text) => !copies.some((copy) => copy.endsWith(text)))
      .map((text) => `"${text}" has not crossed`);
  };
  return {
    chats: [{ channel }],
    finished: () => acts === 0,
    calm: () => handsOver(false),
    problems: async (read, beyond) =>
      [...handoverProblems(read, { channel, customer, times }, beyond), ...watched.problems(), ...unheard()].map(
        (problem) => `handed chat ${number}: ${problem}`,
      ),
  };
};

export const HANDOVERS: Behaviour = {
  name: 'handovers',
  expected: [
    'chat handed over in Frontline',
    'handover declined',
    'event agreed (handed_back)',
    'event deferred (handing_over)',
  ],
  config: (dice) => ({ refusesHandovers: dice.chance(0.15) }),
  play: (world, dice) => {
    const all = Array.from({ length: dice.chance(0.4) ? 1 : 0 }, (_, n) =>
      playHanded(world, dice.fork(`chat ${n}`), n + 1),
    );
    return {
      chats: all.flatMap(({ chats }) => chats),
      finished: () => all.every(({ finished }) => finished()),
      calm: () => {
        for (const { calm } of all) calm?.();
      },
      problems: async (read, beyond) => (await Promise.all(all.map(({ problems }) => problems(read, beyond)))).flat(),
    };
  },
};
