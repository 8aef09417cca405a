/**
 * What an agent is told in his System conversation, one row for each thing that is told:
 *
 *   none, or withdrawn, or settled  ── intend ──> intended  ── record ──> stands
 *                 ^                                   │
 *                 ├──── withdraw (nothing was sent) ──┤
 *                 └──── lapse (no answer), until settled ─┘
 *
 * Whoever intends names the fence that he saw, and makes it grow: of two runs one writes. Nothing leaves `stands`.
 */
import type { BridgeDeps } from '../deps.ts';
import type { ConversationSid, MessageSid, WorkerSid } from '../model/sids.ts';
import type { Item } from '../ports/change.ts';
import { keptFor, NONCE, SYSTEM_NOTICE_SECONDS, systemNoticeKey } from './items.ts';

export type NoticeIntent = {
  readonly conversation: ConversationSid;
  /** Milliseconds since 1970: with this time it is created. */
  readonly createdAt: number;
  /** Of its text. */
  readonly digest: string;
  readonly fence: number;
  /** No call leaves for it after this. */
  readonly notAfter: number;
  /** What is not seen by then is not there. */
  readonly settlesAt: number;
};

export type SystemNotice =
  | ({ readonly is: 'intended' } & NoticeIntent)
  | { readonly is: 'stands'; readonly conversation: ConversationSid; readonly index: number };

type Deps = Pick<BridgeDeps, 'store' | 'clock' | 'nonce' | 'settings'>;
type Of = { readonly worker: WorkerSid; readonly key: string };

const read = (item: Item | undefined): SystemNotice | undefined => {
  if (item === undefined) return undefined;
  const conversation = String(item.conversation) as ConversationSid;
  if (item.message !== undefined) return { is: 'stands', conversation, index: Number(item.index) };
  return {
    is: 'intended',
    conversation,
    createdAt: Number(item.createdAt),
    digest: String(item.digest),
    fence: Number(item.fence),
    notAfter: Number(item.notAfter),
    settlesAt: Number(item.settlesAt),
  };
};

export const readSystemNotice = async (
  deps: Pick<Deps, 'store'>,
  { worker, key }: Of,
): Promise<SystemNotice | undefined> => read(await deps.store.get(systemNoticeKey(worker, key)));

/** From none, or from an intent of which nothing is under way any more. @returns undefined when another was quicker */
export const intendSystemNotice = async (
  deps: Deps,
  { worker, key }: Of,
  known: NoticeIntent | undefined,
  next: Pick<NoticeIntent, 'conversation' | 'digest'>,
): Promise<NoticeIntent | undefined> => {
  const now = deps.clock.now();
  const notAfter = now + deps.settings.leaseMs;
  const intent = {
    ...next,
    createdAt: now,
    fence: (known?.fence ?? 0) + 1,
    notAfter,
    settlesAt: notAfter + deps.settings.settleMs,
  };
  const written = await deps.store.write(systemNoticeKey(worker, key), {
    when: [known === undefined ? ['lacks', 'fence'] : ['=', 'fence', known.fence], ['lacks', 'message']],
    set: { ...intent, ...keptFor(SYSTEM_NOTICE_SECONDS, deps.clock) },
    nonce: [NONCE, deps.nonce()],
  });
  return written.ok ? intent : undefined;
};

/** From intended: the call is over, and what is not seen by `settlesAt` was not done. 0: nothing was sent. */
export const endNoticeCall = async (
  deps: Deps,
  { worker, key }: Of,
  mine: NoticeIntent,
  settlesAt: number,
): Promise<void> => {
  await deps.store.write(systemNoticeKey(worker, key), {
    when: [
      ['=', 'fence', mine.fence],
      ['lacks', 'message'],
    ],
    set: { settlesAt, notAfter: Math.min(mine.notAfter, deps.clock.now()) },
    nonce: [NONCE, deps.nonce()],
  });
};

/** From intended, by whoever sees it there. @returns the one that stands */
export const recordSystemNotice = async (
  deps: Deps,
  { worker, key }: Of,
  seen: { readonly conversation: ConversationSid; readonly message: MessageSid; readonly index: number },
): Promise<{ readonly message: MessageSid; readonly conversation: ConversationSid; readonly index: number }> => {
  const written = await deps.store.write(systemNoticeKey(worker, key), {
    when: [['lacks', 'message']],
    set: { ...seen, ...keptFor(SYSTEM_NOTICE_SECONDS, deps.clock) },
    remove: ['notAfter', 'settlesAt', 'digest', 'createdAt'],
    nonce: [NONCE, deps.nonce()],
  });
  if (written.ok) return seen;
  const { message, conversation, index } = written.old ?? {};
  return {
    message: String(message) as MessageSid,
    conversation: String(conversation) as ConversationSid,
    index: Number(index),
  };
};
