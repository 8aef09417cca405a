/** The conditional writes to a pair as a whole: its birth, its two names, the end of linking. */

import { TABLE } from '../../contract.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Accepted, Lane, Side } from '../model/event.ts';
import { decodeIdentity, isSpelledAddress } from '../model/identity.ts';
import type { ChannelSid, ContainerSid, ConversationSid, ReservationSid } from '../model/sids.ts';
import type { Change } from '../ports/change.ts';
import { cameNow } from './agreed.ts';
import {
  keptFor,
  laneAttributes,
  NONCE,
  OFF_LIST,
  onList,
  type PairId,
  pairId,
  pairKey,
  REST_SECONDS,
} from './items.ts';
import { laneIsFree } from './lane/lease.ts';
import { aliasOf, type Pair, readPair, type Serving, writeServing } from './pair.ts';
import { listForSweep } from './sweep-lists.ts';

const writePair = (deps: BridgeDeps, pair: PairId, change: Omit<Change, 'nonce'>) =>
  deps.store.write(pairKey(pair), { ...change, nonce: [NONCE, deps.nonce()] });

/** What a reservation says of who serves the chat. Kept, so that a link that stopped half-way can be finished. */
const served = (event: Accepted) => ({
  workspace: event.workspace,
  task: event.task,
  reservation: event.reservation,
  worker: event.worker,
  workerIdentity: event.workerIdentity,
  ...(event.acceptedAt === undefined ? {} : { acceptedAt: event.acceptedAt }),
});

/** Whether another agent has accepted the chat since: this accept has waited longer than his. */
export const isEarlierAccept = (event: Accepted, pair: Pair): boolean =>
  event.reservation !== pair.reservation && (event.acceptedAt ?? Number.POSITIVE_INFINITY) < (pair.acceptedAt ?? 0);

/** Who accepts comes last; whose accept has waited longer than another's comes first, unless he has accepted again. */
const serving = (agents: readonly Serving[], event: Accepted, isEarlier: boolean): readonly Serving[] => {
  const { workerIdentity: identity, reservation, task, worker } = event;
  const one = { identity, reservation, task, worker };
  const others = agents.filter((agent) => agent.identity !== identity);
  if (!isEarlier) return [...others, one];
  return others.length === agents.length ? [one, ...agents] : agents;
};

/** A pair must stay small (items.ts). */
const FORMER_AGENTS = 4;

/** What every pair has from its first write on: both lanes at the start. */
export const newPair = ({ clock }: Pick<BridgeDeps, 'clock'>, flex: ChannelSid) => {
  const lane = (name: Lane) => ({
    [laneAttributes(name).cursor]: -1,
    [laneAttributes(name).fence]: 0,
    [laneAttributes(name).holes]: {},
    [laneAttributes(name).staleEdits]: {},
  });
  return {
    ...{ state: 'linking', generation: 1, flex, begunAt: clock.now() },
    ...lane('toFrontline'),
    ...lane('toFlex'),
  };
};

/**
 * The pair begins, marked as due until it is linked: both lanes at the start. One that has begun already stays as it
 * is.
 * @returns the pair as it stands now, also when another run made it; undefined when the container is the other end of a
 * pair.
 */
export const beginPair = async (deps: BridgeDeps, event: Accepted): Promise<Pair | undefined> => {
  const id = pairId('flex', event.container);
  const written = await writePair(deps, id, {
    when: [['lacks', 'pk']],
    set: { ...newPair(deps, event.container), ...served(event), ...onList('due', id) },
  });
  return readPair(written.ok ? written.item : written.old);
};

/**
 * Agents of the chat are remembered before anything of theirs crosses, the latest of those whom nothing else tells for
 * agents. Nearly always there are none, and nothing is written.
 * @param identities as Flex spells them.
 * @returns undefined when there is no such pair any more.
 */
export const rememberAgents = async (
  deps: BridgeDeps,
  begun: Pair,
  identities: readonly string[],
): Promise<Pair | undefined> => {
  for (let pair: Pair | undefined = begun; pair !== undefined; ) {
    const known: readonly string[] = pair.formerAgents;
    const more = identities.filter(
      (one) => !known.includes(one) && decodeIdentity(one) !== one && !isSpelledAddress(one),
    );
    if (more.length === 0) return pair;
    const written = await writePair(deps, pair.id, {
      when: [known.length === 0 ? ['lacks', 'formerAgents'] : ['=', 'formerAgents', known.join('\n')]],
      set: { formerAgents: [...new Set([...known, ...more])].slice(-FORMER_AGENTS).join('\n') },
    });
    if (written.ok) return readPair(written.item);
    pair = readPair(written.old);
  }
  return undefined;
};

/**
 * There is nothing to link for this reservation, or it was parked: the pair is not due until one is accepted, and is
 * forgotten when none is. Nothing is marked as waiting then: a link copies all that was said.
 */
export const stopLinking = async (
  deps: BridgeDeps,
  pair: PairId,
  reservation: ReservationSid,
  end: 'skipped' | 'parked',
): Promise<void> => {
  const { dirtyUpTo, dirtySince } = laneAttributes('toFrontline');
  await writePair(deps, pair, {
    when: [
      ['=', 'state', 'linking'],
      ['=', 'reservation', reservation],
    ],
    set: { ...keptFor(REST_SECONDS, deps.clock), ...(end === 'parked' ? { parkedLink: 1 } : {}) },
    remove: end === 'parked' ? OFF_LIST : [...OFF_LIST, 'parkedLink', dirtyUpTo, dirtySince],
  });
};

/** The other container's name for the pair. @returns false when it names another pair. */
export const writeAlias = async (
  deps: BridgeDeps,
  side: Side,
  container: ContainerSid,
  pair: Pick<Pair, 'id'>,
): Promise<boolean> => {
  const written = await writePair(deps, pairId(side, container), {
    when: [['lacks', 'pk']],
    set: { pair: pair.id },
  });
  return written.ok || aliasOf(written.old) === pair.id;
};

/** From here on messages cross. `cursors` are given when both ends are older than the bridge (adoption). */
export const openPair = async (
  deps: BridgeDeps,
  pair: Pair,
  conversation: ConversationSid,
  customer: string | undefined,
  cursors?: { readonly toFrontline: number; readonly toFlex: number },
): Promise<Pair | undefined> => {
  const written = await writePair(deps, pair.id, {
    when: [
      ['=', 'state', 'linking'],
      ['=', 'generation', pair.generation],
    ],
    set: {
      state: 'open',
      frontline: conversation,
      ...(customer === undefined ? {} : { customer }),
      ...(cursors === undefined
        ? {}
        : {
            [laneAttributes('toFrontline').cursor]: cursors.toFrontline,
            [laneAttributes('toFlex').cursor]: cursors.toFlex,
          }),
    },
    remove: [TABLE.ttl],
  });
  return readPair(written.ok ? written.item : written.old);
};

/**
 * The pair goes on in a new conversation: it is linked again, by the accept that it remembers, or by this one. Nothing
 * of the old conversation is compared or changed any more, so all that was said there must have crossed. What a
 * finished link has copied from the channel is not copied again; what an unfinished one has, is. Edits in the channel
 * that wait go on waiting: one may give a text to what said nothing. Those who serve the chat beside the agent of that
 * accept go with it, unless another accept begins the customer's next chat.
 * @returns undefined when another run has changed the pair.
 */
export const startGeneration = async (deps: BridgeDeps, pair: Pair, by?: Accepted): Promise<Pair | undefined> => {
  const [fl, fx] = [laneAttributes('toFrontline'), laneAttributes('toFlex')];
  const { toFrontline, toFlex } = pair.lanes;
  const { cursor, floor, ownIndices } = toFrontline;
  // A link that begins anew passes by what an earlier conversation has brought into the channel.
  const copiesFloor = Math.max(toFlex.copiesFloor, cursor, ...ownIndices);
  const from = pair.linked ? cursor : floor;
  const beside = by === undefined ? pair.agents.filter(({ identity }) => identity !== pair.workerIdentity) : [];
  const written = await writePair(deps, pair.id, {
    when: [
      ['=', 'state', pair.state],
      ['=', 'generation', pair.generation],
      laneIsFree('toFrontline'),
      laneIsFree('toFlex'),
      // No copy has come to stand in the channel since the pair was read.
      ['=', fl.fence, toFrontline.fence],
      ['=', fx.fence, toFlex.fence],
    ],
    set: {
      state: 'linking',
      generation: pair.generation + 1,
      ...(by === undefined ? {} : served(by)),
      ...(beside.length === 0 ? {} : { agents: writeServing(beside) }),
      [fl.cursor]: from,
      [fl.floor]: from,
      [fx.cursor]: -1,
      [fx.copiesFloor]: copiesFloor,
      [fx.holes]: {},
      [fx.staleEdits]: {},
      ...onList('due', pair.id),
    },
    add: { [fl.fence]: 1, [fx.fence]: 1 },
    remove: [
      ...['frontline', 'linked', 'refusedParticipant', 'parkedLink', 'endedBy', 'disagreesSince', TABLE.ttl],
      ...(beside.length === 0 ? ['agents'] : []),
      ...['startedIn', 'carriedBefore'],
      ...[fl.drained, fl.place, fx.drained, fx.place, fx.dirtyUpTo, fx.dirtySince, fx.ownIndices],
      ...[fx.paceIndex, fx.paceSince, fx.triedSid, fx.triedTimes, fx.triedSince],
    ],
  });
  return written.ok ? readPair(written.item) : undefined;
};

/** The counterpart of this generation is closed for good: the next one is made under the next name. */
export const nextGeneration = async (deps: BridgeDeps, pair: Pair): Promise<Pair | undefined> => {
  const written = await writePair(deps, pair.id, {
    when: [
      ['=', 'state', 'linking'],
      ['=', 'generation', pair.generation],
    ],
    set: { generation: pair.generation + 1 },
  });
  return readPair(written.ok ? written.item : written.old);
};

/** Alone he is not noted: nobody is taken for gone who has no other beside him. */
const comeWith = ({ agents, linked }: Pair, identity: string): readonly string[] => {
  if (agents.length === 0) return [];
  return linked ? [identity] : [...agents.map((agent) => agent.identity), identity];
};

/** Whose accept is linked serves the chat alone, and nobody else is on his way into it or out of it. */
const isAlone = ({ agents, leaving, handover }: Pair): boolean =>
  agents.length === 0 && leaving.length === 0 && handover === undefined;

/**
 * All participants stand on both sides, except those whom Twilio will never let in (`hasRefusedParticipant`): the link
 * is finished. The pair stays due: the next sweep compares both lanes once, which finds what was written while it was
 * linked. From now on it stands in the sweep's list.
 * @returns false when the pair is not open any more.
 */
export const finishLink = async (
  deps: BridgeDeps,
  pair: Pair,
  event: Accepted,
  hasRefusedParticipant: boolean,
): Promise<boolean> => {
  await listForSweep(deps, pair.id, 'active');
  for (let now: Pair | undefined = pair; now !== undefined; ) {
    const known = writeServing(now.agents);
    // Before the first link it does not matter: the later one waits, and comes after it.
    const isEarlier = now.linked && isEarlierAccept(event, now);
    const written = await writePair(deps, pair.id, {
      when: [
        ['=', 'state', 'open'],
        ['=', 'generation', pair.generation],
        known === '' ? ['lacks', 'agents'] : ['=', 'agents', known],
      ],
      set: {
        linked: 1,
        ...(isEarlier ? {} : served(event)),
        agents: writeServing(serving(now.agents, event, isEarlier)),
        ...(hasRefusedParticipant ? { refusedParticipant: 1 } : {}),
        // Whoever served it before may have to go: the sweep sends the pair's job until both sides agree.
        ...(isAlone(now) ? {} : { disagreesSince: deps.clock.now(), ...onList('due', pair.id) }),
        ...cameNow(deps, now, comeWith(now, event.workerIdentity)),
      },
      remove: [TABLE.ttl, ...(hasRefusedParticipant ? [] : ['refusedParticipant'])],
    });
    if (written.ok) return true;
    now = readPair(written.old);
    if (now?.state !== 'open' || now.generation !== pair.generation || writeServing(now.agents) === known) return false;
  }
  return false;
};
