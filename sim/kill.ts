/**
 * Every scenario (scenarios.ts), and a kill before and after every single step of every process that it
 * begins: what one process leaves half done, another must finish.
 */

import { AGENTS } from '../local-twilio/defaults.ts';
import { doubles } from './judge-doubles.ts';
import { legible, rareProblems } from './judge-rare.ts';
import { storyProblems } from './judge-stories.ts';
import { redriveAll } from './operator.ts';
import type { WorldPlan } from './plan.ts';
import { playChat } from './play.ts';
import type { Played } from './played.ts';
import type { Doom } from './process.ts';
import { createDice } from './random.ts';
import { type Accepts, NOTHING_RARE } from './rare.ts';
import { SETTLE_MS, settle } from './run.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { BRIDGE } from './settings.ts';
import type { Story } from './story.ts';
import { verdict } from './verdict.ts';
import { createWorld, type SimWorld } from './world.ts';

const agent = AGENTS.ann;
const STEP_MS = 1_000;

type Scene = {
  readonly world: SimWorld;
  readonly chat: Story;
  /** How many processes had begun when the scenario's own acts did. */
  readonly before: number;
};

/** By its customer's name, which tasks of the same chat have from each other. */
const asStory = ({ twilio }: SimWorld, chat: Played): Story => {
  const name = chat.phone ?? 'Customer 1';
  return {
    ...{ ...chat, name, endings: [], returns: [] },
    get tasks() {
      const own = twilio.reads.tasks('flex').filter(({ attributes }) => JSON.parse(attributes).name === name);
      return own.map(({ sid }) => sid);
    },
  };
};

const acceptsOf = ({ unaccepted, alone }: Scenario): Accepts => {
  if (unaccepted) return 'by nobody';
  return alone ? 'without a twin' : 'once';
};

const playScenario = async (
  scenario: Scenario,
  doom: (process: number) => Doom | undefined,
  diary?: WorldPlan['diary'],
): Promise<Scene> => {
  const { name, kind, history, acts, alone = false, config = {} } = scenario;
  const world = createWorld({ seed: 1, settleMs: SETTLE_MS, doom, config, ...(diary === undefined ? {} : { diary }) });
  world.twilio.connectBridge(BRIDGE);
  const plan = { kind, history, messages: 0, thinkMs: 100, forged: 0, second: 0 } as const;
  const joins = alone ? 'at once' : 'never';
  const rare = { ...NOTHING_RARE, accepts: acceptsOf(scenario) };
  const played = playChat(world, createDice(1, name), { ...plan, joins, rare }, 1, agent);
  const chat = asStory(world, { ...played, linkable: !alone });
  // A killed accept is finished after the visibility timeout, or by the sweep.
  await world.time.runUntil(world.time.now() + (scenario.linked ? 1 : 6) * 60_000);
  const before = world.ran().length;
  for (const act of acts) {
    act(world, chat);
    await world.time.runUntil(world.time.now() + STEP_MS);
  }
  // What was parked only after the operator had looked.
  world.time.after(10 * 60_000, () => void redriveAll(world));
  await settle(world, [chat]);
  return { world, chat, before };
};

const problemsOf = async (scenario: Scenario, scene: Scene): Promise<readonly string[]> => {
  const { world } = scene;
  const chat = { ...scene.chat, agent: scenario.handedTo ?? scene.chat.agent };
  const readable = legible(world, [chat]);
  const goesOn = chat.linkable && !scenario.ends;
  return [
    ...((await scenario.problems?.(readable, chat)) ?? []),
    ...(await verdict(readable, goesOn ? [chat] : [], false, goesOn ? [] : [chat])),
    ...(scenario.ends ? await storyProblems(readable, chat, false) : []),
    ...(await rareProblems(world, [chat])),
    ...doubles(readable),
  ];
};

/** Where a run's kill was, so that it can be repeated. */
export type At = { readonly process: number; readonly step: number; readonly when: Doom['when'] };
export type Killed = {
  readonly doom: string;
  readonly at: At | undefined;
  readonly problems: readonly string[];
};

/** One run again. @throws Error when there is no such scenario */
export const killOnce = async (name: string, at: At | undefined, diary: WorldPlan['diary']) => {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`no scenario "${name}"`);
  const doom = (process: number): Doom | undefined =>
    process === at?.process ? { step: at.step, when: at.when, pauseMs: undefined } : undefined;
  const scene = await playScenario(scenario, doom, diary);
  return { world: scene.world, problems: await problemsOf(scenario, scene) };
};

/**
 * Processes that do the same steps are alike, as sweeps are and the looks that they send for again and again: the first
 * few stand for them.
 */
const ALIKE = 3;

/**
 * A sweep holds no message that comes back after its death: it leaves behind what it wrote, and what it only read dies
 * with it. Each set of writes that it can leave behind is met before and after each of them.
 */
const readsOnly = (step: string): boolean => /^(sleep$|store\.(get|list|listUnder)$|GET )/.test(step);

/** One of `of` parts of a scenario's kills, which are dealt out to them in turn. */
export type Part = { readonly nth: number; readonly of: number };

/** @returns what went wrong, with where the kill was. @param part of the kills; without it all of them */
export const killEveryStep = async (
  scenario: Scenario,
  told: (world: SimWorld) => void,
  { nth, of }: Part = { nth: 1, of: 1 },
): Promise<{ readonly runs: number; readonly failed: readonly Killed[] }> => {
  const calm = await playScenario(scenario, () => undefined);
  const failed: Killed[] = [];
  const problems = await problemsOf(scenario, calm);
  if (problems.length > 0) failed.push({ doom: 'none', at: undefined, problems });
  let runs = 1;
  let kills = 0;
  const alike = new Map<string, number>();
  for (const [n, { kind, steps }] of calm.world.ran().entries()) {
    if ((scenario.linked && n < calm.before) || (scenario.sweeps && kind !== 'sweep')) continue;
    const same = `${kind}: ${steps.join()}`;
    alike.set(same, (alike.get(same) ?? 0) + 1);
    if ((alike.get(same) ?? 0) > ALIKE) continue;
    for (let step = 1; step <= steps.length; step += 1) {
      if (kind === 'sweep' && readsOnly(steps[step - 1] ?? '')) continue;
      for (const when of ['before', 'after'] as const) {
        kills += 1;
        if (kills % of !== nth % of) continue;
        const at = { process: n + 1, step, when };
        const { world, problems } = await killOnce(scenario.name, at, undefined);
        runs += 1;
        told(world);
        const doom = `${kind} ${n + 1} killed ${when} its step ${step} (${steps[step - 1]})`;
        if (problems.length > 0) failed.push({ doom, at, problems });
      }
    }
  }
  return { runs, failed };
};
