/** By which reservation an agent serves a chat, and whether it still stands. */
import type { BridgeDeps } from '../deps.ts';
import type { Pair, Serving } from '../state/pair.ts';

/** Who serves no longer: handed over, wrapping up, done. TaskRouter's other words are no end. */
const ENDED: ReadonlySet<string | undefined> = new Set([
  undefined,
  'wrapping',
  'completed',
  'canceled',
  'rejected',
  'timeout',
  'rescinded',
]);

/** undefined WORKSPACE_SID: nobody can tell, and he stays. */
export const hasEndedReservation = async (
  { tasks }: BridgeDeps,
  { task, reservation }: Pick<Serving, 'task' | 'reservation'>,
): Promise<boolean> => tasks !== undefined && ENDED.has(await tasks.reservationStatus(task, reservation));

/** A completed task is deleted within minutes: one that is gone has ended. */
export const hasEndedTask = (status: string | undefined): boolean =>
  status === undefined || status === 'completed' || status === 'canceled';

/** Another agent of the chat whose reservation stands, the latest first: with a warm transfer two are open. */
export const otherServing = async (deps: BridgeDeps, pair: Pair): Promise<Serving | undefined> => {
  for (const agent of pair.agents.toReversed())
    if (agent.reservation !== pair.reservation && !(await hasEndedReservation(deps, agent))) return agent;
  return undefined;
};
