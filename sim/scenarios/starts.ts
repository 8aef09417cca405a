/** Chats that an agent begins in Frontline. */
import { AGENTS } from '../../local-twilio/defaults.ts';
import { type StartedChat, startProblems } from '../judge-starts.ts';
import type { Scenario } from '../scenario.ts';
import { agentSays, beginCall, customerStrays } from '../starts.ts';
import type { SimWorld } from '../world.ts';
import { nothing } from './acts.ts';

/** Chats that an agent has begun, by the world that they were begun in. */
const begun = new WeakMap<SimWorld['store'], StartedChat>();
const begunIn = (world: SimWorld): readonly StartedChat[] =>
  [begun.get(world.store)].filter((one) => one !== undefined);
const begins = (world: SimWorld): void => void begun.set(world.store, beginCall(world, AGENTS.ben, 1));
const saysThere =
  (body: string) =>
  (world: SimWorld): void =>
    begunIn(world).forEach((chat) => {
      agentSays(world, chat, body);
    });

const strays =
  (body: string) =>
  (world: SimWorld): void =>
    begunIn(world).forEach((chat) => {
      customerStrays(world, chat, body);
    });

export const BEGUN: readonly Scenario[] = [
  {
    name: 'a chat that an agent begins',
    kind: 'web',
    history: 0,
    acts: [begins, saysThere('one'), nothing, nothing, nothing, nothing, saysThere('two')],
    linked: true,
    problems: (world) => startProblems(world, begunIn(world), [], false),
  },
  {
    name: "an answer to Frontline's number",
    kind: 'web',
    history: 0,
    // His phone has left the conversation by then.
    acts: [
      begins,
      saysThere('one'),
      ...Array.from({ length: 8 }, () => nothing),
      strays('two'),
      nothing,
      strays('three'),
    ],
    linked: true,
    problems: (world) => startProblems(world, begunIn(world), [], false),
  },
];
