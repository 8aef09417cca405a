/** Writes what was agreed: Frontline's worker, the user's availability, and last Flex's worker, whom offers hold. */
import type { BridgeDeps } from '../deps.ts';
import { mayOutlast, type Run } from '../jobs/run.ts';
import type { Side } from '../model/event.ts';
import { deferred, type Outcome, retry } from '../model/outcome.ts';
import type { ActivityPair } from '../model/presence.ts';
import type { ActivitySid, WorkerSid } from '../model/sids.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Activities } from '../ports/workers.ts';
import { finishPresence, type Presence, type Todo } from '../state/presence.ts';
import type { Agents } from './agents.ts';
import type { Twin } from './twin.ts';

/** Twilio's names for the activities that are to be written, and whether nobody is offered anything there. */
export type ActivityNames = Partial<Readonly<Record<Side, { readonly sid: ActivitySid; readonly offline: boolean }>>>;

const nameIn = ({ sids, unavailable }: Activities, activity: string) => {
  const sid = sids.get(activity);
  return sid === undefined ? undefined : { sid, offline: unavailable.has(activity) };
};

/** @returns undefined when a workspace has no activity of that name. */
export const namesOf = async (
  { activities }: Pick<Agents, 'activities'>,
  agreed: ActivityPair,
  todo: ReadonlySet<Todo>,
): Promise<ActivityNames | undefined> => {
  const names: { -readonly [side in Side]?: ActivityNames[side] } = {};
  for (const side of ['frontline', 'flex'] as const) {
    if (!todo.has(side)) continue;
    const found = nameIn(await activities.of(side), agreed[side]);
    if (found === undefined) {
      activities.forget();
      return undefined;
    }
    names[side] = found;
  }
  return names;
};

type Taken = { readonly worker: WorkerSid; readonly twin: Twin; readonly known: Presence };

/** How one write ended. `held`: offers wait for the worker. `refused`: TaskRouter will not have him there. */
type Written = 'done' | 'gone' | 'held' | 'refused';

export const carryOut = async (
  deps: BridgeDeps,
  agents: Agents,
  taken: Taken,
  names: ActivityNames,
  run: Run,
): Promise<Outcome | 'gone'> => {
  const { worker, known } = taken;
  const done = new Set<Todo>();
  const finish = (mayComeUntil?: number) => finishPresence(deps, worker, known, done, mayComeUntil);
  for (const one of ['frontline', 'user', 'flex'] as const) {
    if (!known.todo.has(one)) continue;
    if (mayOutlast(deps, Math.min(known.until, run.deadline))) {
      await finish();
      return retry(1, 'lease_too_short', done.size > 0);
    }
    const written = await write(deps, agents, taken, names, one).catch(async (error: unknown) => {
      const isOpen = error instanceof TwilioError && error.effect === 'unknown';
      await finish(isOpen ? deps.clock.now() + deps.settings.settleMs : undefined);
      throw error;
    });
    if (written === 'done') {
      done.add(one);
      continue;
    }
    await finish();
    if (written === 'refused') agents.activities.forget();
    return written === 'gone' ? 'gone' : deferred(written === 'held' ? 'pending_offer' : 'activity_refused');
  }
  return (await finish()) ? { end: 'reconciled', repaired: done.size } : retry(1, 'lease_lost');
};

const write = (
  deps: BridgeDeps,
  { workers }: Agents,
  { worker, twin, known }: Taken,
  names: ActivityNames,
  one: Todo,
): Promise<Written> => {
  const { available, rejectsOffers } = deps.settings.presence;
  if (one === 'user')
    // A worker of Frontline who never signed in has no user: then there is nothing to say.
    return workers.availability.write(twin.name, known.agreed.frontline === available).then(() => 'done');
  const name = names[one];
  if (name === undefined) throw new Error(`nobody looked up the activity of ${one}`);
  const sid = one === 'flex' ? worker : twin.sid;
  const offers = one === 'flex' && rejectsOffers && name.offline ? 'rejected' : 'kept';
  return workers[one]
    .goTo(sid, name.sid, offers)
    .then((now): Written => (now === undefined ? 'gone' : 'done'))
    .catch(async (error: unknown): Promise<Written> => {
      if (!(error instanceof TwilioError) || error.status !== 400) throw error;
      return (await workers[one].isOffered(sid)) ? 'held' : 'refused';
    });
};
