/** Agents who come and go, in Flex and on their phones. */
import { AGENTS, type DefaultAgent } from '../../local-twilio/defaults.ts';
import type { Switched } from '../../local-twilio/persons/frontline-agent.ts';
import { usualPresence } from '../../src/core/model/presence.ts';
import { agentProblems } from '../judge-agents.ts';
import type { Scenario, ScenarioAct } from '../scenario.ts';
import type { SimWorld } from '../world.ts';
import { allLost, works } from './acts.ts';

const goesInFlex =
  (activity: string): ScenarioAct =>
  ({ twilio }) =>
    twilio.flexAgent.goes(AGENTS.ann.flexWorkerSid, activity);
const goesOnPhone =
  (activity: string, { email }: DefaultAgent = AGENTS.ann, changes: Switched = 'both'): ScenarioAct =>
  ({ twilio }) =>
    twilio.frontlineAgent.goes(email, activity, changes);

const isInTheEnd = (activity: string, ...agents: readonly DefaultAgent[]) => {
  const wishes = agents.map((agent) => ({ agent, activity }));
  return (world: SimWorld) => agentProblems(world, wishes);
};

const usual = usualPresence();
/** The chat beside it is nobody's. */
const apart = {
  kind: 'web',
  history: 0,
  linked: true,
  alone: true,
  unaccepted: true,
  config: { presence: { ...usual, pairs: [...usual.pairs, { flex: 'Break', frontline: 'Break' }] } },
} as const;

export const PRESENCES: readonly Scenario[] = [
  {
    name: 'an agent who goes in Flex, and then elsewhere on his phone',
    ...apart,
    acts: [goesInFlex('Unavailable'), goesOnPhone('Break')],
    problems: isInTheEnd('Break', AGENTS.ann),
  },
  {
    name: 'an agent who goes on his phone, and then elsewhere in Flex',
    ...apart,
    acts: [goesOnPhone('Unavailable'), goesInFlex('Break')],
    problems: isInTheEnd('Break', AGENTS.ann),
  },
  {
    name: 'agents who go, in Flex and in their app alone, of which nobody told',
    ...apart,
    acts: [allLost, goesInFlex('Unavailable'), goesOnPhone('Unavailable', AGENTS.ben, 'user'), works],
    problems: isInTheEnd('Unavailable', AGENTS.ann, AGENTS.ben),
  },
];
