import { describe, expect, test } from '@jest/globals';
import { configWith, secretsWith } from '../../../../sim/settings.ts';
import { createTime } from '../../../../sim/time.ts';
import { createMemoryStore } from '../../../../src/adapters/memory/store.ts';
import type { BridgeDeps } from '../../../../src/core/deps.ts';
import type { MessageSid } from '../../../../src/core/model/sids.ts';
import { DROPS_AT_ONCE, GONE_AFTER_MS, HOLES_AT_ONCE } from '../../../../src/core/model/times.ts';
import { pairId, pairKey } from '../../../../src/core/state/items.ts';
import { clean } from '../../../../src/core/state/lane/clean.ts';
import { fence } from '../../../../src/core/state/lane/intent.ts';
import { leaseOf } from '../../../../src/core/state/lane/lease.ts';
import { defer, markStale } from '../../../../src/core/state/lane/waiting-marks.ts';
import { hasBothContainers, type LinkedPair, readPair } from '../../../../src/core/state/pair.ts';
import { beginPair, finishLink, openPair } from '../../../../src/core/state/pair-writes.ts';
import { bridgeSettings } from '../../../../src/runtime/bridge-settings.ts';
import { acceptedIn } from '../../../support/accepted.ts';

const accepted = acceptedIn('CH1');
const id = pairId('flex', 'CH1');
const START = 1_790_000_000_000;

/** A linked pair that nothing waits for. */
const linkedPair = async () => {
  const time = createTime(START);
  let nonces = 0;
  const store = createMemoryStore();
  const settings = bridgeSettings(configWith(), secretsWith().stampKey);
  // The lane's writes know the store, a clock and a nonce, and nothing else.
  const deps = { store, settings, clock: time, nonce: () => `n${++nonces}` } as unknown as BridgeDeps;
  const begun = await beginPair(deps, accepted);
  const opened = begun && (await openPair(deps, begun, 'CH2', 'jo'));
  if (!opened || !(await finishLink(deps, opened, accepted, false))) throw new Error('not linked');
  const pair = async (): Promise<LinkedPair> => {
    const found = readPair(await store.get(pairKey(id)));
    if (found === undefined || !hasBothContainers(found)) throw new Error('no linked pair');
    return found;
  };
  /** As a run does it that listed up to an index, when the list was asked for now. */
  const cleans = async (
    listedUpTo: number,
    missing: readonly number[] = [],
    applied: readonly MessageSid[] = [],
    showsHoles = true,
  ): Promise<LinkedPair> => {
    const fenced = await fence(deps, leaseOf(await pair(), 'toFrontline'));
    if (!fenced.ok) throw new Error('not fenced');
    await clean(deps, fenced.lease, { listedUpTo, missing, listedAt: time.now(), showsHoles, applied });
    return pair();
  };
  await cleans(-1);
  return { deps, pair, cleans, pass: time.advance };
};

describe('The mark of a lane that is not up to date', () => {
  test('stays while the list has not shown what it stands for', async () => {
    const { deps, cleans } = await linkedPair();
    await defer(deps, id, 'toFrontline', 7);
    const after = await cleans(5);
    expect(after.lanes.toFrontline.dirty?.upTo).toBe(7);
    expect(after.due).toBe(true);
  });

  test('goes when the list has', async () => {
    const { deps, cleans } = await linkedPair();
    await defer(deps, id, 'toFrontline', 7);
    const after = await cleans(7);
    expect(after.lanes.toFrontline.dirty).toBeUndefined();
    expect(after.due).toBe(false);
  });

  test('goes when no list has shown it for so long that it must be gone', async () => {
    const { deps, cleans, pass } = await linkedPair();
    await defer(deps, id, 'toFrontline', 7);
    pass(GONE_AFTER_MS);
    expect((await cleans(5)).lanes.toFrontline.dirty?.upTo).toBe(7);
    pass(1);
    expect((await cleans(5)).lanes.toFrontline.dirty).toBeUndefined();
  });

  test("leaves the other lane's alone, and the pair due for it", async () => {
    const { deps, cleans } = await linkedPair();
    await defer(deps, id, 'toFlex', 3);
    const after = await cleans(9);
    expect(after.lanes.toFlex.dirty?.upTo).toBe(3);
    expect(after.due).toBe(true);
  });
});

test('A hole keeps the pair due until a list has missed it for so long that it must be gone', async () => {
  const { cleans, pass } = await linkedPair();
  const noted = await cleans(5, [4]);
  expect([...noted.lanes.toFrontline.holes.keys()]).toEqual([4]);
  expect(noted.due).toBe(true);
  pass(GONE_AFTER_MS);
  expect([...(await cleans(5, [4])).lanes.toFrontline.holes.keys()]).toEqual([4]);
  pass(1);
  const after = await cleans(5, [4]);
  expect(after.lanes.toFrontline.holes.size).toBe(0);
  expect(after.due).toBe(false);
});

test('A hole stays, however old, while a list that goes on behind it says nothing of it', async () => {
  const { cleans, pass } = await linkedPair();
  await cleans(5, [4]);
  pass(GONE_AFTER_MS + 1);
  const after = await cleans(9, [], [], false);
  expect([...after.lanes.toFrontline.holes.keys()]).toEqual([4]);
  expect(after.due).toBe(true);
});

test('An edit that was not applied keeps the pair due until it is', async () => {
  const { deps, cleans } = await linkedPair();
  await markStale(deps, id, 'toFrontline', 'IM1');
  const before = await cleans(5);
  expect([...before.lanes.toFrontline.stale.keys()]).toEqual(['IM1']);
  expect(before.due).toBe(true);
  const after = await cleans(5, [], ['IM1']);
  expect(after.lanes.toFrontline.stale.size).toBe(0);
  expect(after.due).toBe(false);
});

describe('More than one write may take away', () => {
  test('of edits that were applied is taken away by the runs that follow', async () => {
    const { deps, pair, cleans } = await linkedPair();
    const sids = Array.from({ length: 230 }, (_, n) => `IM${n}` as const);
    for (const sid of sids) await markStale(deps, id, 'toFrontline', sid);
    const left: number[] = [];
    do
      left.push((await cleans(5, [], [...(await pair()).lanes.toFrontline.stale.keys()])).lanes.toFrontline.stale.size);
    while ((await pair()).due && left.length < 9);
    expect(left).toEqual([230 - DROPS_AT_ONCE, 230 - 2 * DROPS_AT_ONCE, 0]);
  });

  test('of edits and holes together, new holes among them, is taken away by and by', async () => {
    const { deps, pair, cleans, pass } = await linkedPair();
    const indices = (from: number, count = HOLES_AT_ONCE) => Array.from({ length: count }, (_, n) => from + n);
    for (const from of [0, 50, 100, 150]) await cleans(from + 49, indices(from));
    for (let n = 0; n < 230; n += 1) await markStale(deps, id, 'toFrontline', `IM${n}`);
    pass(GONE_AFTER_MS + 1);
    const renewed = async () => [...(await pair()).lanes.toFrontline.stale.keys()];
    let after = await cleans(249, indices(200), await renewed());
    expect([after.lanes.toFrontline.holes.size, after.due]).toEqual([150, true]);
    pass(GONE_AFTER_MS + 1);
    for (let runs = 0; after.due && runs < 9; runs += 1) after = await cleans(249, [], await renewed());
    expect([after.lanes.toFrontline.holes.size, after.lanes.toFrontline.stale.size, after.due]).toEqual([0, 0, false]);
  });
});
