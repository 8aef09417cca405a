/** https://www.twilio.com/docs/taskrouter/api/workspace, /activity and /event */
import type { Activity, TaskEvent, Workspace } from '../model.ts';
import { problems } from '../problem.ts';
import { type Call, date, field, found, ok, type RestRoute } from './call.ts';
import { pageOf } from './paging.ts';

export const workspaceOf = (call: Call): Workspace =>
  found(call, call.account.workspaces.get(call.at.WorkspaceSid ?? ''));

/** @throws TwilioProblem when the workspace has no such activity */
export const activityField = (call: Call, workspace: Workspace, name: string): Activity | undefined => {
  const wanted = field(call, name);
  if (wanted === undefined) return undefined;
  const activity = workspace.activities.find(({ sid }) => sid === wanted);
  if (activity === undefined) throw problems.invalid(name);
  return activity;
};

export const workspaceUrl = (call: Call, workspace: Workspace): string => `${call.base}/v1/Workspaces/${workspace.sid}`;

const render = (call: Call, workspace: Workspace) => {
  const url = workspaceUrl(call, workspace);
  const offline = workspace.activities[0];
  return {
    account_sid: workspace.account.sid,
    sid: workspace.sid,
    friendly_name: workspace.name,
    date_created: date(call, workspace.dateCreated),
    date_updated: date(call, workspace.dateUpdated),
    default_activity_name: offline?.name ?? null,
    default_activity_sid: offline?.sid ?? null,
    timeout_activity_name: workspace.timeoutActivity.name,
    timeout_activity_sid: workspace.timeoutActivity.sid,
    event_callback_url: workspace.eventCallbackUrl,
    events_filter: workspace.eventsFilter ?? null,
    multi_task_enabled: true,
    prioritize_queue_order: 'FIFO',
    url,
    links: {
      activities: `${url}/Activities`,
      events: `${url}/Events`,
      tasks: `${url}/Tasks`,
      workers: `${url}/Workers`,
    },
  };
};

const renderActivity = (call: Call, workspace: Workspace, activity: Activity) => ({
  account_sid: workspace.account.sid,
  workspace_sid: workspace.sid,
  sid: activity.sid,
  friendly_name: activity.name,
  available: activity.available,
  date_created: date(call, workspace.dateCreated),
  date_updated: date(call, workspace.dateCreated),
  url: `${workspaceUrl(call, workspace)}/Activities/${activity.sid}`,
  links: { workspace: workspaceUrl(call, workspace) },
});

const renderEvent = (call: Call, workspace: Workspace, event: TaskEvent) => ({
  account_sid: workspace.account.sid,
  workspace_sid: workspace.sid,
  sid: event.sid,
  event_type: event.type,
  event_date: date(call, event.at),
  event_date_ms: event.at,
  description: event.params.EventDescription ?? null,
  resource_type: event.params.ResourceType ?? null,
  resource_sid: event.params.ResourceSid ?? null,
  resource_url: null,
  actor_sid: null,
  actor_type: null,
  actor_url: null,
  source: 'twilio',
  source_ip_address: null,
  event_data: event.params,
  url: `${workspaceUrl(call, workspace)}/Events/${event.sid}`,
});

const filters = {
  EventType: 'EventType',
  TaskSid: 'TaskSid',
  ReservationSid: 'ReservationSid',
  WorkerSid: 'WorkerSid',
  Sid: 'Sid',
} as const;

/** The last `Minutes` (15 when neither they nor dates are given), newest first. */
const events = (call: Call, workspace: Workspace): readonly TaskEvent[] => {
  const { query, world } = call;
  const start = query.get('StartDate');
  const minutes = query.get('Minutes');
  const from = start !== null && minutes === null ? Date.parse(start) : world.now() - Number(minutes ?? 15) * 60_000;
  const end = query.get('EndDate');
  const until = end === null ? Number.POSITIVE_INFINITY : Date.parse(end);
  const wanted = Object.entries(filters).flatMap(([parameter, name]) => {
    const value = query.get(parameter);
    return value === null ? [] : [{ name, value }];
  });
  return workspace.events
    .filter(({ at, params }) => at >= from && at <= until && wanted.every(({ name, value }) => params[name] === value))
    .reverse();
};

const bySid = (call: Call): Workspace => found(call, call.account.workspaces.get(call.at.Sid ?? ''));

const one = '/v1/Workspaces/{Sid}';
const inside = '/v1/Workspaces/{WorkspaceSid}';

export const workspaceRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    pattern: '/v1/Workspaces',
    name: 'taskrouter.workspaces',
    answer: (call) =>
      ok(pageOf(call, 'workspaces', [...call.account.workspaces.values()], (workspace) => render(call, workspace))),
  },
  { method: 'GET', pattern: one, name: 'taskrouter.workspace', answer: (call) => ok(render(call, bySid(call))) },
  {
    method: 'POST',
    pattern: one,
    name: 'taskrouter.workspace',
    answer: (call) => {
      const workspace = bySid(call);
      const timeout = activityField(call, workspace, 'TimeoutActivitySid');
      workspace.timeoutActivity = timeout ?? workspace.timeoutActivity;
      workspace.eventCallbackUrl = field(call, 'EventCallbackUrl') ?? workspace.eventCallbackUrl;
      workspace.eventsFilter = field(call, 'EventsFilter') ?? workspace.eventsFilter;
      workspace.dateUpdated = call.world.now();
      return ok(render(call, workspace));
    },
  },
  {
    method: 'GET',
    pattern: `${inside}/Activities`,
    name: 'taskrouter.activities',
    answer: (call) => {
      const workspace = workspaceOf(call);
      const named = call.query.get('FriendlyName');
      const activities = workspace.activities.filter(({ name }) => named === null || name === named);
      return ok(pageOf(call, 'activities', activities, (activity) => renderActivity(call, workspace, activity), 1000));
    },
  },
  {
    method: 'GET',
    pattern: `${inside}/Activities/{Sid}`,
    name: 'taskrouter.activity',
    answer: (call) => {
      const workspace = workspaceOf(call);
      const activity = workspace.activities.find(({ sid }) => sid === call.at.Sid);
      return ok(renderActivity(call, workspace, found(call, activity)));
    },
  },
  {
    method: 'GET',
    pattern: `${inside}/Events`,
    name: 'taskrouter.events',
    answer: (call) => {
      const workspace = workspaceOf(call);
      const rows = events(call, workspace);
      return ok(pageOf(call, 'events', rows, (event) => renderEvent(call, workspace, event), 1000));
    },
  },
  {
    method: 'GET',
    pattern: `${inside}/Events/{Sid}`,
    name: 'taskrouter.event',
    answer: (call) => {
      const workspace = workspaceOf(call);
      const event = workspace.events.find(({ sid }) => sid === call.at.Sid);
      return ok(renderEvent(call, workspace, found(call, event)));
    },
  },
];
