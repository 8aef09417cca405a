/** Do an agent's two sides agree in the end, and did the bridge come to rest? By Twilio's own truth. */
import { AGENTS, type DefaultAgent } from '../local-twilio/defaults.ts';
import { presenceKey } from '../src/core/state/items.ts';
import { type LastWish, presenceOf } from './agents.ts';
import type { SimWorld } from './world.ts';

const REST_MS = 15 * 60_000;
/** What the usual settings map, each to the same name. */
const MAPPED: ReadonlySet<string | undefined> = new Set(['Available', 'Unavailable']);
const UNDONE = ['until', 'todoFlex', 'todoFrontline', 'todoUser'] as const;

/** @returns what is wrong, a line each. */
export const agentProblems = async (world: SimWorld, wishes: readonly LastWish[]): Promise<readonly string[]> => {
  const wrong: string[] = [...restless(world)];
  for (const [name, agent] of Object.entries(AGENTS)) {
    wrong.push(...differing(world, agent).map((problem) => `${name}: ${problem}`));
    const item = await world.store.get(presenceKey(agent.flexWorkerSid));
    for (const mark of UNDONE) if (item?.[mark] !== undefined) wrong.push(`${name} still has ${mark}`);
  }
  for (const { agent, activity } of wishes) {
    const says = presenceOf(world, agent);
    const isSo =
      says.flex === activity && says.frontline === activity && says.isAvailable === (activity === 'Available');
    if (!isSo) wrong.push(`${agent.name} wished last to be ${activity}, and is ${Object.values(says).join(', ')}`);
  }
  return wrong;
};

const differing = (world: SimWorld, agent: DefaultAgent): readonly string[] => {
  if (agent.frontlineWorkerSid === undefined) return [];
  const { flex, frontline, isAvailable } = presenceOf(world, agent);
  if (!MAPPED.has(frontline)) return [];
  const wrong = MAPPED.has(flex) && flex !== frontline ? [`${flex} in Flex, ${frontline} in Frontline`] : [];
  if (isAvailable !== (frontline === 'Available'))
    wrong.push(`${frontline} in Frontline, and in the app ${isAvailable}`);
  return wrong;
};

/** No write follows from another one for ever. */
const restless = (world: SimWorld): readonly string[] => {
  const since = world.time.now() - REST_MS;
  const late = world
    .calls()
    .filter(({ at, reads, resource }) => at > since && !reads && /\/(Workers|Users)\//.test(resource));
  return late.length === 0 ? [] : [`${late.length} writes of presence in the last minutes of calm`];
};
