/** https://www.twilio.com/docs/taskrouter/api/reservations, by task and by worker */
import type { Reservation, ReservationStatus, Workspace } from '../model.ts';
import { problems } from '../problem.ts';
import { answerReservation } from '../tasks/tasks.ts';
import { type Call, date, field, found, ok, type RestRoute } from './call.ts';
import { etag, mustMatch } from './etag.ts';
import { pageOf } from './paging.ts';
import { workspaceOf, workspaceUrl } from './taskrouter-workspace.ts';

const render = (call: Call, workspace: Workspace, reservation: Reservation, under: string) => {
  const inside = workspaceUrl(call, workspace);
  return {
    account_sid: workspace.account.sid,
    workspace_sid: workspace.sid,
    sid: reservation.sid,
    reservation_status: reservation.status,
    task_sid: reservation.task.sid,
    worker_sid: reservation.worker.sid,
    worker_name: reservation.worker.friendlyName,
    date_created: date(call, reservation.dateCreated),
    date_updated: date(call, reservation.dateUpdated),
    url: `${inside}/${under}/Reservations/${reservation.sid}`,
    links: {
      workspace: inside,
      task: `${inside}/Tasks/${reservation.task.sid}`,
      worker: `${inside}/Workers/${reservation.worker.sid}`,
    },
  };
};

type Listed = {
  readonly workspace: Workspace;
  /** Where in the workspace: `Tasks/WT…` or `Workers/WK…`. */
  readonly under: string;
  readonly reservations: readonly Reservation[];
};

const ofTask = (call: Call): Listed => {
  const workspace = workspaceOf(call);
  const task = found(call, workspace.tasks.get(call.at.TaskSid ?? ''));
  return { workspace, under: `Tasks/${task.sid}`, reservations: [...task.reservations.values()] };
};

const ofWorker = (call: Call): Listed => {
  const workspace = workspaceOf(call);
  const worker = found(call, workspace.workers.get(call.at.WorkerSid ?? ''));
  const all = [...workspace.tasks.values()].flatMap((task) => [...task.reservations.values()]);
  return {
    workspace,
    under: `Workers/${worker.sid}`,
    reservations: all.filter((reservation) => reservation.worker === worker),
  };
};

const statuses = [
  'pending',
  'accepted',
  'rejected',
  'timeout',
  'canceled',
  'rescinded',
  'wrapping',
  'completed',
] as const;

const statusField = (call: Call): ReservationStatus | undefined => {
  const text = field(call, 'ReservationStatus');
  if (text === undefined) return undefined;
  const status = statuses.find((one) => one === text);
  if (status === undefined) throw problems.invalid('ReservationStatus');
  return status;
};

const routes = (pattern: string, name: string, listed: (call: Call) => Listed): readonly RestRoute[] => {
  const pick = (call: Call): readonly [Listed, Reservation] => {
    const all = listed(call);
    return [
      all,
      found(
        call,
        all.reservations.find(({ sid }) => sid === call.at.Sid),
      ),
    ];
  };
  return [
    {
      method: 'GET',
      pattern,
      name: `taskrouter.${name}reservations`,
      answer: (call) => {
        const { workspace, under, reservations } = listed(call);
        const status = call.query.get('ReservationStatus');
        const rows = reservations.filter((one) => status === null || one.status === status);
        return ok(pageOf(call, 'reservations', rows, (row) => render(call, workspace, row, under), 1000));
      },
    },
    {
      method: 'GET',
      pattern: `${pattern}/{Sid}`,
      name: `taskrouter.${name}reservation`,
      answer: (call) => {
        const [{ workspace, under }, reservation] = pick(call);
        return ok(render(call, workspace, reservation, under), etag(reservation));
      },
    },
    {
      method: 'POST',
      pattern: `${pattern}/{Sid}`,
      name: `taskrouter.${name}reservation`,
      answer: (call) => {
        const [{ workspace, under }, reservation] = pick(call);
        mustMatch(call, reservation);
        const status = statusField(call);
        if (status !== undefined) answerReservation(call.world, workspace, reservation, status);
        return ok(render(call, workspace, reservation, under), etag(reservation));
      },
    },
  ];
};

const inside = '/v1/Workspaces/{WorkspaceSid}';
export const reservationRoutes: readonly RestRoute[] = [
  ...routes(`${inside}/Tasks/{TaskSid}/Reservations`, 'task', ofTask),
  ...routes(`${inside}/Workers/{WorkerSid}/Reservations`, 'worker', ofWorker),
];
