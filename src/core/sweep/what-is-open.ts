/**
 * What both accounts say is open, in bulk: a chat that is not among it has ended on that side, perhaps, and its pair's
 * own job looks. So a chat that goes on costs no read for its end.
 */
import type { BridgeDeps } from '../deps.ts';
import { sendAgree } from '../jobs/send.ts';
import { CONVERSATION_PAGES } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { LinkedPair } from '../state/pair.ts';
import { listOpenTasks } from './lost-accepts/open-chats.ts';
import { BudgetSpent, listAll } from './turns.ts';

type WhatIsOpen = {
  /** Milliseconds since 1970: what was open then is listed. */
  readonly at: number;
  /** undefined: the list could not be read, or is too long. */
  readonly conversations: ReadonlySet<string> | undefined;
  /** Tasks that a worker has accepted and not wrapped up. */
  readonly tasks: ReadonlySet<string> | undefined;
};

export type EndsSweep = {
  /** Is looked up as soon as the lists are read; a run in which nobody asks reads none. */
  readonly hasItEnded: (pair: LinkedPair) => void;
  /** All have been looked up. @throws what the store, a queue or the lists' reading threw */
  readonly ended: () => Promise<void>;
};

/**
 * The lists of a large account take longer than many pairs' turns, and are read beside the comparing: who waited for
 * them would hold up the pairs behind, and then all would read at once.
 */
export const createEndsSweep = (deps: BridgeDeps): EndsSweep => {
  let lists: Promise<WhatIsOpen> | undefined;
  const lookups: Promise<void>[] = [];
  const lookUp = async (pair: LinkedPair): Promise<void> => {
    lists ??= readWhatIsOpen(deps);
    if (isNotAmong(await lists, pair)) await sendAgree(deps, pair, 'sweep');
  };
  return {
    hasItEnded: (pair) => {
      const one = lookUp(pair);
      // Told by `ended`.
      one.catch(() => {});
      lookups.push(one);
    },
    ended: async () => {
      await Promise.all(lookups);
    },
  };
};

const isNotAmong = ({ at, conversations, tasks }: WhatIsOpen, pair: LinkedPair): boolean => {
  const closed = conversations !== undefined && !conversations.has(pair.frontline);
  const done = tasks !== undefined && pair.task !== undefined && !tasks.has(pair.task);
  return pair.begunAt < at && (closed || done);
};

const readWhatIsOpen = async (deps: BridgeDeps): Promise<WhatIsOpen> => {
  const at = deps.clock.now();
  const { frontline, tasks } = deps;
  const [conversations, assigned] = await Promise.all([
    unlessUnread(
      listAll(
        async (from) => {
          const { sids: all, next } = await frontline.listOpen(from);
          return { all, next };
        },
        CONVERSATION_PAGES,
        atOnce,
      ),
    ),
    tasks && unlessUnread(listOpenTasks(tasks, atOnce).then((all) => all.map(({ sid }) => sid))),
  ]);
  return { at, conversations, tasks: assigned };
};

/** A page takes as long as Twilio takes: that is pause enough. */
const atOnce = async (): Promise<void> => {};

const unlessUnread = async (listing: Promise<readonly string[]>): Promise<ReadonlySet<string> | undefined> => {
  try {
    return new Set(await listing);
  } catch (error) {
    if (error instanceof TwilioError || error instanceof BudgetSpent) return undefined;
    throw error;
  }
};
