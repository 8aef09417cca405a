/**
 * A stray conversation: an agent has begun a chat, his customer's phone writes by Flex's number since, and the customer
 * has answered Frontline's number all the same. Twilio makes a conversation of its own of that, and what is said there
 * joins the chat's conversation:
 *
 *   none ── begin ──> joins ── take, intend, move on, take, ... ──> joins ── end ──> ended, with its chat
 *
 * One run has it: whoever takes it makes its fence grow, and what he writes names that. An intent stands before the
 * call that writes a message into the chat, and until it is known what became of that.
 */
import type { BridgeDeps } from '../deps.ts';
import type { ConversationSid } from '../model/sids.ts';
import type { Item, Test, Value } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';
import {
  CALLED_SECONDS,
  calledKey,
  keptFor,
  NONCE,
  OFF_LIST,
  onList,
  type PairId,
  STRAY_SECONDS,
  strayKey,
} from './items.ts';
import type { Intent } from './pair.ts';

/** What is about to be written, and where: the chat may go on in another conversation meanwhile. */
export type StrayIntent = Intent & { readonly into: ConversationSid };

export type Stray = {
  readonly conversation: ConversationSid;
  /** The chat's. */
  readonly pair: PairId;
  /** The name that the bridge gives to the customer's number. */
  readonly called: string;
  /** Every index up to here has been seen; -1: none. */
  readonly upTo: number;
  /** Milliseconds since 1970: when something of it last joined the chat, or it began to. */
  readonly saidAt: number;
  readonly fence: number;
  readonly intent: StrayIntent | undefined;
};

type Deps = Pick<BridgeDeps, 'store' | 'nonce' | 'clock' | 'settings'>;

const read = (conversation: ConversationSid, item: Item | undefined): Stray | 'ended' | undefined => {
  if (item === undefined) return undefined;
  if (item.ended !== undefined) return 'ended';
  return {
    conversation,
    pair: String(item.pair) as PairId,
    called: String(item.called),
    upTo: Number(item.upTo),
    saidAt: Number(item.saidAt),
    fence: Number(item.fence),
    intent: typeof item.intent === 'string' ? (JSON.parse(item.intent) as StrayIntent) : undefined,
  };
};

export const loadStray = async (
  store: Pick<Store, 'get'>,
  conversation: ConversationSid,
): Promise<Stray | 'ended' | undefined> => read(conversation, await store.get(strayKey(conversation)));

/** From none. One that stands, or has ended, stays as it is. */
export const beginStray = async (
  deps: Deps,
  conversation: ConversationSid,
  { pair, called }: Pick<Stray, 'pair' | 'called'>,
): Promise<void> => {
  await deps.store.write(strayKey(conversation), {
    when: [['lacks', 'pk']],
    set: {
      ...{ pair, called, upTo: -1, saidAt: deps.clock.now(), fence: 0 },
      ...onList('strays', conversation),
      ...keptFor(STRAY_SECONDS, deps.clock),
    },
    nonce: [NONCE, deps.nonce()],
  });
};

const change = async (
  deps: Deps,
  stray: Stray,
  of: {
    readonly when?: readonly Test[];
    readonly set?: Readonly<Record<string, Value>>;
    readonly add?: Readonly<Record<string, number>>;
    readonly remove?: readonly string[];
  },
): Promise<Stray | undefined> => {
  const written = await deps.store.write(strayKey(stray.conversation), {
    ...of,
    when: [['=', 'fence', stray.fence], ['lacks', 'ended'], ...(of.when ?? [])],
    set: { ...of.set, ...keptFor(STRAY_SECONDS, deps.clock) },
    nonce: [NONCE, deps.nonce()],
  });
  const now = written.ok ? read(stray.conversation, written.item) : undefined;
  return now === 'ended' ? undefined : now;
};

/** No older run writes any more. @returns undefined when another was quicker, as from all that follow */
export const takeStray = (deps: Deps, stray: Stray): Promise<Stray | undefined> =>
  change(deps, stray, { add: { fence: 1 } });

/** The run may call Twilio for it, until `notAfter`. */
export const intendStray = (
  deps: Deps,
  stray: Stray,
  of: Omit<StrayIntent, 'notAfter' | 'settlesAt'>,
): Promise<Stray | undefined> => {
  const now = deps.clock.now();
  const notAfter = now + deps.settings.leaseMs;
  const intent: StrayIntent = { ...of, notAfter, settlesAt: notAfter + deps.settings.settleMs };
  return change(deps, stray, {
    when: [['lacks', 'intent']],
    set: { intent: JSON.stringify(intent), saidAt: now },
  });
};

/** No call for it can leave any more, and none is under way. @param settleMs until what is not seen is not there */
export const lapseStray = (deps: Deps, stray: Stray, settleMs: number): Promise<Stray | undefined> => {
  const notAfter = deps.clock.now();
  const intent = { ...stray.intent, notAfter, settlesAt: notAfter + settleMs };
  return change(deps, stray, { set: { intent: JSON.stringify(intent) } });
};

/** What was intended is dealt with, or was not done; all up to this index has been seen. */
export const moveStrayOn = (deps: Deps, stray: Stray, upTo = stray.upTo): Promise<Stray | undefined> =>
  change(deps, stray, { set: { upTo: Math.max(upTo, stray.upTo) }, remove: ['intent'] });

/** Its chat has ended: what is said there from now on stays there. */
export const endStray = async (deps: Deps, { conversation }: Stray): Promise<void> => {
  await deps.store.write(strayKey(conversation), {
    when: [
      ['has', 'pk'],
      ['lacks', 'ended'],
    ],
    set: { ended: 1, ...keptFor(STRAY_SECONDS, deps.clock) },
    remove: [...OFF_LIST, 'intent'],
    nonce: [NONCE, deps.nonce()],
  });
};

/** Whom an agent has called, and in which chat. */
export type CalledIn = {
  readonly pair: PairId;
  /** The one that the agent has begun. */
  readonly conversation: ConversationSid;
  /** Milliseconds since 1970: his phone has left it since. */
  readonly at: number;
};

/** Who is called again is in the later chat. A start that is tried again has noted it already: its moment stays. */
export const noteCalled = async (
  deps: Deps,
  name: string,
  { pair, conversation }: Omit<CalledIn, 'at'>,
): Promise<void> => {
  const before = await loadCalled(deps.store, name);
  if (before?.conversation === conversation) return;
  await deps.store.write(calledKey(name), {
    when: [before === undefined ? ['lacks', 'pk'] : ['=', 'conversation', before.conversation]],
    set: { pair, conversation, at: deps.clock.now(), ...keptFor(CALLED_SECONDS, deps.clock) },
    nonce: [NONCE, deps.nonce()],
  });
};

export const loadCalled = async (store: Pick<Store, 'get'>, name: string): Promise<CalledIn | undefined> => {
  const item = await store.get(calledKey(name));
  if (item === undefined) return undefined;
  return {
    pair: String(item.pair) as PairId,
    conversation: String(item.conversation) as ConversationSid,
    at: Number(item.at),
  };
};
