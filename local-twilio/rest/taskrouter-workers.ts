/** https://www.twilio.com/docs/taskrouter/api/worker */
import type { Worker, Workspace } from '../model.ts';
import { changeWorker } from '../tasks/workers.ts';
import { type Call, date, field, found, ok, type RestRoute } from './call.ts';
import { etag, mustMatch } from './etag.ts';
import { attributesMatch } from './expression.ts';
import { pageOf } from './paging.ts';
import { activityField, workspaceOf, workspaceUrl } from './taskrouter-workspace.ts';

const render = (call: Call, workspace: Workspace, worker: Worker) => {
  const inside = workspaceUrl(call, workspace);
  const url = `${inside}/Workers/${worker.sid}`;
  return {
    account_sid: workspace.account.sid,
    workspace_sid: workspace.sid,
    sid: worker.sid,
    friendly_name: worker.friendlyName,
    attributes: worker.attributes,
    activity_sid: worker.activity.sid,
    activity_name: worker.activity.name,
    available: worker.activity.available,
    date_created: date(call, worker.dateCreated),
    date_updated: date(call, worker.dateUpdated),
    date_status_changed: date(call, worker.dateStatusChanged),
    url,
    links: {
      workspace: inside,
      activity: `${inside}/Activities/${worker.activity.sid}`,
      reservations: `${url}/Reservations`,
    },
  };
};

const both = (call: Call): readonly [Workspace, Worker] => {
  const workspace = workspaceOf(call);
  return [workspace, found(call, workspace.workers.get(call.at.Sid ?? ''))];
};

const collection = '/v1/Workspaces/{WorkspaceSid}/Workers';
const one = `${collection}/{Sid}`;

export const workerRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    pattern: collection,
    name: 'taskrouter.workers',
    answer: (call) => {
      const workspace = workspaceOf(call);
      const { query } = call;
      const named = query.get('FriendlyName');
      const activity = query.get('ActivityName');
      const activitySid = query.get('ActivitySid');
      const expression = query.get('TargetWorkersExpression');
      const workers = [...workspace.workers.values()].filter(
        (worker) =>
          (named === null || worker.friendlyName === named) &&
          (activity === null || worker.activity.name === activity) &&
          (activitySid === null || worker.activity.sid === activitySid) &&
          (expression === null || attributesMatch(worker, expression, 'TargetWorkersExpression')),
      );
      return ok(pageOf(call, 'workers', workers, (worker) => render(call, workspace, worker), 1000));
    },
  },
  {
    method: 'GET',
    pattern: one,
    name: 'taskrouter.worker',
    answer: (call) => {
      const [workspace, worker] = both(call);
      return ok(render(call, workspace, worker), etag(worker));
    },
  },
  {
    method: 'POST',
    pattern: one,
    name: 'taskrouter.worker',
    answer: (call) => {
      const [workspace, worker] = both(call);
      mustMatch(call, worker);
      changeWorker(call.world, workspace, worker, {
        activity: activityField(call, workspace, 'ActivitySid'),
        attributes: field(call, 'Attributes'),
        friendlyName: field(call, 'FriendlyName'),
        rejectsPending: field(call, 'RejectPendingReservations') === 'true',
      });
      return ok(render(call, workspace, worker), etag(worker));
    },
  },
];
