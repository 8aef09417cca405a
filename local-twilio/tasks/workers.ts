/** Workers as programs and persons change them. https://www.twilio.com/docs/taskrouter/api/worker */
import type { Activity, Reservation, Worker, Workspace } from '../model.ts';
import { problems } from '../problem.ts';
import type { TwilioWorld } from '../world.ts';
import { tellTaskRouter, workerParams } from './events.ts';
import { answerReservation, checkJson } from './tasks.ts';
import { goTo, touch } from './worker-events.ts';

const pendingOf = (workspace: Workspace, worker: Worker): readonly Reservation[] =>
  [...workspace.tasks.values()]
    .flatMap((task) => [...task.reservations.values()])
    .filter((one) => one.worker === worker && one.status === 'pending');

/**
 * While offers wait for him nobody takes a worker out of the available activities, unless he has them rejected.
 * @throws TwilioProblem
 */
const settleOffers = (
  world: TwilioWorld,
  workspace: Workspace,
  worker: Worker,
  to: Activity,
  rejects: boolean,
): void => {
  if (to.available && rejects) throw problems.invalid('RejectPendingReservations');
  const pending = to.available || to === worker.activity ? [] : pendingOf(workspace, worker);
  if (pending.length > 0 && !rejects) throw problems.pendingReservations(worker.sid, pending.length);
  for (const one of pending) answerReservation(world, workspace, one, 'rejected');
};

/** @throws TwilioProblem */
export const changeWorker = (
  world: TwilioWorld,
  workspace: Workspace,
  worker: Worker,
  change: {
    readonly activity?: Activity | undefined;
    /** Offers that wait for him are rejected when he becomes unavailable. */
    readonly rejectsPending?: boolean;
    readonly attributes?: string | undefined;
    readonly friendlyName?: string | undefined;
  },
): void => {
  const { activity = worker.activity, rejectsPending = false } = change;
  settleOffers(world, workspace, worker, activity, rejectsPending);
  if (change.attributes !== undefined) worker.attributes = checkJson(change.attributes);
  if (change.friendlyName !== undefined) worker.friendlyName = change.friendlyName;
  if (activity === worker.activity) touch(world, worker);
  else goTo(world, workspace, worker, activity);
  if (change.attributes !== undefined)
    tellTaskRouter(
      world,
      workspace,
      {
        ...{ type: 'worker.attributes.update', said: 'Worker attributes updated' },
        ...{ resource: 'worker', sid: worker.sid },
      },
      workerParams(worker),
    );
};
