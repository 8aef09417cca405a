/**
 * What both accounts say is open, in bulk: a chat that is not among it has ended on that side, perhaps, and its pair's
 * own job looks. So a chat that goes on costs no read for its end.
 */
import type { BridgeDeps } from '../deps.ts';
import { CONVERSATION_PAGES, TASK_PAGES } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';

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
    allPages((from) => frontline.listOpen(from), CONVERSATION_PAGES),
    tasks === undefined
      ? undefined
      : allPages(async (from) => {
          const page = await tasks.listAssigned(from);
          return { sids: page.tasks.map(({ sid }) => sid), next: page.next };
        }, TASK_PAGES),
  ]);
  return { at, conversations, tasks: assigned };
};

type SidPage = { readonly sids: readonly string[]; readonly next: string | undefined };

const allPages = async (
  read: (from: string | undefined) => Promise<SidPage>,
  most: number,
): Promise<ReadonlySet<string> | undefined> => {
  const found = new Set<string>();
  let next: string | undefined;
  try {
    for (let pages = 0; pages < most; pages += 1) {
      const page = await read(next);
      for (const sid of page.sids) found.add(sid);
      next = page.next;
      if (next === undefined) return found;
    }
    return undefined;
  } catch (error) {
    if (error instanceof TwilioError) return undefined;
    throw error;
  }
};
