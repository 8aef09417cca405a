/** The conditional writes to a pair as a whole: its birth, its two names, the end of linking. */

import type { BridgeDeps } from '../deps.ts';
import type { Accepted, Lane, Side } from '../model/event.ts';
import type { Change, Key } from '../ports/change.ts';
import { aliasOf, laneAttributes, type Pair, pairKey, readPair } from './pair.ts';

const nonceAttribute = 'n';

const writePair = (deps: BridgeDeps, key: Key, change: Omit<Change, 'nonce'>) =>
  deps.store.write(key, { ...change, nonce: [nonceAttribute, deps.nonce()] });

/** What a reservation says of who serves the chat. Kept, so that a link that stopped half-way can be finished. */
const served = (event: Accepted) => ({
  workspace: event.workspace,
  task: event.task,
  reservation: event.reservation,
  worker: event.worker,
  workerIdentity: event.workerIdentity,
});

/**
 * The pair begins, marked as due until it is linked: both lanes at the start. One that has begun already stays as it is.
 * @returns the pair as it stands now, whoever made it; undefined when the container is the other end of a pair.
 */
export const beginPair = async (deps: BridgeDeps, event: Accepted): Promise<Pair | undefined> => {
  const key = pairKey('flex', event.container);
  const lane = (name: Lane) => ({
    [laneAttributes(name).cursor]: -1,
    [laneAttributes(name).fence]: 0,
    [laneAttributes(name).holes]: {},
    [laneAttributes(name).stale]: {},
  });
  const written = await writePair(deps, key, {
    when: [['lacks', 'pk']],
    set: {
      st: 'linking',
      gen: 1,
      flex: event.container,
      since: deps.clock.now(),
      ...served(event),
      ...lane('toFrontline'),
      ...lane('toFlex'),
      due: 'due',
      dk: key.pk,
    },
  });
  return readPair(written.ok ? written.item : written.old);
};

/** There is nothing to link for this reservation: the sweep leaves the pair alone until another one is accepted. */
export const stopLinking = async (deps: BridgeDeps, key: Key, reservation: string): Promise<void> => {
  await writePair(deps, key, {
    when: [
      ['=', 'st', 'linking'],
      ['=', 'reservation', reservation],
    ],
    remove: ['due', 'dk'],
  });
};

/** The other container's name for the pair. @returns false when it names another pair. */
export const writeAlias = async (deps: BridgeDeps, side: Side, container: string, pair: Pair): Promise<boolean> => {
  const written = await writePair(deps, pairKey(side, container), {
    when: [['lacks', 'pk']],
    set: { pair: pair.key.pk },
  });
  return written.ok || aliasOf(written.old)?.pk === pair.key.pk;
};

/** From here on messages cross. `cursors` are given when both ends are older than the bridge (adoption). */
export const openPair = async (
  deps: BridgeDeps,
  pair: Pair,
  conversation: string,
  customer: string | undefined,
  cursors?: { readonly toFrontline: number; readonly toFlex: number },
): Promise<Pair | undefined> => {
  const written = await writePair(deps, pair.key, {
    when: [
      ['=', 'st', 'linking'],
      ['=', 'gen', pair.generation],
    ],
    set: {
      st: 'open',
      frontline: conversation,
      ...(customer === undefined ? {} : { customer }),
      ...(cursors === undefined
        ? {}
        : {
            [laneAttributes('toFrontline').cursor]: cursors.toFrontline,
            [laneAttributes('toFlex').cursor]: cursors.toFlex,
          }),
    },
  });
  return readPair(written.ok ? written.item : written.old);
};

/** The counterpart of this generation is closed for good: the next one is made under the next name. */
export const nextGeneration = async (deps: BridgeDeps, pair: Pair): Promise<Pair | undefined> => {
  const written = await writePair(deps, pair.key, {
    when: [
      ['=', 'st', 'linking'],
      ['=', 'gen', pair.generation],
    ],
    set: { gen: pair.generation + 1 },
  });
  return readPair(written.ok ? written.item : written.old);
};

/**
 * Everybody stands on both sides, but for whom Twilio will never let in (`unjoined`): the link is finished. The pair stays due: the next sweep compares both lanes once,
 * which finds what was written while it was linked. From now on it stands in the sweep's list.
 * @returns false when the pair is not open any more.
 */
export const finishLink = async (
  deps: BridgeDeps,
  pair: Pair,
  event: Accepted,
  unjoined: boolean,
): Promise<boolean> => {
  await listForSweep(deps, pair.key, 'active');
  const written = await writePair(deps, pair.key, {
    when: [['=', 'st', 'open']],
    set: { linked: 1, ...served(event), ...(unjoined ? { unjoined: 1 } : {}) },
    remove: unjoined ? [] : ['unjoined'],
  });
  return written.ok;
};

/** Pairs in which something was said within a day, and the others. */
export type SweepClass = 'active' | 'quiet';

/** The item through which the sweep finds a pair, in the sparse index under its class. Written when the class changes. */
export const listForSweep = async (deps: BridgeDeps, pair: Key, as: SweepClass): Promise<void> => {
  await deps.store.write(
    { pk: pair.pk, sk: 'open' },
    {
      when: [['any', [['lacks', 'due']], [['=', 'due', as === 'active' ? 'quiet' : 'active']]]],
      set: { due: as, dk: pair.pk },
      nonce: [nonceAttribute, deps.nonce()],
    },
  );
};

/** A pair that has ended is compared no more. */
export const unlistForSweep = async (deps: BridgeDeps, pair: Key): Promise<void> => {
  await deps.store.write(
    { pk: pair.pk, sk: 'open' },
    { when: [['has', 'due']], remove: ['due', 'dk'], nonce: [nonceAttribute, deps.nonce()] },
  );
};

/** Remembered in the pair, so that its next message puts it among the active ones. */
export const markQuiet = async (deps: BridgeDeps, pair: Key): Promise<void> => {
  await writePair(deps, pair, { when: [['=', 'st', 'open']], set: { quiet: 1 } });
};

export const markActive = async (deps: BridgeDeps, pair: Key): Promise<void> => {
  await listForSweep(deps, pair, 'active');
  await writePair(deps, pair, { when: [['has', 'quiet']], remove: ['quiet'] });
};
