/**
 * What a worker's two sides last agreed on. Two writes make it all: `take` says what is to be from now on, before any
 * call to Twilio; `finish` says what of it is done.
 *
 *   none, or agreed  ── take ──> agreed, with something to do, held until ..  ── finish ──> agreed
 *                                      │  (held no more, or its run died)                └─> agreed, something still
 *                                      └── take, by whoever comes next ...                   to do, held by nobody
 *
 * Each names the fence that it saw, and `take` makes it grow: of two runs one writes, and the other looks again.
 */
import type { BridgeDeps } from '../deps.ts';
import type { Side } from '../model/event.ts';
import type { ActivityPair } from '../model/presence.ts';
import type { WorkerSid } from '../model/sids.ts';
import type { Item, Test, Value } from '../ports/change.ts';
import { keptFor, NONCE, PRESENCE_SECONDS, presenceKey } from './items.ts';

/** What is to be written: either side's worker, and the Frontline user's availability. */
export type Todo = Side | 'user';

/** By activity: when the bridge last wrote it there, or may have, in milliseconds since 1970. */
type Wrote = Readonly<Record<string, number>>;

export type Presence = {
  readonly agreed: ActivityPair;
  /** When a person said so, milliseconds since 1970. `seen`: a list or a look told, and tells the second only. */
  readonly at: number;
  readonly seen: boolean;
  readonly by: Side;
  readonly fence: number;
  /** Until then a run has it for itself, milliseconds since 1970. */
  readonly until: number;
  readonly todo: ReadonlySet<Todo>;
  /** What each side said before; what still says so has not changed, but is not done. */
  readonly former: Partial<ActivityPair>;
  readonly wrote: Readonly<Record<Side, Wrote>>;
};

export type Agreed = Pick<Presence, 'agreed' | 'at' | 'seen' | 'by'>;

type Deps = Pick<BridgeDeps, 'store' | 'clock' | 'nonce' | 'settings'>;

const TODO = { flex: 'todoFlex', frontline: 'todoFrontline', user: 'todoUser' } as const;
const TODOS = Object.keys(TODO) as Todo[];

const mapIn = (value: Value | undefined): Wrote =>
  typeof value === 'object' && !Array.isArray(value) ? (value as Wrote) : {};

const formerIn = ({ formerFlex, formerFrontline }: Item): Partial<ActivityPair> => ({
  ...(formerFlex === undefined ? {} : { flex: String(formerFlex) }),
  ...(formerFrontline === undefined ? {} : { frontline: String(formerFrontline) }),
});

const read = (item: Item | undefined): Presence | undefined =>
  item === undefined
    ? undefined
    : {
        agreed: { flex: String(item.flex), frontline: String(item.frontline) },
        at: Number(item.at),
        seen: item.seen !== undefined,
        by: item.by === 'flex' ? 'flex' : 'frontline',
        fence: Number(item.fence),
        until: Number(item.until ?? 0),
        todo: new Set(TODOS.filter((one) => item[TODO[one]] !== undefined)),
        former: formerIn(item),
        wrote: { flex: mapIn(item.wroteFlex), frontline: mapIn(item.wroteFrontline) },
      };

export const loadPresence = async (deps: Pick<Deps, 'store'>, worker: WorkerSid): Promise<Presence | undefined> =>
  read(await deps.store.get(presenceKey(worker)));

const unchangedSince = (known: Presence | undefined): Test =>
  known === undefined ? ['lacks', 'fence'] : ['=', 'fence', known.fence];

/**
 * From whatever is known and held by nobody: this is agreed now, and `todo` is what this run sets out to write, until
 * the lease ends.
 * @param said what each side says at present, where that is known
 * @returns undefined when another run was quicker
 */
export const takePresence = async (
  deps: Deps,
  worker: WorkerSid,
  known: Presence | undefined,
  next: Agreed & { readonly todo: ReadonlySet<Todo>; readonly said: Partial<ActivityPair> },
): Promise<Presence | undefined> => {
  const { agreed, todo, said } = next;
  const until = deps.clock.now() + deps.settings.leaseMs;
  const wrote = (side: Side): Wrote => ({
    ...known?.wrote[side],
    ...(todo.has(side) ? { [agreed[side]]: until } : {}),
  });
  // What was not done yet still says what it said before that.
  const before = (side: Side) => (known?.todo.has(side) ? known.former[side] : known?.agreed[side]);
  const former = { flex: said.flex ?? before('flex'), frontline: said.frontline ?? before('frontline') };
  const absent = [
    ...TODOS.filter((one) => !todo.has(one)).map((one) => TODO[one]),
    ...(next.seen ? [] : ['seen']),
    ...(todo.size === 0 ? ['until'] : []),
    ...(former.flex === undefined ? ['formerFlex'] : []),
    ...(former.frontline === undefined ? ['formerFrontline'] : []),
  ];
  const written = await deps.store.write(presenceKey(worker), {
    when: [unchangedSince(known)],
    set: {
      ...{ flex: agreed.flex, frontline: agreed.frontline, at: next.at, by: next.by },
      ...{ fence: (known?.fence ?? 0) + 1, wroteFlex: wrote('flex'), wroteFrontline: wrote('frontline') },
      ...(next.seen ? { seen: 1 } : {}),
      ...(todo.size === 0 ? {} : { until }),
      ...(former.flex === undefined ? {} : { formerFlex: former.flex }),
      ...(former.frontline === undefined ? {} : { formerFrontline: former.frontline }),
      ...Object.fromEntries([...todo].map((one) => [TODO[one], 1])),
      ...keptFor(PRESENCE_SECONDS, deps.clock),
    },
    remove: absent,
    nonce: [NONCE, deps.nonce()],
  });
  return written.ok ? read(written.item) : undefined;
};

/**
 * From what this run has taken: nobody holds it any more, and what is done need not be done again.
 * @param mayComeUntil until when a call that had no answer may still be carried out
 * @returns false when another run has taken it meanwhile
 */
export const finishPresence = async (
  deps: Deps,
  worker: WorkerSid,
  mine: Presence,
  done: ReadonlySet<Todo>,
  mayComeUntil = deps.clock.now(),
): Promise<boolean> => {
  const wrote = (side: Side): Wrote => ({
    ...mine.wrote[side],
    ...(mine.todo.has(side) ? { [mine.agreed[side]]: mayComeUntil } : {}),
  });
  const written = await deps.store.write(presenceKey(worker), {
    when: [unchangedSince(mine)],
    set: { wroteFlex: wrote('flex'), wroteFrontline: wrote('frontline') },
    remove: ['until', ...[...done].map((one) => TODO[one])],
    nonce: [NONCE, deps.nonce()],
  });
  return written.ok;
};
