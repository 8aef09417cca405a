/**
 * In which of the sweep's lists a pair stands: `active` while something was said within a day, `quiet` after that, and
 * none once it is at rest, for nothing was said for a month and its end never came. A pair at rest is open, and crosses
 * what is said; whatever is said wakes it. It is forgotten when that takes half a year.
 *
 *   linked ──> active <──────────── said ───────────── at rest ── REST_SECONDS ──> forgotten
 *                │  ^                                     ^
 *                │  └── said ── quiet ── silent for REST ─┘
 *                └── silent for a day ──^
 */
import { TABLE } from '../../contract.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Lane } from '../model/event.ts';
import { CLOSED_PAIR_SECONDS } from '../model/times.ts';
import type { Change, Test } from '../ports/change.ts';
import {
  keptFor,
  laneAttributes,
  NONCE,
  OFF_LIST,
  onList,
  type PairId,
  pairKey,
  REST_SECONDS,
  registryKey,
} from './items.ts';
import { laneIsFree } from './lane/lease.ts';
import type { Pair } from './pair.ts';

export type SweepClass = 'active' | 'quiet';

const writePair = (deps: BridgeDeps, pair: PairId, change: Omit<Change, 'nonce'>) =>
  deps.store.write(pairKey(pair), { ...change, nonce: [NONCE, deps.nonce()] });

const writeRegistry = (deps: BridgeDeps, pair: PairId, change: Omit<Change, 'nonce'>) =>
  deps.store.write(registryKey(pair), { ...change, nonce: [NONCE, deps.nonce()] });

/**
 * The item through which the sweep finds a pair, in the sparse index under its class. Written when the class changes.
 */
export const listForSweep = async (deps: BridgeDeps, pair: PairId, as: SweepClass): Promise<void> => {
  await writeRegistry(deps, pair, {
    when: [['any', [['lacks', TABLE.list]], [['=', TABLE.list, as === 'active' ? 'quiet' : 'active']]]],
    set: onList(as, pair),
    remove: [TABLE.ttl],
  });
};

/** A pair that has ended is compared no more. */
export const unlistForSweep = async (deps: BridgeDeps, pair: PairId): Promise<void> => {
  await writeRegistry(deps, pair, {
    when: [['has', TABLE.list]],
    set: keptFor(CLOSED_PAIR_SECONDS, deps.clock),
    remove: OFF_LIST,
  });
};

/** Remembered in the pair, so that its next message puts it among the active ones. */
export const markQuiet = async (deps: BridgeDeps, pair: PairId): Promise<void> => {
  await writePair(deps, pair, { when: [['=', 'state', 'open']], set: { quiet: 1 } });
};

/** Something is said in it. A pair that has closed meanwhile keeps the end of its time. */
export const markActive = async (deps: BridgeDeps, pair: PairId): Promise<void> => {
  await listForSweep(deps, pair, 'active');
  await writePair(deps, pair, {
    when: [
      ['has', 'quiet'],
      ['any', [['=', 'state', 'open']], [['=', 'state', 'ending']]],
    ],
    remove: ['quiet', TABLE.ttl],
  });
};

/** Neither lane was written since the pair was read, and nothing of it waits. */
const isUntouched = (pair: Pair): readonly Test[] => [
  ['=', 'state', 'open'],
  ['lacks', TABLE.list],
  ...(['toFrontline', 'toFlex'] as const).flatMap((lane: Lane): readonly Test[] => {
    const { nonce } = pair.lanes[lane];
    return [
      laneIsFree(lane),
      nonce === undefined ? ['lacks', laneAttributes(lane).nonce] : ['=', laneAttributes(lane).nonce, nonce],
    ];
  }),
];

/**
 * The mark first: a message that comes in between finds it, and puts the pair among the active ones, where the second
 * write leaves it. A message that came before is a write to its lane, and the pair stays where it is.
 */
export const layToRest = async (deps: BridgeDeps, pair: Pair): Promise<void> => {
  const kept = keptFor(REST_SECONDS, deps.clock);
  const marked = await writePair(deps, pair.id, { when: isUntouched(pair), set: { quiet: 1, ...kept } });
  if (!marked.ok) return;
  await writeRegistry(deps, pair.id, { when: [['=', TABLE.list, 'quiet']], set: kept, remove: OFF_LIST });
};
