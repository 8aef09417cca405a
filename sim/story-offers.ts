/**
 * A task that is offered to an agent, and what becomes of it: he answers in Flex, in his System conversation, in both
 * at once, twice, late, or not at all; then it is offered again.
 */
import { AGENTS, type DefaultAgent } from '../local-twilio/defaults.ts';
import type { Joins } from '../local-twilio/persons/flex-agent.ts';
import type { Dice } from './random.ts';
import type { SimWorld } from './world.ts';

export const TWINS: readonly DefaultAgent[] = [AGENTS.ann, AGENTS.ben, AGENTS.eve];

/** What agents wrote in their System conversations, and what was offered to them: what they may be told follows. */
export type OfferLog = {
  readonly offered: { readonly worker: string; readonly customer: string }[];
  readonly answered: { readonly worker: string }[];
};

type Way = (typeof IN_FLEX | typeof IN_FRONTLINE | typeof NOT_TAKEN)[number];
const IN_FLEX = ['in Flex'] as const;
const IN_FRONTLINE = ['in Frontline', 'twice', 'in both', 'in words'] as const;
const NOT_TAKEN = ['declined', 'rejected', 'timed out', 'rescinded', 'late'] as const;

const LOOK_MS = 2_000;
/** Whoever was told nothing by then goes to his desk. */
const PATIENCE_MS = 90_000;

export type Offering = {
  readonly customer: string;
  readonly task: string;
  readonly reservation: string;
  readonly agent: DefaultAgent;
  /** It was accepted, by whomever. */
  readonly taken: (reservation: string, agent: DefaultAgent) => void;
  /** Whether nobody waits for it any more. */
  readonly isOff: () => boolean;
  /** Its task has ended. */
  readonly off: () => void;
};

export const systemWith = ({ twilio }: Pick<SimWorld, 'twilio'>, { flexWorkerSid }: DefaultAgent): string | undefined =>
  twilio.reads
    .containers('frontline')
    .findLast(
      ({ attributes, state }) => state !== 'closed' && attributes.includes(`"bridgeSystemOf":"${flexWorkerSid}"`),
    )?.sid;

export const createOffers = (world: SimWorld, dice: Dice, log: OfferLog) => {
  const { twilio, time, meter } = world;

  const statusOf = (task: string, reservation: string): string | undefined =>
    twilio.reads
      .tasks('flex')
      .find(({ sid }) => sid === task)
      ?.reservations.find(({ sid }) => sid === reservation)?.status;

  const isOffered = (task: string): boolean => {
    const status = twilio.reads.tasks('flex').find(({ sid }) => sid === task)?.status;
    return status === 'pending' || status === 'reserved';
  };

  const says = (agent: DefaultAgent, text: string): void => {
    const system = systemWith(world, agent);
    if (system === undefined) return;
    twilio.frontlineAgent.writes(agent.email, system, text);
    log.answered.push({ worker: agent.flexWorkerSid });
  };
  /** What the agent reads of this customer's request: the numbers by which he answers it, the latest word last. */
  const codesFor = (agent: DefaultAgent, customer: string): readonly (readonly [string, string])[] =>
    twilio.reads
      .transcript('frontline', systemWith(world, agent) ?? '')
      .filter(({ author }) => author !== agent.email)
      .flatMap(({ body = '' }) => body.split('\n'))
      .filter((line) => line.includes(customer))
      .flatMap((line) => {
        const [, accept, decline] = /(\d+) to accept, (\d+) to decline\.$/.exec(line) ?? [];
        return accept === undefined || decline === undefined ? [] : [[accept, decline] as const];
      });

  const offerTo = (offering: Offering, ways: readonly Way[]): void => {
    const { agent, task, reservation, customer } = offering;
    log.offered.push({ worker: agent.flexWorkerSid, customer });
    const way = dice.pick(ways);
    const isOpen = () => statusOf(task, reservation) === 'pending';
    const joins: Joins = dice.pick(['at once', 'never', { afterMs: 1_000 }] as const);
    const acceptsInFlex = () => {
      if (isOpen()) twilio.flexAgent.accepts(reservation, joins);
    };
    const again = (): void => {
      const next = dice.pick(TWINS);
      const { reservationSid } = twilio.flexAgent.isOffered(next.flexWorkerSid, task);
      offerTo({ ...offering, agent: next, reservation: reservationSid }, IN_FLEX);
    };
    /** Until it is answered, by whomever and however. */
    const watch = (): void => {
      if (offering.isOff()) return;
      const status = statusOf(task, reservation);
      if (status === 'pending') time.after(LOOK_MS, watch);
      else if (status === 'accepted') offering.taken(reservation, agent);
      else if (isOffered(task)) again();
      else offering.off();
    };
    const onPhone = (answer: 'accept' | 'decline', since = time.now(), answers = 0): void => {
      if (offering.isOff() || !isOpen()) return;
      const codes = codesFor(agent, customer);
      const own = codes.at(-1);
      if (own !== undefined && answers < codes.length) {
        const [accept, decline] = own;
        const code = answer === 'accept' ? accept : decline;
        const word = { '1': 'Yes ', '2': 'no' }[code];
        const text = way === 'in words' && word !== undefined ? word : code;
        says(agent, text);
        meter.met(`offer answered in Frontline, ${way}`);
        if (way === 'twice') time.after(dice.between(0, 3_000), () => says(agent, text));
        if (way === 'in both') time.after(dice.between(0, 1_000), acceptsInFlex);
        time.after(LOOK_MS, () => onPhone(answer, since, codes.length));
      } else if (time.now() - since > PATIENCE_MS) acceptsInFlex();
      else time.after(LOOK_MS, () => onPhone(answer, since, answers));
    };
    const ends = (how: 'rejects' | 'letsTimeOut' | 'isRescinded'): void => {
      if (!isOpen()) return;
      twilio.flexAgent[how](reservation);
      meter.met(`offer of a chat ended: ${how}`);
      if (way !== 'late') return;
      const [code] = codesFor(agent, customer).at(-1) ?? [];
      if (code !== undefined) says(agent, code);
    };
    const soon = dice.between(50, 2_000);
    const later = dice.between(1_000, 60_000);
    switch (way) {
      case 'in Flex':
        time.after(soon, acceptsInFlex);
        break;
      case 'declined':
        onPhone('decline');
        break;
      case 'rejected':
        time.after(later, () => ends('rejects'));
        break;
      case 'timed out':
      case 'late':
        time.after(later, () => ends('letsTimeOut'));
        break;
      case 'rescinded':
        time.after(later, () => ends('isRescinded'));
        break;
      default:
        onPhone('accept');
    }
    watch();
  };

  return {
    offerTo: (offering: Offering) => offerTo(offering, [...IN_FLEX, ...IN_FLEX, ...IN_FRONTLINE, ...NOT_TAKEN]),
  };
};
