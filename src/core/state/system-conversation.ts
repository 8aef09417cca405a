/**
 * The conversation in which the bridge speaks with an agent. Three writes make it all:
 *
 *   none, or left  ── open ──> open  ── joined ──> open, the agent is in it
 *        └──────────────── leave ──────────┴────────────┘  (closed, or gone: the next generation)
 *
 * An alias under the conversation's own SID names the worker, and is written before the agent can write there.
 */
import type { BridgeDeps } from '../deps.ts';
import type { ContainerSid, ConversationSid, WorkerSid } from '../model/sids.ts';
import type { Item } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';
import { NONCE, pairId, pairKey, systemKey } from './items.ts';

export type SystemConversation = {
  readonly conversation: ConversationSid;
  /** The agent's in Frontline. */
  readonly identity: string;
  /** Whether the agent is in it. */
  readonly joined: boolean;
};

/** `open` is undefined while there is none of this generation. */
export type SystemState = { readonly generation: number; readonly open: SystemConversation | undefined };

type Deps = Pick<BridgeDeps, 'store' | 'nonce'>;

const read = (item: Item | undefined): SystemState => ({
  generation: Number(item?.generation ?? 1),
  open:
    item?.conversation === undefined
      ? undefined
      : {
          conversation: String(item.conversation) as ConversationSid,
          identity: String(item.identity),
          joined: item.joined !== undefined,
        },
});

export const loadSystem = async (deps: Pick<Deps, 'store'>, worker: WorkerSid): Promise<SystemState> =>
  read(await deps.store.get(systemKey(worker)));

/** From none, or left. @returns undefined when another run was quicker */
export const openSystem = async (
  deps: Deps,
  worker: WorkerSid,
  of: { readonly generation: number; readonly conversation: ConversationSid; readonly identity: string },
): Promise<SystemState | undefined> => {
  const written = await deps.store.write(systemKey(worker), {
    when: [
      ['lacks', 'conversation'],
      ['any', [['lacks', 'generation']], [['<=', 'generation', of.generation]]],
    ],
    set: of,
    nonce: [NONCE, deps.nonce()],
  });
  return written.ok ? read(written.item) : undefined;
};

/** From open. */
export const markAgentJoined = async (deps: Deps, worker: WorkerSid, conversation: ConversationSid): Promise<void> => {
  await deps.store.write(systemKey(worker), {
    when: [['=', 'conversation', conversation]],
    set: { joined: 1 },
    nonce: [NONCE, deps.nonce()],
  });
};

/** From open: nothing can be written there any more. */
export const leaveSystem = async (
  deps: Deps,
  worker: WorkerSid,
  { conversation, generation }: { readonly conversation: ConversationSid; readonly generation: number },
): Promise<void> => {
  await deps.store.write(systemKey(worker), {
    when: [['=', 'conversation', conversation]],
    set: { generation: generation + 1 },
    remove: ['conversation', 'joined'],
    nonce: [NONCE, deps.nonce()],
  });
};

/** Once and for ever. @returns whether the alias names this worker now */
export const nameSystem = async (deps: Deps, conversation: ConversationSid, worker: WorkerSid): Promise<boolean> => {
  const written = await deps.store.write(pairKey(pairId('frontline', conversation)), {
    when: [['lacks', 'pk']],
    set: { systemOf: worker },
    nonce: [NONCE, deps.nonce()],
  });
  return written.ok || written.old?.systemOf === worker;
};

/** Whose System conversation it is; undefined when it is none. */
export const systemOf = async (
  store: Pick<Store, 'get'>,
  conversation: ContainerSid,
): Promise<WorkerSid | undefined> => {
  const worker = (await store.get(pairKey(pairId('frontline', conversation))))?.systemOf;
  return typeof worker === 'string' ? (worker as WorkerSid) : undefined;
};
