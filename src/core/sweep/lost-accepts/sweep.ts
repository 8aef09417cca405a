/**
 * Finds accepts whose webhook was lost, in TaskRouter's current state: one list of all open tasks, and two reads for
 * each that no pair knows of. What is found goes the way that its webhook would have gone.
 */

import type { BridgeSettings } from '../../deps.ts';
import { errorName } from '../../model/error-name.ts';
import { ACCEPT_PACE_MS, ACCEPT_READS } from '../../model/times.ts';
import { TwilioError } from '../../model/twilio-error.ts';
import type { AcceptedTasks } from '../../ports/tasks.ts';
import { firstStart } from '../../state/first-start.ts';
import { BudgetSpent, type BulkVerdict, concernsAll, createTurns, notCompared } from '../turns.ts';
import { lookInto, type Search } from './look-into.ts';
import { createMemory, type Memory } from './memory.ts';
import { listOpenTasks, openChats } from './open-chats.ts';
import { unknownChats } from './unknown.ts';

export type AcceptSweepDeps = Pick<Search, 'store' | 'queues' | 'clock' | 'nonce' | 'journal'> & {
  readonly settings: Pick<BridgeSettings, 'settleMs'>;
  /** undefined: the settings do not name the TaskRouter workspace. */
  readonly tasks: AcceptedTasks | undefined;
};

/**
 * Make it once: what it remembers of open tasks saves it from asking the store for each at every run.
 * @returns never rejects. The deadline is in milliseconds since 1970: nothing is asked of Twilio after it.
 */
export const createAcceptSweep = (deps: AcceptSweepDeps): ((deadline: number) => Promise<BulkVerdict>) => {
  const { tasks, clock, journal } = deps;
  const memory = createMemory();
  let notBefore = 0;
  let loggedNoWorkspace = false;

  const log = (verdict: BulkVerdict, count: number): BulkVerdict => {
    const { verdict: reason, ...why } = verdict;
    journal({ step: 'swept', type: 'accepts', sids: [], count, reason, ...why });
    return verdict;
  };

  return async (deadline) => {
    if (tasks === undefined) {
      const verdict = { verdict: 'not_compared', why: 'no_workspace' } as const;
      if (!loggedNoWorkspace) log(verdict, 0);
      loggedNoWorkspace = true;
      return verdict;
    }
    if (clock.now() < notBefore) return log({ verdict: 'not_compared', why: 'asked_to_wait' }, 0);
    let sent = 0;
    const count = () => {
      sent += 1;
    };
    try {
      return log(await sweep({ ...deps, tasks }, memory, deadline, count), sent);
    } catch (error) {
      if (error instanceof TwilioError) notBefore = clock.now() + (error.retryAfter ?? 0) * 1000;
      else if (!(error instanceof BudgetSpent))
        journal({ step: 'failed', type: 'accepts', reason: errorName(error), sids: [] });
      return log(notCompared(error), sent);
    }
  };
};

const sweep = async (
  deps: AcceptSweepDeps & { readonly tasks: AcceptedTasks },
  memory: Memory,
  deadline: number,
  count: () => void,
): Promise<BulkVerdict> => {
  const { tasks } = deps;
  const turn = createTurns(deps.clock, { deadline, paceMs: ACCEPT_PACE_MS, most: ACCEPT_READS });
  const since = await firstStart(deps);
  const open = await listOpenTasks(tasks, turn);
  memory.keepOnly(open);
  // An accept changes its task: a task that was last changed before the first start had no accept since, and is not
  // read.
  const young = open.filter((task) => task.updatedAt >= since);
  let unread: BulkVerdict | undefined;
  const noteUnread = (error: unknown): void => {
    if (concernsAll(error)) throw error;
    unread = notCompared(error);
  };
  const unknown = await unknownChats(deps, memory, await openChats(tasks, turn, memory, young, noteUnread));

  const search: Search = { ...deps, settleMs: deps.settings.settleMs, memory, turn, since, identities: new Map() };
  let verdict: BulkVerdict = { verdict: 'clean' };
  for (const one of unknown)
    try {
      if (!(await lookInto(search, one))) continue;
      count();
      verdict = { verdict: 'repairing' };
    } catch (error) {
      noteUnread(error);
    }
  return unread ?? verdict;
};
