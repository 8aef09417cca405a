/** https://www.twilio.com/docs/taskrouter/api/task */
import type { Task, TaskStatus, Workspace } from '../model.ts';
import { problems } from '../problem.ts';
import { changeTask, createTask, removeTask } from '../tasks/tasks.ts';
import { type Call, created, date, field, found, gone, integerField, ok, type RestRoute } from './call.ts';
import { etag, mustMatch } from './etag.ts';
import { attributesMatch } from './expression.ts';
import { pageOf } from './paging.ts';
import { workspaceOf, workspaceUrl } from './taskrouter-workspace.ts';

const render = (call: Call, workspace: Workspace, task: Task) => {
  const inside = workspaceUrl(call, workspace);
  const url = `${inside}/Tasks/${task.sid}`;
  return {
    account_sid: workspace.account.sid,
    workspace_sid: workspace.sid,
    sid: task.sid,
    age: Math.floor((call.world.now() - task.dateCreated) / 1000),
    assignment_status: task.status,
    attributes: task.attributes,
    addons: '{}',
    date_created: date(call, task.dateCreated),
    date_updated: date(call, task.dateUpdated),
    task_queue_entered_date: date(call, task.dateCreated),
    virtual_start_time: date(call, task.dateCreated),
    priority: task.priority,
    reason: task.reason ?? null,
    task_queue_sid: workspace.queueSid,
    task_queue_friendly_name: 'Everyone',
    task_channel_sid: workspace.taskChannels.get(task.channel) ?? null,
    task_channel_unique_name: task.channel,
    timeout: task.timeout,
    workflow_sid: workspace.workflowSid,
    workflow_friendly_name: 'Assign to Anyone',
    ignore_capacity: false,
    routing_target: task.routingTarget ?? null,
    url,
    links: {
      workspace: inside,
      task_queue: `${inside}/TaskQueues/${workspace.queueSid}`,
      workflow: `${inside}/Workflows/${workspace.workflowSid}`,
      reservations: `${url}/Reservations`,
    },
  };
};

const both = (call: Call): readonly [Workspace, Task] => {
  const workspace = workspaceOf(call);
  return [workspace, found(call, workspace.tasks.get(call.at.Sid ?? ''))];
};

const statuses = ['pending', 'reserved', 'assigned', 'canceled', 'completed', 'wrapping'] as const;

const statusField = (call: Call): TaskStatus | undefined => {
  const text = field(call, 'AssignmentStatus');
  if (text === undefined) return undefined;
  const status = statuses.find((one) => one === text);
  if (status === undefined) throw problems.invalid('AssignmentStatus');
  return status;
};

/** By unique name or SID; 'default' when the caller names none. */
const channelField = (call: Call, workspace: Workspace): string => {
  const text = field(call, 'TaskChannel') ?? 'default';
  const known = [...workspace.taskChannels].find(([name, sid]) => name === text || sid === text);
  if (known === undefined) throw problems.invalid('TaskChannel');
  return known[0];
};

/** The workspace has one workflow. */
const checkWorkflow = (call: Call, workspace: Workspace): void => {
  const text = field(call, 'WorkflowSid');
  if (text !== undefined && text !== workspace.workflowSid) throw problems.invalid('WorkflowSid');
};

/** A worker; or a queue or workflow, to which nobody is routed here. */
const targetField = (call: Call, workspace: Workspace): string | undefined => {
  const text = field(call, 'RoutingTarget');
  const known = text === undefined || !text.startsWith('WK') || workspace.workers.has(text);
  if (!known) throw problems.invalid('RoutingTarget');
  return text;
};

const listed = (call: Call, workspace: Workspace): readonly Task[] => {
  const wanted = call.query.getAll('AssignmentStatus').flatMap((text) => text.split(','));
  const expression = call.query.get('EvaluateTaskAttributes');
  const tasks = [...workspace.tasks.values()].filter(
    (task) =>
      (wanted.length === 0 || wanted.includes(task.status)) &&
      (expression === null || attributesMatch(task, expression, 'EvaluateTaskAttributes')),
  );
  return call.query.get('Ordering')?.startsWith('DateCreated:desc') ? tasks.reverse() : tasks;
};

const collection = '/v1/Workspaces/{WorkspaceSid}/Tasks';
const one = `${collection}/{Sid}`;

export const taskRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    pattern: collection,
    name: 'taskrouter.tasks',
    answer: (call) => {
      const workspace = workspaceOf(call);
      return ok(pageOf(call, 'tasks', listed(call, workspace), (task) => render(call, workspace, task), 1000));
    },
  },
  {
    method: 'POST',
    pattern: collection,
    name: 'taskrouter.tasks',
    answer: (call) => {
      const workspace = workspaceOf(call);
      checkWorkflow(call, workspace);
      const task = createTask(call.world, workspace, {
        attributes: field(call, 'Attributes') ?? '{}',
        channel: channelField(call, workspace),
        priority: integerField(call, 'Priority'),
        timeout: integerField(call, 'Timeout'),
        routingTarget: targetField(call, workspace),
      });
      return created(render(call, workspace, task), etag(task));
    },
  },
  {
    method: 'GET',
    pattern: one,
    name: 'taskrouter.task',
    answer: (call) => {
      const [workspace, task] = both(call);
      return ok(render(call, workspace, task), etag(task));
    },
  },
  {
    method: 'POST',
    pattern: one,
    name: 'taskrouter.task',
    answer: (call) => {
      const [workspace, task] = both(call);
      mustMatch(call, task);
      changeTask(call.world, workspace, task, {
        attributes: field(call, 'Attributes'),
        status: statusField(call),
        reason: field(call, 'Reason'),
        priority: integerField(call, 'Priority'),
      });
      return ok(render(call, workspace, task), etag(task));
    },
  },
  {
    method: 'DELETE',
    pattern: one,
    name: 'taskrouter.task',
    answer: (call) => {
      const [workspace, task] = both(call);
      mustMatch(call, task);
      removeTask(call.world, workspace, task);
      return gone;
    },
  },
];
