/** A worker's activity, and what TaskRouter tells of it. */
import type { Activity, Worker, Workspace } from '../model.ts';
import type { TwilioWorld } from '../world.ts';
import { tellTaskRouter, workerParams } from './events.ts';

export const touch = (world: TwilioWorld, thing: { version: number; dateUpdated: number }): void => {
  thing.version += 1;
  thing.dateUpdated = world.now();
};

/** Tells of it only when it is another one. */
export const goTo = (world: TwilioWorld, workspace: Workspace, worker: Worker, activity: Activity): void => {
  const previous = worker.activity;
  if (activity === previous) return;
  const now = world.now();
  const elapsed = now - worker.dateStatusChanged;
  worker.activity = activity;
  worker.dateStatusChanged = now;
  touch(world, worker);
  tellTaskRouter(
    world,
    workspace,
    {
      ...{ type: 'worker.activity.update', said: 'Worker updated to a new activity' },
      ...{ resource: 'worker', sid: worker.sid },
    },
    {
      ...workerParams(worker),
      WorkerPreviousActivitySid: previous.sid,
      WorkerPreviousActivityName: previous.name,
      WorkerTimeInPreviousActivity: Math.floor(elapsed / 1000),
      WorkerTimeInPreviousActivityMs: elapsed,
    },
  );
};
