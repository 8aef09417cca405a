/**
 * What both sides of a pair last agreed on: who serves the chat, and whether it has ended. Written by the pair's own
 * job alone, under a fence of its own, and by a link. Legal states: pair.ts.
 */
import type { BridgeDeps } from '../deps.ts';
import type { Lane } from '../model/event.ts';
import { CLOSED_PAIR_SECONDS, SURELY_VISIBLE_MS } from '../model/times.ts';
import type { Change, Item, Test } from '../ports/change.ts';
import { type Handover, writeHandover } from './handover.ts';
import { keptFor, laneAttributes, NONCE, OFF_LIST, onList, type PairId, pairId, pairKey } from './items.ts';
import { type EndedBy, type LinkedPair, type Pair, readPair, type Serving, writeServing } from './pair.ts';

const change = async (deps: BridgeDeps, id: PairId, of: Omit<Change, 'nonce'>): Promise<Pair | undefined> => {
  const written = await deps.store.write(pairKey(id), { ...of, nonce: [NONCE, deps.nonce()] });
  return written.ok ? readPair(written.item) : undefined;
};

/** No later run of the pair's job has begun since. */
const agreeFenceIsMine = (pair: Pair): Test => ['=', 'agreeFence', pair.agreeFence];

/** The pair's job begins: from here on no older run of it writes. @returns undefined when there is no such pair. */
export const beginAgreeing = (deps: BridgeDeps, id: PairId): Promise<Pair | undefined> =>
  change(deps, id, { when: [['has', 'state']], add: { agreeFence: 1 } });

/** The two sides differ, and what would change that has not come yet: the sweep sends the job again each minute. */
export const noteDisagreement = (deps: BridgeDeps, pair: Pair): Promise<Pair | undefined> =>
  change(deps, pair.id, {
    when: [agreeFenceIsMine(pair), ['=', 'state', pair.state]],
    set: {
      ...(pair.disagreesSince === undefined ? { disagreesSince: deps.clock.now() } : {}),
      ...onList('due', pair.id),
    },
  });

/**
 * The two sides agree, on these agents. While somebody is still to leave, the sweep goes on sending the job.
 * @returns undefined when a later run has begun.
 */
export const noteAgreement = (
  deps: BridgeDeps,
  pair: Pair,
  agents: readonly Serving[],
  current: Serving | undefined,
): Promise<Pair | undefined> =>
  change(deps, pair.id, {
    when: [agreeFenceIsMine(pair), ['=', 'state', 'open']],
    set: { ...servedBy(deps, pair, agents), ...asCurrent(current) },
    remove: pair.leaving.length === 0 ? ['disagreesSince'] : [],
  });

const servedBy = (deps: BridgeDeps, pair: Pair, agents: readonly Serving[]): Item => ({
  agents: writeServing(agents),
  ...wentNow(
    deps,
    pair,
    pair.agents.map(({ identity }) => identity).filter((one) => agents.every(({ identity }) => identity !== one)),
  ),
});

/** A list may show them for a while yet: till then none of them is taken for one who comes in. */
const wentNow = ({ clock }: BridgeDeps, pair: Pair, gone: readonly string[]): Item =>
  gone.length === 0 ? {} : { wentAt: notedNow(clock.now(), pair.wentAt, gone) };

/** A list may leave them out for a while yet: till then none of them is taken for one who has gone. */
export const cameNow = ({ clock }: BridgeDeps, pair: Pair, came: readonly string[]): Item =>
  came.length === 0 ? {} : { cameAt: notedNow(clock.now(), pair.cameAt, came) };

const notedNow = (now: number, before: ReadonlyMap<string, number>, identities: readonly string[]) => {
  const lately = [...before].filter(([, at]) => now - at < SURELY_VISIBLE_MS);
  return Object.fromEntries([...lately, ...identities.map((one) => [one, now] as const)]);
};

const asCurrent = (current: Serving | undefined): Item =>
  current === undefined
    ? {}
    : {
        reservation: current.reservation,
        task: current.task,
        worker: current.worker,
        workerIdentity: current.identity,
      };

/** A link that is not finished has put him into the conversation. @returns undefined when another run was quicker. */
export const noteJoinedEarlier = (deps: BridgeDeps, pair: Pair, one: Serving): Promise<Pair | undefined> => {
  const known = writeServing(pair.agents);
  return change(deps, pair.id, {
    when: [
      ['=', 'state', 'open'],
      ['=', 'generation', pair.generation],
      known === '' ? ['lacks', 'agents'] : ['=', 'agents', known],
    ],
    set: { agents: writeServing([one, ...pair.agents.filter(({ identity }) => identity !== one.identity)]) },
  });
};

/**
 * These go: from here on they do not serve the chat, whoever of them comes back meanwhile. The sweep sends the pair's
 * job until they have gone.
 */
export const noteLeaving = (deps: BridgeDeps, pair: Pair, gone: readonly Serving[]): Promise<Pair | undefined> => {
  const left = pair.agents.filter((one) => !gone.includes(one));
  const isCurrent = left.some(({ identity }) => identity === pair.workerIdentity);
  return change(deps, pair.id, {
    when: [agreeFenceIsMine(pair), ['=', 'state', 'open']],
    set: {
      ...servedBy(deps, pair, left),
      ...asCurrent(isCurrent ? undefined : left.at(-1)),
      leaving: writeServing([...pair.leaving, ...gone]),
      ...(pair.disagreesSince === undefined ? { disagreesSince: deps.clock.now() } : {}),
      ...onList('due', pair.id),
    },
  });
};

/** Nothing of them is left in Flex. */
export const noteLeft = (deps: BridgeDeps, pair: Pair): Promise<Pair | undefined> =>
  change(deps, pair.id, { when: [agreeFenceIsMine(pair), ['=', 'state', 'open']], remove: ['leaving'] });

/** How far a hand-over is. The sweep sends the pair's job until it is over. */
export const noteHandover = (deps: BridgeDeps, pair: Pair, handover: Handover): Promise<Pair | undefined> =>
  change(deps, pair.id, {
    when: [agreeFenceIsMine(pair), ['=', 'state', 'open']],
    set: {
      handover: writeHandover(handover),
      ...(pair.disagreesSince === undefined ? { disagreesSince: deps.clock.now() } : {}),
      ...onList('due', pair.id),
    },
  });

/** Who has come in in Frontline serves the chat on both sides. Whoever served it before may have to go. */
export const noteTakenOver = (deps: BridgeDeps, pair: Pair, by: Serving): Promise<Pair | undefined> =>
  change(deps, pair.id, {
    when: [agreeFenceIsMine(pair), ['=', 'state', 'open']],
    set: {
      agents: writeServing([...pair.agents.filter(({ identity }) => identity !== by.identity), by]),
      ...asCurrent(by),
      ...cameNow(deps, pair, [by.identity]),
    },
    remove: ['handover'],
  });

/** The chat is with those who served it before. */
export const noteHandedBack = (deps: BridgeDeps, pair: Pair, { identity }: Handover): Promise<Pair | undefined> =>
  change(deps, pair.id, {
    when: [agreeFenceIsMine(pair), ['=', 'state', 'open']],
    set: {
      ...wentNow(deps, pair, [identity]),
      ...cameNow(
        deps,
        pair,
        pair.agents.map((agent) => agent.identity),
      ),
    },
    remove: ['handover'],
  });

/** The chat has ended on one side: nothing crosses any more but what was said before that. */
export const beginEnding = (deps: BridgeDeps, pair: Pair, by: EndedBy): Promise<Pair | undefined> =>
  change(deps, pair.id, {
    when: [agreeFenceIsMine(pair), ['=', 'state', 'open']],
    set: { state: 'ending', endedBy: by, disagreesSince: deps.clock.now(), ...onList('due', pair.id) },
    remove: [laneAttributes('toFrontline').drained, laneAttributes('toFlex').drained],
  });

/** All that was said on a lane's source before the end has crossed. */
export const markDrained = (deps: BridgeDeps, id: PairId, lane: Lane): Promise<Pair | undefined> =>
  change(deps, id, { when: [['=', 'state', 'ending']], set: { [laneAttributes(lane).drained]: 1 } });

/** The chat has ended on both sides: its pair and its conversation's alias are kept for a while yet. */
export const closePair = async (deps: BridgeDeps, pair: LinkedPair): Promise<Pair | undefined> => {
  const kept = keptFor(CLOSED_PAIR_SECONDS, deps.clock);
  const closed = await change(deps, pair.id, {
    when: [agreeFenceIsMine(pair), ['=', 'state', 'ending']],
    set: { state: 'closed', ...kept },
    remove: [...OFF_LIST, ...waiting('toFrontline'), ...waiting('toFlex'), 'handover', 'leaving'],
  });
  if (closed !== undefined)
    await change(deps, pairId('frontline', pair.frontline), { when: [['has', 'pair']], set: kept });
  return closed;
};

/** A run that began before the end has marked it as due. */
export const takeClosedOffList = (deps: BridgeDeps, pair: Pair): Promise<Pair | undefined> =>
  change(deps, pair.id, { when: [['=', 'state', 'closed']], remove: OFF_LIST });

/** Nothing of a closed chat waits any more. */
const waiting = (lane: Lane): readonly string[] => [laneAttributes(lane).dirtyUpTo, laneAttributes(lane).dirtySince];
