/**
 * Finds changes of agents' presence whose webhook was lost: it lists both workspaces' workers in bulk and sends a job
 * for each agent whose two activities do not mean the same. A change that only the Frontline app knows of is in no
 * list: a share of the users is asked one by one, all of them in turn.
 */
import { type PresenceJob, sendPresenceJob } from '../agents/presence.ts';
import type { BridgeDeps } from '../deps.ts';
import { fits, isMapped, isWebhookDue } from '../model/presence.ts';
import { PRESENCE_JOBS, PRESENCE_PACE_MS, USERS_A_RUN, WORKER_PAGES } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { WorkerNow, WorkerSide, Workers } from '../ports/workers.ts';
import { firstStart } from '../state/first-start.ts';
import { modesNow } from '../state/modes.ts';
import { loadPresence, type Presence, takePresence } from '../state/presence.ts';
import {
  type BulkVerdict,
  concernsAll,
  createTurns,
  type LeftToMode,
  listAll,
  notCompared,
  type Turn,
} from './turns.ts';

type PresenceDeps = BridgeDeps & { readonly workers: Workers };

/** A worker of each side who are one person. */
type Mapped = { readonly flex: WorkerNow; readonly frontline: WorkerNow };

/** @returns what sweeps once, until a deadline in milliseconds since 1970; it never rejects. Make it once. */
export const createPresenceSweep = (deps: BridgeDeps): ((deadline: number) => Promise<void>) => {
  let notBefore = 0;
  /** Agents of whom something is agreed: the store need not be asked for each at every run. */
  const agreed = new Map<string, string>();
  const log = ({ verdict: reason, ...why }: BulkVerdict | LeftToMode, count: number): void =>
    deps.journal({ step: 'swept', type: 'presence', sids: [], count, reason, ...why });
  return async (deadline) => {
    const { workers } = deps;
    if (workers === undefined) return;
    const modes = await modesNow(deps);
    if (modes.toFrontline !== 'on' && modes.toFlex !== 'on')
      return log({ verdict: 'left_alone', why: modes.toFrontline }, 0);
    if (deps.clock.now() < notBefore) return log({ verdict: 'not_compared', why: 'asked_to_wait' }, 0);
    let sent = 0;
    const send = async (job: PresenceJob): Promise<void> => {
      await sendPresenceJob(deps, job);
      sent += 1;
    };
    try {
      const turn = createTurns(deps.clock, { deadline, paceMs: PRESENCE_PACE_MS });
      const unread = await sweep({ ...deps, workers }, turn, agreed, send);
      log(unread ?? { verdict: sent === 0 ? 'clean' : 'repairing' }, sent);
    } catch (error) {
      if (error instanceof TwilioError) notBefore = deps.clock.now() + (error.retryAfter ?? 0) * 1000;
      log(notCompared(error), sent);
    }
  };
};

const sweep = async (
  deps: PresenceDeps,
  turn: Turn,
  agreed: Map<string, string>,
  send: (job: PresenceJob) => Promise<void>,
): Promise<BulkVerdict | undefined> => {
  const { workers } = deps;
  const mapped = twinsAmong(await allWorkers(workers.flex, turn), await allWorkers(workers.frontline, turn));
  const differing = await differingAmong(deps, mapped);
  for (const one of share(differing, PRESENCE_JOBS, deps.clock.now())) await send(jobFor(one));
  const agreeing = mapped.filter((one) => !differing.includes(one));
  return eachInTurn(share(agreeing, USERS_A_RUN, deps.clock.now()), turn, async (one) => {
    if (await isOtherwiseInApp(deps, one, agreed)) await send({ ...jobFor(one), asksUser: true });
  });
};

const jobFor = ({ flex, frontline: { sid, name } }: Mapped): PresenceJob => ({
  ...{ kind: 'presence', worker: flex.sid },
  twin: { sid, name },
});

/**
 * Begins one at each turn, and waits for none of them until all have begun.
 * @returns what Twilio did not tell of one of them
 */
const eachInTurn = async <T>(
  all: readonly T[],
  turn: Turn,
  does: (one: T) => Promise<void>,
): Promise<BulkVerdict | undefined> => {
  const underWay: Promise<void>[] = [];
  let failed: { readonly error: unknown } | undefined;
  let unread: BulkVerdict | undefined;
  const fails = (error: unknown): void => {
    if (concernsAll(error)) failed ??= { error };
    else unread ??= notCompared(error);
  };
  try {
    for (const one of all) {
      await turn();
      if (failed !== undefined) break;
      underWay.push(does(one).catch(fails));
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failed !== undefined) throw failed.error;
  return unread;
};

const allWorkers = (side: WorkerSide, turn: Turn): Promise<readonly WorkerNow[]> =>
  listAll(
    async (from) => {
      const { workers: all, next } = await side.list(from);
      return { all, next };
    },
    WORKER_PAGES,
    turn,
  );

/** Of two who are known by the same, neither has a twin. */
const onlyOnes = (workers: readonly WorkerNow[]): ReadonlyMap<string, WorkerNow> => {
  const all = Map.groupBy(workers, ({ knownBy }) => knownBy);
  return new Map(
    [...all].flatMap(([name, [one, ...others]]) =>
      name === undefined || one === undefined || others.length > 0 ? [] : [[name, one] as const],
    ),
  );
};

/** In an order that stays while nobody is hired. */
const twinsAmong = (flex: readonly WorkerNow[], frontline: readonly WorkerNow[]): readonly Mapped[] => {
  const there = onlyOnes(frontline);
  return [...onlyOnes(flex)]
    .flatMap(([name, worker]) => {
      const twin = there.get(name);
      return twin === undefined ? [] : [{ flex: worker, frontline: twin }];
    })
    .sort((a, b) => (a.flex.sid < b.flex.sid ? -1 : 1));
};

/** What changed just now has a webhook under way; what changed before the first start is left as it is. */
const differingAmong = async (deps: PresenceDeps, mapped: readonly Mapped[]): Promise<readonly Mapped[]> => {
  const { presence } = deps.settings;
  const since = await firstStart(deps);
  return mapped.filter(({ flex, frontline }) => {
    const changed = Math.max(flex.since, frontline.since);
    const isRecent = isWebhookDue(changed, deps.clock.now());
    const says = isMapped(presence, 'flex', flex.activity) && isMapped(presence, 'frontline', frontline.activity);
    return (
      changed >= since && !isRecent && says && !fits(presence, { flex: flex.activity, frontline: frontline.activity })
    );
  });
};

/** So many of them, others each minute. */
const share = <T>(all: readonly T[], most: number, now: number): readonly T[] => {
  const runs = Math.max(1, Math.ceil(all.length / most));
  const first = (Math.floor(now / 60_000) % runs) * most;
  return all.slice(first, first + most);
};

/** Whether the app says otherwise than was agreed. */
const isOtherwiseInApp = async (deps: PresenceDeps, mapped: Mapped, agreed: Map<string, string>): Promise<boolean> => {
  const { flex, frontline } = mapped;
  const { presence } = deps.settings;
  if (!isMapped(presence, 'frontline', frontline.activity)) return false;
  const isAvailable = await deps.workers.availability.read(frontline.name);
  if (isAvailable === undefined) return false;
  const isSame = isAvailable === (frontline.activity === presence.available);
  // As long as neither worker goes anywhere, what was seen of him once holds.
  const standing = `${flex.since} ${frontline.since}`;
  if (isSame && agreed.get(flex.sid) === standing) return false;
  const known = await loadPresence(deps, flex.sid);
  // What an offer has put off, or a refusal, is done when it can be, though Flex's activity may be none that is mapped.
  if (known !== undefined && known.todo.size > 0) return true;
  const isNoted = known?.agreed.flex === flex.activity && known.agreed.frontline === frontline.activity;
  if (isSame && !isNoted) await noteAgreed(deps, mapped, known);
  else if (known !== undefined) agreed.set(flex.sid, standing);
  // Before anything is agreed nobody knows which of them is meant.
  return known !== undefined && !isSame;
};

/**
 * Nobody has told of it, or both sides have come to it by themselves while one was down: all say the same, and what
 * differs from that later has changed.
 */
const noteAgreed = async (
  deps: PresenceDeps,
  { flex, frontline }: Mapped,
  known: Presence | undefined,
): Promise<void> => {
  const said = { flex: flex.activity, frontline: frontline.activity };
  if (!fits(deps.settings.presence, said)) return;
  const at = Math.max(flex.since, frontline.since);
  await takePresence(deps, flex.sid, known, { agreed: said, at, by: 'flex', seen: true, todo: new Set(), said });
};
