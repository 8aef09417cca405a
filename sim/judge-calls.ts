/** No call beyond the limits: https://www.twilio.com/docs/conversations/conversations-limits */
import { busiestSecond, byContainer, byLine, type Called, type Caller, mostAtOnce } from './calls.ts';
import type { SimWorld } from './world.ts';

const WRITES_A_SECOND = 30;
/** The local Twilio answers in no time; the wire takes at least so long each way. */
const WIRE_MS = 5;
/** By then a process has heard an answer, and a call that had begun before is on the wire. */
const HEARD_MS = 100;
/** A few calls of the store. */
const GIVEN_UP_MS = 200;

type Seen = Pick<SimWorld, 'calls' | 'entries' | 'meter'>;

/** @returns what is wrong, a line each. */
export const callProblems = (world: Seen): readonly string[] => {
  const calls = world.calls();
  const wrong: string[] = [];
  for (const [container, writes] of byContainer(calls.filter(({ reads }) => !reads))) {
    const most = busiestSecond(writes).length;
    if (most > WRITES_A_SECOND) wrong.push(`${most} writes began within a second in ${container}`);
  }
  for (const [line, writes] of byLine(calls)) {
    const most = mostAtOnce(writes.map(onTheWire));
    if (most > 1) wrong.push(`${most} writes were under way at one moment in the line ${line}`);
  }
  for (const told of calls.filter(asksToWait)) wrong.push(...impatience(world, told, calls));
  return wrong;
};

const onTheWire = (call: Called): Called => ({
  ...call,
  at: call.at - WIRE_MS,
  until: call.until === undefined ? undefined : call.until + WIRE_MS,
});

const asksToWait = ({ until, notBefore }: Called): boolean => (notBefore ?? 0) > (until ?? 0);

/**
 * Who is told to wait does, and so does all that waits behind him, and whoever calls the same account from the process
 * that heard it: in a run all invocations are one process to the guards before the wire.
 */
const impatience = (world: Seen, told: Called, calls: readonly Called[]): readonly string[] => {
  world.meter.met('Retry-After');
  const { by, account, until = 0, notBefore = 0 } = told;
  const hasty = calls.filter((call) => call.account === account && call.at > until && call.at < notBefore);
  // Who sleeps between his look at the guards and the wire has not heard it.
  const others = hasty.filter(
    ({ at, toWebhook, by: caller }) =>
      at > until + HEARD_MS && toWebhook === told.toWebhook && caller?.unheeded !== true,
  );
  if (by !== undefined && !by.died() && !by.unheeded && others.length > 0)
    return others.map(({ at }) => `${account} said to wait until ${notBefore}, and another called it at ${at}`);
  if (by?.work === undefined || by.unheeded) return [];
  // What the same run asked side by side may have passed the guards before the answer was heard.
  const same = hasty.filter(
    (call) =>
      (call.by === by && call.at > until + HEARD_MS) || (isNext(by.work, call) && (call.by?.begun ?? 0) >= until),
  );
  // A job is not waited for, so that what stands behind it goes on.
  if (by.isJob && same.length > 0) world.meter.met('called within Retry-After behind a job');
  // It is not tried again, and what stands behind it goes on; or the store failed, whose own wait is shorter.
  const gaveUp = world.entries.some(
    ({ at, entry }) =>
      (entry.step === 'failed' || entry.step === 'deferred') &&
      at >= until &&
      at < until + GIVEN_UP_MS &&
      entry.sids.some((sid) => isAbout(by, sid)),
  );
  if (gaveUp && same.length > 0) world.meter.met('called within Retry-After behind what was given up');
  if (by.isJob || gaveUp) return [];
  return same.map(({ at }) => `${account} said to wait until ${notBefore}, and ${by.work} called it again at ${at}`);
};

const isAbout = ({ work }: Caller, sid: string): boolean => work?.endsWith(sid) ?? false;

const isNext = (work: string | undefined, { by }: Called): boolean =>
  by !== undefined && by.work === work && !by.unheeded;
