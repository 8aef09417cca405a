/**
 * What both accounts say is open, in bulk: a chat that is not among it has ended on that side, perhaps, and its pair's
 * own job looks. So a chat that goes on costs no read for its end.
 */
import type { BridgeDeps } from '../deps.ts';
import { CONVERSATION_PAGES } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import { listOpenTasks } from './lost-accepts/open-chats.ts';
import { BudgetSpent, listAll } from './turns.ts';

export type WhatIsOpen = {
  /** Milliseconds since 1970: what was open then is listed. */
  readonly at: number;
  /** undefined: the list could not be read, or is too long. */
  readonly conversations: ReadonlySet<string> | undefined;
  /** Tasks that a worker has accepted and not wrapped up. */
  readonly tasks: ReadonlySet<string> | undefined;
};

/** A run without a linked pair lists nothing, and another lists once. */
export const onceAsked = (read: () => Promise<WhatIsOpen>): (() => Promise<WhatIsOpen>) => {
  let asked: Promise<WhatIsOpen> | undefined;
  return () => {
    asked ??= read();
    return asked;
  };
};

export const readWhatIsOpen = async (deps: BridgeDeps): Promise<WhatIsOpen> => {
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
