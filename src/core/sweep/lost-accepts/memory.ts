/**
 * What a process remembers of the tasks that are open, so that a thousand of them do not cost a thousand reads a run.
 */
import type { TaskSid } from '../../model/sids.ts';
import type { AssignedTask, TaskChat } from '../../ports/tasks.ts';

export type Memory = {
  /** Forgets every task that is not open any more: it never remembers more than there are. */
  readonly keepOnly: (open: readonly AssignedTask[]) => void;
  /** Whether the task need not be looked at now. */
  readonly isSnoozed: (task: AssignedTask, now: number) => boolean;
  /** A task's pair knows of it: it rests for good. */
  readonly known: (task: AssignedTask) => void;
  /** The task rests until then (milliseconds since 1970), or until it changes. */
  readonly snooze: (task: AssignedTask, until: number) => void;
  /** The chat of a task that the list does not show, once it was asked for. */
  readonly chats: Map<TaskSid, TaskChat | 'none'>;
};

export const createMemory = (): Memory => {
  const known = new Set<TaskSid>();
  const resting = new Map<TaskSid, { readonly updatedAt: number; readonly until: number }>();
  const chats: Memory['chats'] = new Map();
  return {
    keepOnly: (open) => {
      const sids = new Set(open.map(({ sid }) => sid));
      for (const remembered of [known, resting, chats])
        for (const sid of remembered.keys()) if (!sids.has(sid)) remembered.delete(sid);
    },
    isSnoozed: ({ sid, updatedAt }, now) => {
      const rest = resting.get(sid);
      return known.has(sid) || (rest?.updatedAt === updatedAt && now < rest.until);
    },
    known: ({ sid }) => void known.add(sid),
    snooze: ({ sid, updatedAt }, until) => void resting.set(sid, { updatedAt, until }),
    chats,
  };
};
