/** What goes wrong in a run: drawn from its seed, so that each run has its own mixture. */
import type { Fault } from '../local-twilio/faults.ts';
import type { ProcessKind, WorldFaults } from './plan.ts';
import type { Doom } from './process.ts';
import type { Dice } from './random.ts';

export type Weather = {
  readonly twilio: readonly Fault[];
  readonly world: WorldFaults;
  readonly listOrder: 'index' | 'date';
  readonly restDates: 'seconds' | 'milliseconds';
  /** Of all processes, how many die or sleep at one of their steps. */
  readonly doomed: number;
  /** Of all processes, how many fall asleep right after a write of the store, and wake when others are at it. */
  readonly sleepers: number;
  /** One side answers nothing for a while, in milliseconds after the start. */
  readonly outage: { readonly from: number; readonly until: number; readonly fault: Fault } | undefined;
};

/**
 * How late a write may be carried out, in milliseconds: after its caller gave up, and after Twilio's own 500 or 503.
 */
export type Lateness = { readonly unanswered: number; readonly answered: number };

/** What Twilio has answered is carried out, and listed, within ANSWERED_SETTLE: all that hides it is short then. */
const HIDDEN_MS = 2_000;

const isAnswered = (status: number): boolean => status === 500 || status === 503;

/** Drawn apart, so that the rest of the weather is the same with it and without it. */
const drawLateAfterAnswer = (dice: Dice, late: Lateness): Fault => {
  const status = dice.pick([500, 502, 503]);
  const p = dice.chance(0.3) ? dice.next() * 0.1 : 0;
  return { fault: 'rest.5xx-late', p, status, maxMs: isAnswered(status) ? late.answered : late.unanswered };
};

/** Should Twilio write texts otherwise than it is given, then it does so always. Drawn apart, as above. */
const drawNormalised = (dice: Dice): Fault => ({
  fault: 'text.normalised',
  p: dice.chance(0.15) ? 1 : 0,
  how: dice.pick(['trimmed', 'composed'] as const),
});

/** Drawn apart, as above. */
const drawStaleMembers = (dice: Dice): Fault => ({
  fault: 'members.stale',
  p: dice.chance(0.3) ? dice.next() * 0.5 : 0,
  maxMs: 5_000,
});

const bringsDoubt = (fault: Fault): boolean =>
  (fault.fault === 'rest.5xx-late' || fault.fault === 'rest.5xx-after') && isAnswered(fault.status);

const hidesLess = (fault: Fault): Fault =>
  fault.fault === 'list.stale' || fault.fault === 'message.late'
    ? { ...fault, maxMs: Math.min(fault.maxMs, HIDDEN_MS) }
    : fault;

export const drawWeather = (dice: Dice, late: Lateness): Weather => {
  const some = (p: number, most: number): number => (dice.chance(p) ? dice.next() * most : 0);
  const how = () => dice.pick(['hang', 'destroy'] as const);
  const faults: Fault[] = [
    { fault: 'webhook.lost', p: some(0.5, 0.3) },
    { fault: 'webhook.doubled', p: some(0.5, 1), maxMs: 20_000 },
    { fault: 'webhook.delayed', p: some(0.5, 0.5), maxMs: 8_000 },
    { fault: 'webhook.swapped', p: some(0.5, 0.5), maxMs: 5_000 },
    { fault: 'rest.429', p: some(0.3, 0.2), retryAfter: dice.chance(0.5) ? dice.between(1, 5) : undefined },
    { fault: 'rest.5xx-before', p: some(0.3, 0.2), status: dice.pick([500, 502, 503]) },
    { fault: 'rest.5xx-after', p: some(0.3, 0.1), status: dice.pick([500, 503]) },
    { fault: 'rest.answer-lost', p: some(0.5, 0.15), loss: how() },
    { fault: 'rest.late-commit', p: some(0.4, 0.1), loss: how(), maxMs: late.unanswered },
    { fault: 'list.stale', p: some(0.3, 0.5), maxMs: 5_000 },
    { fault: 'message.late', p: some(0.2, 0.1), maxMs: 30_000 },
    { fault: 'index.skipped', p: some(0.2, 0.1), max: 3 },
    { fault: 'attributes.replaced', p: some(0.2, 0.2), account: 'frontline', maxMs: 60_000 },
    drawNormalised(dice.fork('normalised')),
    drawLateAfterAnswer(dice.fork('late after answer'), late),
    drawStaleMembers(dice.fork('stale members')),
  ];
  const met = faults.filter(({ p }) => p > 0);
  return {
    twilio: met.some(bringsDoubt) ? met.map(hidesLess) : met,
    world: {
      throttled: some(0.3, 0.05),
      askedAgain: some(0.3, 0.2),
      unheard: some(0.3, 0.05),
      twin: some(0.3, 0.2),
      notQueued: some(0.2, 0.1),
      skewMs: dice.chance(0.3) ? 1_000 : 0,
    },
    listOrder: dice.pick(['index', 'date'] as const),
    restDates: dice.pick(['seconds', 'milliseconds'] as const),
    doomed: some(0.5, 0.15),
    sleepers: some(0.25, 0.3),
    outage: dice.chance(0.25) ? drawOutage(dice) : undefined,
  };
};

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** What an outage can outlast takes an hour and a half at most, or a day: so most long ones are shorter than a day. */
const A_NIGHT_MINUTES = 6 * 60;

const drawOutage = (dice: Dice): Weather['outage'] => {
  // Some begin only when the chat is linked and compared, so that nothing else is waiting for the side.
  const from = dice.pick([dice.between(0, 30_000), dice.between(90_000, 300_000)]);
  const drawn = dice.pick([1, 5, 20, 90, DAY_MINUTES]);
  const minutes = drawn === DAY_MINUTES && dice.fork('shorter').chance(0.8) ? A_NIGHT_MINUTES : drawn;
  const account = dice.pick(['flex', 'frontline'] as const);
  const how = dice.pick(['503', 'hang', 'destroy', '429'] as const);
  const until = from + minutes * MINUTE_MS;
  // A side that refuses everything leaves no doubt about any call, and so no other mark than the dirty one.
  if (how === '429') return { from, until, fault: { fault: 'rest.429', p: 1, account } };
  return { from, until, fault: { fault: 'side.down', p: 1, account, how } };
};

/** Every webhook arrives and is stored, as often and as late as it likes. */
export const everythingTold = (weather: Weather): Weather => ({
  ...weather,
  twilio: weather.twilio.filter(({ fault }) => fault !== 'webhook.lost'),
  world: { ...weather.world, notQueued: 0 },
});

/** Zombies sleep at most this long between two steps: within what settling allows for. */
const LONGEST_SLEEP_MS = 200_000;

export const drawDoom = (dice: Dice, kind: ProcessKind, settleMs: number): Doom => {
  const step = dice.between(1, kind === 'webhook' ? 2 : 12);
  const when = dice.pick(['before', 'after'] as const);
  // A pause between the last look at the lease and the call counts into what settling must cover, so it is shorter.
  const longest = when === 'before' ? settleMs / 3 : LONGEST_SLEEP_MS;
  return { step, when, pauseMs: dice.chance(0.4) ? dice.between(1_000, longest) : undefined };
};

/** Past the visibility timeout, when the queue has given the same message to somebody else. */
export const drawSleep = (dice: Dice): Doom => ({
  step: dice.between(1, 5),
  when: 'after',
  pauseMs: dice.between(130_000, LONGEST_SLEEP_MS),
});
