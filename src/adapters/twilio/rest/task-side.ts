import type { WorkspaceSid } from '../../../core/model/sids.ts';
import { TASKROUTER_PAGE } from '../../../core/model/times.ts';
import { TwilioError } from '../../../core/model/twilio-error.ts';
import type { Acceptance, AssignedTask, TaskSide } from '../../../core/ports/tasks.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { list, optionalText, type Payload, requiredText, sid, Unreadable } from '../http/payload.ts';
import { workerIdentity } from '../task-attributes.ts';
import { nextQuery, undefinedWhenGone } from './chat-side.ts';
import { createOwnTasks } from './own-tasks.ts';
import { chatOfTask, customerOfTask, readReservation, statusOf, tasksOn } from './task-payload.ts';

/** TaskRouter's REST API gives times in ISO-8601, to the second. */
const moment = (from: Payload, field: string): number => {
  const at = Date.parse(requiredText(from, field));
  if (Number.isNaN(at)) throw new Unreadable(field);
  return at;
};

/** By the specification a list shows no attributes; in its examples it does. */
const readTask = (task: Payload): AssignedTask => ({
  sid: sid(task, 'sid', 'WT'),
  chat: optionalText(task, 'attributes') === undefined ? 'unshown' : (chatOfTask(task) ?? 'none'),
  updatedAt: moment(task, 'date_updated'),
});

const readAcceptance = (reservation: Payload): Acceptance => ({
  reservation: sid(reservation, 'sid', 'WR'),
  worker: sid(reservation, 'worker_sid', 'WK'),
  at: moment(reservation, 'date_updated'),
});

/**
 * The Flex account's TaskRouter: https://www.twilio.com/docs/taskrouter/api
 * @throws {TwilioError} from every call
 */
export const createTaskSide = (
  account: Omit<AccountRest, 'serviceSid'> & {
    readonly workspaceSid: WorkspaceSid;
  },
): TaskSide => {
  const { workspaceSid } = account;
  const rest = createRest('taskrouter.twilio.com', account);
  const inside = (...path: readonly string[]) => ['v1', 'Workspaces', workspaceSid, ...path];

  const listTasks = async (status: 'assigned' | 'reserved', from: string | undefined) => {
    if (from !== undefined && !/^\?[\x21-\x7e]+$/.test(from)) throw new Error('from is no page of a list');
    const query = from ?? `?AssignmentStatus=${status}&Ordering=DateCreated:asc&PageSize=${TASKROUTER_PAGE}`;
    return rest({ method: 'GET', path: inside('Tasks'), query }, (payload) => ({
      tasks: tasksOn(payload).map(readTask),
      next: nextQuery(payload),
    }));
  };

  const openReservations: TaskSide['openReservations'] = async (task) => {
    const query = `?ReservationStatus=pending&PageSize=${TASKROUTER_PAGE}`;
    const found = await undefinedWhenGone(
      rest({ method: 'GET', path: inside('Tasks', task, 'Reservations'), query }, (payload) =>
        list(payload, 'reservations').map(readReservation),
      ),
    );
    return (found ?? []).filter(({ state }) => state === 'open');
  };

  const reservation: TaskSide['reservation'] = (worker, sid) =>
    undefinedWhenGone(rest({ method: 'GET', path: inside('Workers', worker, 'Reservations', sid) }, readReservation));

  /** The code of the 400 that an answered reservation gives is documented nowhere: what it is now tells. */
  const answerReservation: TaskSide['answerReservation'] = async (worker, sid, answer) => {
    const path = inside('Workers', worker, 'Reservations', sid);
    const form = { ReservationStatus: answer };
    try {
      return await undefinedWhenGone(rest({ method: 'POST', path, form }, readReservation));
    } catch (error) {
      if (!(error instanceof TwilioError) || error.status !== 400) throw error;
      const now = await reservation(worker, sid);
      // Not that it is answered, then.
      if (now?.state === 'open') throw error;
      return now;
    }
  };

  const acceptances = (task: string): Promise<readonly Acceptance[] | undefined> => {
    const query = `?ReservationStatus=accepted&PageSize=${TASKROUTER_PAGE}`;
    return undefinedWhenGone(
      rest({ method: 'GET', path: inside('Tasks', task, 'Reservations'), query }, (payload) =>
        list(payload, 'reservations').map(readAcceptance),
      ),
    );
  };

  return {
    workspace: workspaceSid,
    listAssigned: (from) => listTasks('assigned', from),
    listReserved: (from) => listTasks('reserved', from),
    ...{ openReservations, reservation, answerReservation },
    ...createOwnTasks(rest, inside),
    channelsWith: (number) => {
      // No other number is put into an expression. https://www.twilio.com/docs/taskrouter/expression-syntax
      if (!/^(whatsapp:)?\+\d{1,20}$/.test(number)) return Promise.resolve([]);
      const query = new URLSearchParams({ EvaluateTaskAttributes: `from == "${number}"`, Ordering: 'DateCreated:asc' });
      return rest({ method: 'GET', path: inside('Tasks'), query: `?${query}&PageSize=${TASKROUTER_PAGE}` }, (payload) =>
        tasksOn(payload)
          .filter((task) => !/^(completed|canceled)$/.test(statusOf(task)))
          .flatMap((task) => chatOfTask(task)?.container ?? []),
      );
    },
    customerName: (task) => undefinedWhenGone(rest({ method: 'GET', path: inside('Tasks', task) }, customerOfTask)),
    chat: (task) => undefinedWhenGone(rest({ method: 'GET', path: inside('Tasks', task) }, chatOfTask)),
    acceptance: async (task) => {
      const [first, ...others] = (await acceptances(task)) ?? [];
      return others.reduce((last, one) => (last !== undefined && one.at < last.at ? last : one), first);
    },
    read: (task) =>
      undefinedWhenGone(
        rest({ method: 'GET', path: inside('Tasks', task) }, (payload) => ({
          status: statusOf(payload),
          chat: chatOfTask(payload),
        })),
      ),
    ofChannel: (channel) => {
      // A SID holds no quote. https://www.twilio.com/docs/taskrouter/expression-syntax
      const named = new URLSearchParams({ EvaluateTaskAttributes: `channelSid == "${channel}"` });
      return rest({ method: 'GET', path: inside('Tasks'), query: `?${named}&PageSize=${TASKROUTER_PAGE}` }, (payload) =>
        tasksOn(payload).map((task) => ({
          sid: sid(task, 'sid', 'WT'),
          status: statusOf(task),
          createdAt: moment(task, 'date_created'),
        })),
      );
    },
    reservationStatus: (task, reservation) =>
      undefinedWhenGone(
        rest({ method: 'GET', path: inside('Tasks', task, 'Reservations', reservation) }, (payload) =>
          requiredText(payload, 'reservation_status'),
        ),
      ),
    complete: (task, reason) =>
      rest(
        { method: 'POST', path: inside('Tasks', task), form: { AssignmentStatus: 'completed', Reason: reason } },
        () => undefined,
      ),
    workerIdentity: (worker) =>
      undefinedWhenGone(
        rest({ method: 'GET', path: inside('Workers', worker) }, (payload) =>
          workerIdentity(optionalText(payload, 'attributes'), () => requiredText(payload, 'friendly_name')),
        ),
      ),
  };
};
