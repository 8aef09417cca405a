/**
 * How far the Flex side of a chat is made that an agent has begun in Frontline:
 *
 *   none, or unseen ── begin ──> begun ── take, note, take, note, ... ──> begun ── end ──> ended: linked, or why not
 *         └── leave alone ──> ended, for it is nothing that an agent has begun
 *
 * One run has it: whoever takes it makes its fence grow, and what he writes names that. What is noted is made already,
 * but for `channelSettlesAt` and `taskSettlesAt`, which are noted before the call that makes the channel or the task.
 */
import type { BridgeDeps } from '../deps.ts';
import type { Skipped } from '../model/outcome.ts';
import type { ChannelSid, ConversationSid, ReservationSid, SessionSid, TaskSid, WorkerSid } from '../model/sids.ts';
import type { Item, Test, Value } from '../ports/change.ts';
import type { Messenger } from '../ports/outbound.ts';
import type { Store } from '../ports/store.ts';
import { keptFor, NONCE, OFF_LIST, onList, START_MADE, START_SECONDS, startKey } from './items.ts';

/** What is known from the first look on. */
export type StartBegun = {
  /** The agent's identity in Frontline, his worker in Flex, and his identity there. */
  readonly agent: string;
  readonly worker: WorkerSid;
  readonly workerIdentity: string;
  /** How the customer is written to: `chat` when he has an identity and no phone. */
  readonly messenger: Messenger | 'chat';
  /** The participant who is his phone, MB…; undefined when he has none. */
  readonly phone: string | undefined;
  /** His identity, on both sides. */
  readonly customer: string;
};

/** What the job has made so far. */
export type Made = {
  readonly channel?: ChannelSid;
  /** The channel is the bridge's own: it was not there before. */
  readonly made?: 1;
  /** Milliseconds: a channel whose call had no answer, and that is not seen after this moment, is not there. */
  readonly channelSettlesAt?: number;
  readonly session?: SessionSid;
  readonly task?: TaskSid;
  /** The same of the task. */
  readonly taskSettlesAt?: number;
  readonly reservation?: ReservationSid;
  /** Milliseconds: since then the customer's phone is not bound to the conversation any more. */
  readonly swappedAt?: number;
  /** The tasks by which the customer of a channel that was found still waits there, a space between them. */
  readonly waiting?: string;
  /** As the customer is called in the channel that was found. */
  readonly customer?: string;
  /** There will be no chat of Flex's, and what was made is being taken back. */
  readonly givesUp?: Skipped;
};

export type Start = StartBegun & Made & { readonly conversation: ConversationSid; readonly fence: number };

/** `ended`: `linked`, or why there is no chat of Flex's. */
export type StartState =
  | { readonly is: 'begun'; readonly start: Start }
  | { readonly is: 'ended'; readonly as: Skipped | 'linked' };

type Deps = Pick<BridgeDeps, 'store' | 'nonce' | 'clock'>;

const ifThere = (item: Item, name: string) => (item[name] === undefined ? {} : { [name]: item[name] });

const read = (conversation: ConversationSid, item: Item): StartState => {
  if (item.ended !== undefined) return { is: 'ended', as: String(item.ended) as Skipped };
  const made = Object.assign({}, ...START_MADE.map((name) => ifThere(item, name))) as Made;
  return {
    is: 'begun',
    start: {
      ...made,
      phone: item.phone === undefined ? undefined : String(item.phone),
      ...{ conversation, fence: Number(item.fence), agent: String(item.agent), customer: String(item.customer) },
      ...{ worker: String(item.worker) as WorkerSid, workerIdentity: String(item.workerIdentity) },
      messenger: String(item.messenger) as Start['messenger'],
    },
  };
};

export const loadStart = async (
  store: Pick<Store, 'get'>,
  conversation: ConversationSid,
): Promise<StartState | undefined> => {
  const item = await store.get(startKey(conversation));
  return item === undefined || isUnseen(item) ? undefined : read(conversation, item);
};

/** It waits, but nobody has been able to look who began it. */
const isUnseen = ({ ended, agent }: Item): boolean => ended === undefined && agent === undefined;
const UNSEEN: readonly Test[] = [
  ['lacks', 'ended'],
  ['lacks', 'agent'],
];

/** From none: it is looked at each minute until it can be. */
export const waitForStart = async (deps: Deps, conversation: ConversationSid): Promise<void> => {
  await deps.store.write(startKey(conversation), {
    when: [['lacks', 'pk']],
    set: { ...onList('starts', conversation), ...keptFor(START_SECONDS, deps.clock) },
    nonce: [NONCE, deps.nonce()],
  });
};

/** From none, or unseen. */
export const leaveAlone = async (deps: Deps, conversation: ConversationSid, why: Skipped): Promise<void> => {
  await deps.store.write(startKey(conversation), {
    when: UNSEEN,
    set: { ended: why, ...keptFor(START_SECONDS, deps.clock) },
    remove: OFF_LIST,
    nonce: [NONCE, deps.nonce()],
  });
};

/** From none, or unseen. @returns how it stands now, also when another run was quicker */
export const beginStart = async (
  deps: Deps,
  conversation: ConversationSid,
  { phone, ...begun }: StartBegun,
): Promise<StartState | undefined> => {
  const written = await deps.store.write(startKey(conversation), {
    when: UNSEEN,
    set: {
      ...{ ...begun, ...(phone === undefined ? {} : { phone }), fence: 0 },
      ...onList('starts', conversation),
      ...keptFor(START_SECONDS, deps.clock),
    },
    nonce: [NONCE, deps.nonce()],
  });
  const item = written.ok ? written.item : written.old;
  return item && read(conversation, item);
};

const change = async (
  deps: Deps,
  start: Start,
  of: {
    readonly set?: Readonly<Record<string, Value>>;
    readonly add?: Readonly<Record<string, number>>;
    readonly remove?: readonly string[];
  },
): Promise<Start | undefined> => {
  const written = await deps.store.write(startKey(start.conversation), {
    when: [
      ['=', 'fence', start.fence],
      ['lacks', 'ended'],
    ],
    ...of,
    nonce: [NONCE, deps.nonce()],
  });
  const state = written.ok ? read(start.conversation, written.item) : undefined;
  return state?.is === 'begun' ? state.start : undefined;
};

/** From begun: no older run writes any more. @returns undefined when another was quicker */
export const takeStart = (deps: Deps, start: Start): Promise<Start | undefined> =>
  change(deps, start, { add: { fence: 1 }, set: keptFor(START_SECONDS, deps.clock) });

/** @returns undefined when another run has taken it */
export const noteMade = (deps: Deps, start: Start, made: Made): Promise<Start | undefined> =>
  change(deps, start, { set: { ...made } });

/** What is noted before the call that makes it. */
export type MakeIntent = 'channelSettlesAt' | 'taskSettlesAt';

/** Nothing was made after all. @returns undefined when another run has taken it */
export const forgetIntent = (deps: Deps, start: Start, intent: MakeIntent): Promise<Start | undefined> =>
  change(deps, start, { remove: [intent] });

/** From begun. Does nothing when another run has taken it. */
export const endStart = async (deps: Deps, start: Start, as: Skipped | 'linked'): Promise<void> => {
  await change(deps, start, { set: { ended: as }, remove: OFF_LIST });
};
