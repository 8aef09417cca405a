/** An agent on two devices: the desk with Flex, and the phone with Frontline's app. */
import type { DefaultAgent } from '../../local-twilio/defaults.ts';
import type { Switched } from '../../local-twilio/persons/frontline-agent.ts';
import { AGENTS, type ScenarioHarness } from './harness.ts';

export const agentOf = (harness: ScenarioHarness, who: DefaultAgent = AGENTS.ann) => {
  const { twilio } = harness;
  const on = (side: 'flex' | 'frontline') => twilio.reads.workers(side).find(({ name }) => name === who.email);
  const sids = [who.flexWorkerSid, who.frontlineWorkerSid];
  return {
    inFlex: (activity: string) => twilio.flexAgent.goes(who.flexWorkerSid, activity),
    onPhone: (activity: string, changes?: Switched) => twilio.frontlineAgent.goes(who.email, activity, changes),
    /** Somebody's chat is offered to him in Flex. */
    isOffered: (): string => {
      const { task } = harness.begins();
      return twilio.flexAgent.isOffered(who.flexWorkerSid, task).reservationSid;
    },
    /** Flex's activity, Frontline's, and the user's availability there. */
    says: () => [on('flex')?.activity, on('frontline')?.activity, on('frontline')?.isAvailable],
    /** How the journal's lines about him ended, in order. */
    ends: () =>
      harness.entries
        .map(({ entry }) => entry)
        .filter((entry) => entry.step !== 'queued' && entry.sids.some((sid) => sids.some((his) => his === sid)))
        .map(({ step, reason }) => (reason === undefined ? step : `${step}(${reason})`)),
  };
};

/** How often the bridge changed a worker or a user. */
export const presenceWrites = ({ calls }: ScenarioHarness): number =>
  Object.entries(calls())
    .filter(([call]) => /POST (taskrouter\.worker|frontline\.user)$/.test(call))
    .reduce((sum, [, count]) => sum + count, 0);
