/**
 * The pair of a chat that an agent began in Frontline. Its home is the channel, as every pair's; until the Flex side is
 * made it is `linking`, and no accept links it otherwise:
 *
 *   none ── begin ──> linking, with `startedIn` ── open ──> open, and linked
 *                              └── give up ──> closed
 */
import type { BridgeDeps } from '../deps.ts';
import type { ChannelSid, ConversationSid, ReservationSid, TaskSid, WorkerSid, WorkspaceSid } from '../model/sids.ts';
import { CLOSED_PAIR_SECONDS } from '../model/times.ts';
import type { Change } from '../ports/change.ts';
import { keptFor, NONCE, OFF_LIST, onList, pairId, pairKey } from './items.ts';
import { type Pair, readPair, writeServing } from './pair.ts';
import { newPair } from './pair-writes.ts';

const write = (deps: BridgeDeps, channel: ChannelSid, change: Omit<Change, 'nonce'>) =>
  deps.store.write(pairKey(pairId('flex', channel)), { ...change, nonce: [NONCE, deps.nonce()] });

/** @returns the pair as it stands now, also when it is another's; undefined when the channel is the other end of one */
export const beginStartedPair = async (
  deps: BridgeDeps,
  channel: ChannelSid,
  startedIn: ConversationSid,
): Promise<Pair | undefined> => {
  const written = await write(deps, channel, {
    when: [['lacks', 'pk']],
    set: { ...newPair(deps, channel), startedIn },
  });
  return readPair(written.ok ? written.item : written.old);
};

export type ServedBy = {
  readonly workspace: WorkspaceSid;
  readonly task: TaskSid;
  readonly reservation: ReservationSid;
  readonly worker: WorkerSid;
  readonly workerIdentity: string;
};

/**
 * From linking: from here on messages cross, those that were said before, too. It is due, so that the next sweep
 * compares both lanes once.
 * @returns the pair as it stands now; undefined when it is gone
 */
export const openStartedPair = async (
  deps: BridgeDeps,
  channel: ChannelSid,
  of: ServedBy & {
    readonly startedIn: ConversationSid;
    readonly customer: string;
    readonly carriedBefore: number | undefined;
  },
): Promise<Pair | undefined> => {
  const { startedIn, customer, carriedBefore, ...served } = of;
  const { task, reservation, worker, workerIdentity: identity } = served;
  const written = await write(deps, channel, {
    when: [
      ['=', 'state', 'linking'],
      ['=', 'startedIn', startedIn],
    ],
    set: {
      ...{ state: 'open', linked: 1, frontline: startedIn, customer, ...served },
      agents: writeServing([{ identity, reservation, task, worker }]),
      ...(carriedBefore === undefined ? {} : { carriedBefore }),
      ...onList('due', pairId('flex', channel)),
    },
  });
  return readPair(written.ok ? written.item : written.old);
};

/**
 * Whether a start's own pair was opened, whatever has become of it since: it may be closed again, or have gone on in
 * its next conversation.
 */
export const wasOpened = (pair: Pair, startedIn: ConversationSid): boolean =>
  pair.startedIn !== startedIn || pair.frontline !== undefined;

/** From linking. Does nothing when it is none of this conversation's. */
export const giveUpStartedPair = async (
  deps: BridgeDeps,
  channel: ChannelSid,
  startedIn: ConversationSid,
): Promise<void> => {
  await write(deps, channel, {
    when: [
      ['=', 'state', 'linking'],
      ['=', 'startedIn', startedIn],
    ],
    set: { state: 'closed', endedBy: 'frontline', ...keptFor(CLOSED_PAIR_SECONDS, deps.clock) },
    remove: OFF_LIST,
  });
};
