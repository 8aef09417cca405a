/**
 * One minimal scenario per kind of event, and a kill before and after every single step of every process that it
 * begins: what one process leaves half done, another must finish.
 */
import { AGENTS } from '../local/twilio/defaults.ts';
import { doubles } from './judge-doubles.ts';
import { type Played, playChat } from './play.ts';
import type { Doom } from './process.ts';
import { createDice } from './random.ts';
import { SETTLE_MS, settle } from './run.ts';
import { verdict } from './verdict.ts';
import { BRIDGE, createWorld, type World } from './world.ts';

type Scenario = {
  readonly name: string;
  readonly kind: 'web' | 'sms';
  readonly history: number;
  /** What happens once the chat is linked; every step of it is a second after the one before. */
  readonly acts: readonly ((world: World, chat: Played) => void)[];
};

const agent = AGENTS.ann;
const inFlex = (body: string) => (world: World, chat: Played) =>
  void chat.said.flex.add(world.twilio.customer.writes(chat.channel, body).sid);
const inFrontline = (body: string) => (world: World, chat: Played) => {
  const conversation = chat.conversation();
  if (conversation === undefined) return;
  chat.said.frontline.add(world.twilio.frontlineAgent.writes(chat.agent.email, conversation, body).sid);
};
const last = (world: World, chat: Played) => {
  const message = world.twilio.reads.transcript('flex', chat.channel).findLast(({ sid }) => chat.said.flex.has(sid));
  if (message === undefined) throw new Error('nothing was said');
  return message.sid;
};

const edit = (body: string) => (world: World, chat: Played) => {
  const sid = last(world, chat);
  chat.meant.set(sid, body);
  world.twilio.customer.edits(chat.channel, sid, body);
};

export const SCENARIOS: readonly Scenario[] = [
  { name: 'linking with a history', kind: 'web', history: 3, acts: [] },
  { name: 'a message from Flex', kind: 'web', history: 1, acts: [inFlex('one'), inFlex('two')] },
  { name: 'a message from Frontline', kind: 'web', history: 1, acts: [inFrontline('one'), inFrontline('two')] },
  {
    name: 'a message from Frontline to a phone',
    kind: 'sms',
    history: 1,
    acts: [inFrontline('one'), inFrontline('two')],
  },
  { name: 'messages that cross', kind: 'web', history: 0, acts: [inFlex('one'), inFrontline('two'), inFlex('three')] },
  { name: 'an edit', kind: 'web', history: 1, acts: [inFlex('one'), edit('one (edited 1)')] },
  {
    name: 'a removal',
    kind: 'web',
    history: 1,
    acts: [inFlex('one'), (world, chat) => world.twilio.customer.deletes(chat.channel, last(world, chat))],
  },
];

const STEP_MS = 1_000;

const playScenario = async (
  scenario: Scenario,
  doom: (process: number) => Doom | undefined,
): Promise<readonly [World, Played]> => {
  const world = createWorld({ seed: 1, settleMs: SETTLE_MS, doom });
  world.twilio.connectBridge(BRIDGE);
  const { kind, history } = scenario;
  const plan = { kind, history, messages: 0, thinkMs: 100, forged: 0, second: 0, joins: 'never' } as const;
  const chat = playChat(world, createDice(1, scenario.name), plan, 1, agent);
  // A killed accept is finished after the visibility timeout, or by the sweep.
  await world.time.runUntil(world.time.now() + 6 * 60_000);
  for (const act of scenario.acts) {
    act(world, chat);
    await world.time.runUntil(world.time.now() + STEP_MS);
  }
  await settle(world, [chat]);
  return [world, chat];
};

export type Killed = { readonly scenario: string; readonly doom: string; readonly problems: readonly string[] };

/** @returns what went wrong, with where the kill was. */
export const killEveryStep = async (
  scenario: Scenario,
  told: (world: World) => void,
): Promise<{ readonly runs: number; readonly failed: readonly Killed[] }> => {
  const [calm, chat] = await playScenario(scenario, () => undefined);
  const failed: Killed[] = [];
  const problems = await verdict(calm, [chat]);
  if (problems.length > 0) failed.push({ scenario: scenario.name, doom: 'none', problems });
  let runs = 1;
  const processes = calm.ran();
  for (const [n, { kind, steps }] of processes.entries()) {
    // Sweeps that find nothing are all alike: the first few stand for them.
    if (kind === 'sweep' && processes.slice(0, n).filter((one) => one.kind === 'sweep').length >= 3) continue;
    for (let step = 1; step <= steps.length; step += 1)
      for (const when of ['before', 'after'] as const) {
        const [world, killed] = await playScenario(scenario, (process) =>
          process === n + 1 ? { step, when, pauseMs: undefined } : undefined,
        );
        runs += 1;
        told(world);
        const wrong = [...(await verdict(world, [killed])), ...doubles(world)];
        const doom = `${kind} ${n + 1} killed ${when} its step ${step} (${steps[step - 1]})`;
        if (wrong.length > 0) failed.push({ scenario: scenario.name, doom, problems: wrong });
      }
  }
  return { runs, failed };
};
