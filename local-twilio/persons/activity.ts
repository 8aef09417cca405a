import type { Activity, Workspace } from '../model.ts';

/** @throws when the workspace has none of this name: a script's mistake. */
export const activityNamed = (workspace: Workspace, wanted: string): Activity => {
  const activity = workspace.activities.find(({ name }) => name === wanted);
  if (activity === undefined) throw new Error(`no activity ${wanted}`);
  return activity;
};
