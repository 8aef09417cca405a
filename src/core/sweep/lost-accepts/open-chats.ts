/** Flex's open chats by TaskRouter's own account: which task has which channel. */
import { TASK_PAGES } from '../../model/times.ts';
import type { AcceptedTasks, AssignedTask, TaskChat } from '../../ports/tasks.ts';
import { listAll, type Turn } from '../turns.ts';
import type { Memory } from './memory.ts';

export type OpenChat = {
  readonly task: AssignedTask;
  readonly chat: TaskChat;
  /** A newer task could not be read: the channel may have passed to it. */
  readonly passed: boolean;
};

/** Every task that a worker has accepted, the oldest first. @throws BudgetSpent */
export const listOpenTasks = (
  tasks: Pick<AcceptedTasks, 'listAssigned'>,
  turn: Turn,
): Promise<readonly AssignedTask[]> =>
  listAll(
    async (from) => {
      const { tasks: all, next } = await tasks.listAssigned(from);
      return { all, next };
    },
    TASK_PAGES,
    turn,
  );

/**
 * Those of the tasks that are chats, the oldest first. A channel may pass from task to task: the newest one has it.
 * @param unread gets why a task could not be read, and throws what concerns more than the one task.
 * @throws BudgetSpent
 */
export const openChats = async (
  tasks: AcceptedTasks,
  turn: Turn,
  memory: Memory,
  open: readonly AssignedTask[],
  unread: (error: unknown) => void,
): Promise<readonly OpenChat[]> => {
  const byChannel = new Map<string, OpenChat>();
  let passed = false;
  for (const task of open.toReversed())
    try {
      const chat = task.chat === 'unshown' ? await askedFor(tasks, turn, memory, task) : task.chat;
      if (chat !== 'none' && !byChannel.has(chat.container)) byChannel.set(chat.container, { task, chat, passed });
    } catch (error) {
      unread(error);
      passed = true;
    }
  return [...byChannel.values()].reverse();
};

const askedFor = async (tasks: AcceptedTasks, turn: Turn, { chats }: Memory, { sid }: AssignedTask) => {
  const remembered = chats.get(sid);
  if (remembered !== undefined) return remembered;
  await turn();
  const chat = (await tasks.chat(sid)) ?? 'none';
  chats.set(sid, chat);
  return chat;
};
