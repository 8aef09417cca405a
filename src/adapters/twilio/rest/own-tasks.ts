import { isSid } from '../../../core/model/sids.ts';
import { TASKROUTER_PAGE } from '../../../core/model/times.ts';
import { TwilioError } from '../../../core/model/twilio-error.ts';
import type { OwnTasks } from '../../../core/ports/tasks.ts';
import type { Rest } from '../http/client.ts';
import { list, optionalText, sid } from '../http/payload.ts';
import { TASK_MARK, taskMark } from '../task-attributes.ts';
import { undefinedWhenGone } from './chat-side.ts';
import { chatOfTask, readReservation, statusOf, tasksOn } from './task-payload.ts';

/** An ETag is a quoted string, and perhaps a weak one; If-Match takes what it names. */
const versionIn = (headers: Readonly<Record<string, string>>): string | undefined =>
  headers.etag?.replace(/^W\//, '').replaceAll('"', '') || undefined;

/**
 * Tasks that the bridge makes and takes away: https://www.twilio.com/docs/taskrouter/api/task
 * @param inside the path of something in the workspace
 */
export const createOwnTasks = (rest: Rest, inside: (...path: readonly string[]) => readonly string[]): OwnTasks => ({
  create: ({ mark, attributes, taskChannel, workflow, worker }) => {
    if (!/^[\w.-]{1,200}$/.test(mark)) throw new Error('a mark of this kind is not found again');
    const form = {
      Attributes: JSON.stringify({ ...attributes, [TASK_MARK]: mark }),
      TaskChannel: taskChannel,
      RoutingTarget: worker,
      // He is asked though he has other chats, or is away: he took this one himself.
      IgnoreCapacity: 'true',
      ...(workflow === undefined ? {} : { WorkflowSid: workflow }),
    };
    return rest({ method: 'POST', path: inside('Tasks'), form }, (payload) => sid(payload, 'sid', 'WT'));
  },
  marked: (mark) => {
    // A mark holds no quote. https://www.twilio.com/docs/taskrouter/expression-syntax
    const named = new URLSearchParams({ EvaluateTaskAttributes: `${TASK_MARK} == "${mark}"` });
    return rest({ method: 'GET', path: inside('Tasks'), query: `?${named}&PageSize=${TASKROUTER_PAGE}` }, (payload) =>
      tasksOn(payload).map((task) => ({ sid: sid(task, 'sid', 'WT'), status: statusOf(task) })),
    );
  },
  whole: (task) =>
    undefinedWhenGone(
      rest({ method: 'GET', path: inside('Tasks', task) }, (payload, headers) => {
        const workflow = optionalText(payload, 'workflow_sid');
        const attributes = optionalText(payload, 'attributes') ?? '{}';
        return {
          status: statusOf(payload),
          ...{ attributes, chat: chatOfTask(payload), mark: taskMark(attributes) },
          taskChannel: optionalText(payload, 'task_channel_unique_name'),
          workflow: isSid('WW', workflow) ? workflow : undefined,
          version: versionIn(headers),
        };
      }),
    ),
  writeAttributes: async (task, attributes, version) => {
    const form = { Attributes: attributes };
    try {
      await rest({ method: 'POST', path: inside('Tasks', task), form, ifMatch: version }, () => undefined);
      return true;
    } catch (error) {
      if (error instanceof TwilioError && error.status === 412) return false;
      throw error;
    }
  },
  cancel: (task, reason) =>
    rest(
      { method: 'POST', path: inside('Tasks', task), form: { AssignmentStatus: 'canceled', Reason: reason } },
      () => undefined,
    ),
  reservations: async (task) => {
    const query = `?PageSize=${TASKROUTER_PAGE}`;
    const found = await undefinedWhenGone(
      rest({ method: 'GET', path: inside('Tasks', task, 'Reservations'), query }, (payload) =>
        list(payload, 'reservations').map(readReservation),
      ),
    );
    return found ?? [];
  },
});
