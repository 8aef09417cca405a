import type { Side } from '../../../core/model/event.ts';
import type { WorkerSid, WorkspaceSid } from '../../../core/model/sids.ts';
import { CLOCK_SLACK_MS, TASKROUTER_PAGE } from '../../../core/model/times.ts';
import type { Activities, WorkerNow, WorkerSide } from '../../../core/ports/workers.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { list, optionalText, type Payload, requiredText, sid, Unreadable } from '../http/payload.ts';
import { parseJsonObject } from '../values.ts';
import { nextQuery, undefinedWhenGone } from './chat-side.ts';

const since = (from: Payload): number => {
  const at = Date.parse(requiredText(from, 'date_status_changed'));
  if (Number.isNaN(at)) throw new Unreadable('date_status_changed');
  return at;
};

/** The settings may name an attribute by which workers are matched; a value of another type than text is none. */
const knownBy = (worker: Payload, attribute: string | undefined): string | undefined => {
  if (attribute === undefined) return requiredText(worker, 'friendly_name');
  const value = parseJsonObject(optionalText(worker, 'attributes'))[attribute];
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
};

const reader =
  (attribute: string | undefined) =>
  (worker: Payload): WorkerNow => ({
    sid: sid(worker, 'sid', 'WK'),
    name: requiredText(worker, 'friendly_name'),
    knownBy: knownBy(worker, attribute),
    activity: requiredText(worker, 'activity_name'),
    since: since(worker),
  });

const readActivities = (activities: readonly Payload[], afterTimeout: string | undefined): Activities => ({
  // Of two activities of one name, which a workspace may have, the older one counts.
  sids: new Map(
    activities.map((one) => [requiredText(one, 'friendly_name'), sid(one, 'sid', 'WA')] as const).reverse(),
  ),
  unavailable: new Set(
    activities.filter(({ available }) => available === false).map((one) => requiredText(one, 'friendly_name')),
  ),
  afterTimeout,
});

/**
 * One workspace's workers and activities: https://www.twilio.com/docs/taskrouter/api/worker
 * @param account `matchBy`: the attribute by which workers are matched; by their names without it.
 * @throws {TwilioError} from every call
 */
export const createWorkerSide = (
  account: Omit<AccountRest, 'serviceSid'> & {
    readonly side: Side;
    readonly workspaceSid: WorkspaceSid;
    readonly matchBy: string | undefined;
  },
): WorkerSide => {
  const { workspaceSid, matchBy } = account;
  const rest = createRest('taskrouter.twilio.com', account);
  const inside = (...path: readonly string[]) => ['v1', 'Workspaces', workspaceSid, ...path];
  const readWorker = reader(matchBy);
  const page = (query: string) =>
    rest({ method: 'GET', path: inside('Workers'), query }, (payload) => ({
      workers: list(payload, 'workers').map(readWorker),
      next: nextQuery(payload),
    }));

  /** A name is a parameter of its own; an attribute stands in an expression, whose quotes it must not leave. */
  const filter = (text: string): string | undefined => {
    if (matchBy === undefined) return `FriendlyName=${encodeURIComponent(text)}`;
    if (/["'\\\p{C}]/u.test(text)) return undefined;
    return `TargetWorkersExpression=${encodeURIComponent(`${matchBy} == "${text}"`)}`;
  };

  return {
    side: account.side,
    worker: (worker) => undefinedWhenGone(rest({ method: 'GET', path: inside('Workers', worker) }, readWorker)),
    named: async (name) => {
      const { workers } = await page(`?${new URLSearchParams({ FriendlyName: name, PageSize: '20' })}`);
      return workers.find((one) => one.name === name);
    },
    knownBy: async (text) => {
      const asked = filter(text);
      if (asked === undefined) return [];
      const { workers } = await page(`?${asked}&PageSize=${TASKROUTER_PAGE}`);
      return workers.filter((one) => one.knownBy === text);
    },
    list: async (from) => {
      if (from !== undefined && !/^\?[\x21-\x7e]+$/.test(from)) throw new Error('from is no page of a list');
      return page(from ?? `?PageSize=${TASKROUTER_PAGE}`);
    },
    activities: async () => {
      const query = `?PageSize=${TASKROUTER_PAGE}`;
      const all = await rest({ method: 'GET', path: inside('Activities'), query }, (payload) =>
        list(payload, 'activities'),
      );
      const timeout = await rest({ method: 'GET', path: inside() }, (payload) =>
        optionalText(payload, 'timeout_activity_name'),
      );
      return readActivities(all, timeout);
    },
    goTo: (worker: WorkerSid, activity, offers) =>
      undefinedWhenGone(
        rest(
          {
            method: 'POST',
            path: inside('Workers', worker),
            form: { ActivitySid: activity, ...(offers === 'rejected' ? { RejectPendingReservations: 'true' } : {}) },
          },
          readWorker,
        ),
      ),
    letTimeOut: async (worker, at) => {
      const query = new URLSearchParams({
        ...{ EventType: 'reservation.timeout', WorkerSid: worker, PageSize: '1' },
        StartDate: new Date(at - CLOCK_SLACK_MS).toISOString(),
        EndDate: new Date(at + CLOCK_SLACK_MS).toISOString(),
      });
      return rest(
        { method: 'GET', path: inside('Events'), query: `?${query}` },
        (payload) => list(payload, 'events').length > 0,
      );
    },
    isOffered: async (worker) => {
      const query = '?ReservationStatus=pending&PageSize=1';
      const path = inside('Workers', worker, 'Reservations');
      return rest({ method: 'GET', path, query }, (payload) => list(payload, 'reservations').length > 0);
    },
  };
};
