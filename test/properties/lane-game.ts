/**
 * Several owners at one pair, each with what it saw last: a consumer, its twin, a zombie that wakes up. They make the
 * lane's writes in any order, within what their callers keep to; the store is looked at before and after each.
 */

import fc from 'fast-check';
import { configWith, secretsWith } from '../../sim/settings.ts';
import { createMemoryStore } from '../../src/adapters/memory/store.ts';
import type { BridgeDeps } from '../../src/core/deps.ts';
import { decide } from '../../src/core/messages/decide.ts';
import type { Lane } from '../../src/core/model/event.ts';
import { otherLane } from '../../src/core/model/event.ts';
import { GONE_AFTER_MS, HELD_MS } from '../../src/core/model/times.ts';
import type { Item } from '../../src/core/ports/change.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { pairId, pairKey } from '../../src/core/state/items.ts';
import { clean } from '../../src/core/state/lane/clean.ts';
import * as closing from '../../src/core/state/lane/close.ts';
import * as pace from '../../src/core/state/lane/hold.ts';
import * as intents from '../../src/core/state/lane/intent.ts';
import type { LaneWrite } from '../../src/core/state/lane/lease.ts';
import { leaseOf } from '../../src/core/state/lane/lease.ts';
import * as marks from '../../src/core/state/lane/waiting-marks.ts';
import { hasBothContainers, type Pair, readPair } from '../../src/core/state/pair.ts';
import { beginPair, finishLink, openPair } from '../../src/core/state/pair-writes.ts';
import { bridgeSettings } from '../../src/runtime/bridge-settings.ts';
import { acceptedIn } from '../support/accepted.ts';

const FLEX = 'CHa1';
const FRONTLINE = 'CHb2';
const ID = pairId('flex', FLEX);
const LEASE_MS = 20_000;
const SETTLE_MS = 60_000;

export const OPERATIONS = [
  'say',
  'read',
  'start',
  'list',
  'claim',
  'fence',
  'take',
  'intend',
  'clear',
  'lapse',
  'close',
  'bring',
  'park',
  'defer',
  'clean',
  'hold',
  'release',
  'free',
  'stale',
  'place',
  'link',
  'wait',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** `pick` and `bits` are the operation's arguments, in the range that it may have at that moment. */
export type Move = {
  readonly owner: number;
  readonly lane: Lane;
  readonly op: Operation;
  readonly pick: number;
  readonly bits: number;
};

const often = (op: Operation): number => (['say', 'start', 'bring', 'claim', 'clean'].includes(op) ? 6 : 2);

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({
    owner: fc.nat(1),
    lane: fc.constantFrom<Lane>('toFrontline', 'toFlex'),
    op: fc.oneof(...OPERATIONS.map((op) => ({ arbitrary: fc.constant(op), weight: often(op) }))),
    pick: fc.nat(11),
    bits: fc.nat(4095),
  }),
  { maxLength: 60, size: 'max' },
);

/** `linked`: whether linking is over at the start. */
export type Game = { readonly linked: boolean; readonly moves: readonly Move[] };
export const games: fc.Arbitrary<Game> = fc.record({ linked: fc.boolean(), moves });

type Listing = { readonly seenUpTo: number; readonly missing: readonly number[]; readonly at: number };

/** What an owner knows of a lane. `owns`: it has fenced, claimed or taken it. */
type Hand = { pair: Pair | undefined; owns: boolean; listing: Listing | undefined };

export type Step = {
  readonly move: Move;
  readonly before: Item;
  readonly after: Item;
  readonly now: number;
  /** The fence that the owner held, where the write depends on it. */
  readonly fence: number | undefined;
  /** undefined: the write did not take place at all. */
  readonly ok: boolean | undefined;
  readonly listedAt: number | undefined;
  /** The index of the copy, of a close. */
  readonly copy: number | undefined;
};

const accepted = acceptedIn(FLEX);

/** Plays the moves. @param wrap puts something broken between the writes and their store. */
export const play = async (
  { linked, moves: all }: Game,
  look: (step: Step) => void,
  wrap: (store: Store) => Store = (store) => store,
): Promise<void> => {
  const real = createMemoryStore();
  const time = { now: 1_000_000_000 };
  let nonces = 0;
  const deps = {
    store: wrap(real),
    clock: { now: () => time.now, sleep: async () => {} },
    nonce: () => `n${++nonces}`,
    settings: bridgeSettings(configWith({ settleMs: SETTLE_MS, leaseMs: LEASE_MS }), secretsWith().stampKey),
  } as unknown as BridgeDeps;

  const begun = await beginPair({ ...deps, store: real }, accepted);
  if (begun === undefined) throw new Error('no pair');
  const opened = await openPair({ ...deps, store: real }, begun, FRONTLINE, 'customer');
  if (linked && opened !== undefined) await finishLink({ ...deps, store: real }, opened, accepted, false);

  const item = async (): Promise<Item> => {
    const found = await real.get(pairKey(ID));
    if (found === undefined) throw new Error('no pair');
    return found;
  };
  const stored = async (): Promise<Pair> => {
    const pair = readPair(await item());
    if (pair === undefined) throw new Error('no pair');
    return pair;
  };

  /** The next index in each lane's source, and which of them persons wrote. */
  const next: Record<Lane, number> = { toFrontline: 0, toFlex: 0 };
  const said: Record<Lane, number[]> = { toFrontline: [], toFlex: [] };
  const hands = new Map<string, Hand>();
  const handOf = ({ owner, lane }: Move): Hand => {
    const name = `${owner}${lane}`;
    const hand = hands.get(name) ?? { pair: undefined, owns: false, listing: undefined };
    hands.set(name, hand);
    return hand;
  };
  const chosen = (from: readonly number[], bits: number): readonly number[] =>
    from.filter((_, n) => (bits >> (n % 12)) & 1);
  const between = (pair: Pair, lane: Lane, end: number): readonly number[] => {
    const { cursor, ownIndices } = pair.lanes[lane];
    const found: number[] = [];
    for (let index = cursor + 1; index < end; index += 1) if (!ownIndices.includes(index)) found.push(index);
    return found;
  };

  type Did = { readonly fence?: number; readonly ok?: boolean; readonly listedAt?: number; readonly copy?: number };
  const act = async (move: Move): Promise<Did> => {
    const { lane, op, pick, bits } = move;
    const hand = handOf(move);
    const pair = hand.pair !== undefined && hasBothContainers(hand.pair) ? hand.pair : undefined;
    const mine = pair?.lanes[lane];
    const own = hand.owns && pair !== undefined && mine !== undefined;
    const claimed = (index: number, late: boolean): intents.NewIntent => ({
      sid: `IM${lane}${index}`,
      index,
      createdAt: 'then',
      author: 'c',
      digest: '',
      late,
    });
    const took = (written: LaneWrite, fence?: number): Did => {
      hand.pair = written.ok ? written.lease.pair : written.pair;
      hand.owns = written.ok;
      return { ok: written.ok, ...(fence === undefined ? {} : { fence }) };
    };
    switch (op) {
      case 'say':
        said[lane].push(next[lane]++);
        return {};
      case 'wait':
        time.now += [1, 500, LEASE_MS, LEASE_MS + SETTLE_MS + 1, GONE_AFTER_MS + 1, HELD_MS + 1][pick % 6] ?? 0;
        return {};
      case 'read':
        Object.assign(hand, { pair: await stored(), owns: false });
        return {};
      case 'list': {
        if (!own) return {};
        const seenUpTo = next[lane] - 1 - (pick % 3);
        hand.listing = { seenUpTo, missing: chosen(between(pair, lane, seenUpTo), bits), at: time.now };
        return {};
      }
      case 'claim': {
        const index = said[lane].at(-1 - (pick % 3));
        if (index === undefined) return {};
        const container = lane === 'toFrontline' ? FLEX : FRONTLINE;
        const first = await intents.claim(deps, { pair: ID, lane, from: container }, claimed(index, false), index - 1);
        if (first.ok) return took(first);
        const decision = decide(first.pair, lane, container, index);
        if (decision.do !== 'claim') return { ok: false };
        return took(
          await intents.claim(deps, { pair: ID, lane, from: container }, claimed(index, false), decision.cursor),
        );
      }
      case 'fence':
        if (pair === undefined || mine?.intent !== undefined) return {};
        return took(await intents.fence(deps, leaseOf(pair, lane)), mine?.fence);
      case 'take':
        if (pair === undefined || mine?.intent === undefined || mine.intent.notAfter > time.now) return {};
        return took(await intents.take(deps, leaseOf(pair, lane)), mine.fence);
      case 'intend': {
        if (!own || mine.intent !== undefined) return {};
        const ahead = said[lane].filter((index) => index > mine.cursor && !mine.ownIndices.includes(index));
        const all = [...mine.holes.keys(), ...ahead];
        const index = all[pick % Math.max(all.length, 1)];
        if (index === undefined) return {};
        return took(await intents.intend(deps, leaseOf(pair, lane), claimed(index, index <= mine.cursor)), mine.fence);
      }
      case 'clear':
      case 'lapse':
      case 'hold': {
        if (!own || mine.intent === undefined) return {};
        const claim = { ...leaseOf(pair, lane), intent: mine.intent };
        const { index } = mine.intent;
        const written = await {
          clear: () => intents.clear(deps, claim, index % 2 === 0),
          lapse: () => intents.lapse(deps, claim, SETTLE_MS),
          hold: () => pace.hold(deps, claim, index),
        }[op]();
        const did = took(written, mine.fence);
        hand.owns = op === 'clear' && written.ok;
        return did;
      }
      case 'close':
      case 'park': {
        if (!own || mine.intent === undefined) return {};
        const copy = op === 'close' ? next[otherLane(lane)]++ : undefined;
        const missing = mine.intent.late ? [] : chosen(between(pair, lane, mine.intent.index), bits);
        const listedAt = hand.listing?.at ?? 0;
        const did = took(
          await closing.close(deps, { ...leaseOf(pair, lane), intent: mine.intent }, copy, { missing, listedAt }),
          mine.fence,
        );
        return { ...did, listedAt, ...(copy === undefined ? {} : { copy }) };
      }
      case 'defer':
        return { ok: (await marks.defer(deps, ID, lane, pick)).ok };
      case 'clean': {
        if (!own || mine.intent !== undefined || hand.listing === undefined) return {};
        const { seenUpTo, missing, at } = hand.listing;
        const unsettled = missing.filter((index) => index > mine.cursor);
        const seen = {
          ...{ listedUpTo: seenUpTo, missing: unsettled, listedAt: at, showsHoles: true },
          applied: [...mine.stale.keys()],
        };
        const did = took(await clean(deps, leaseOf(pair, lane), seen), mine.fence);
        hand.listing = undefined;
        return { ...did, listedAt: at };
      }
      case 'release':
        if (pair === undefined) return {};
        return { ok: (await pace.releaseInTime(deps, leaseOf(pair, lane))).ok };
      case 'stale':
        return { ok: (await marks.markStale(deps, ID, lane, `IM${pick}`)).ok };
      case 'place':
        if (!own || mine.intent !== undefined) return {};
        return took(await marks.keepPlace(deps, leaseOf(pair, lane), `page ${pick}`), mine.fence);
      case 'link':
        return { ok: await finishLink(deps, await stored(), accepted, false) };
      case 'start':
      case 'bring':
      case 'free':
        throw new Error('made of other moves');
    }
  };

  /** What reconcile does without a pause, so that whole runs of it meet. */
  const parts = (move: Move): readonly Move[] => {
    if (move.op === 'start') return (['read', 'take', 'fence', 'list'] as const).map((op) => ({ ...move, op }));
    if (move.op === 'free')
      return (['wait', 'read', 'release'] as const).map((op) => ({ ...move, op, pick: op === 'wait' ? 5 : move.pick }));
    if (move.op === 'bring') return (['intend', 'close'] as const).map((op) => ({ ...move, op }));
    return [move];
  };

  for (const move of all.flatMap(parts)) {
    const before = await item();
    const { fence, ok, listedAt, copy } = await act(move);
    look({ move, before, after: await item(), now: time.now, fence, ok, listedAt, copy });
  }
};
