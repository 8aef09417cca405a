/** The ledger: one row per source message that the bridge has dealt with, and how. */

import type { BridgeDeps } from '../deps.ts';
import type { Lane } from '../model/event.ts';
import type { Parked, Skipped } from '../model/outcome.ts';
import type { Change, Item, Key, Test } from '../ports/change.ts';
import { lanePrefix } from './pair.ts';

/** Seconds. An expired row is never a reason to post again: the cursor has long passed it. */
const KEEP_SECONDS = 180 * 24 * 3600;

export type LedgerRow =
  | {
      readonly state: 'ok';
      readonly copy: string;
      readonly copyIndex: number;
      readonly late: boolean;
      /** Names what Twilio will not do to the copy, the digest of a later text or `gone`: that edit is parked. */
      readonly refused: string | undefined;
      /** To which text, by digest, the copy was put right so often since then, in milliseconds. */
      readonly restored: { readonly digest: string; readonly times: number; readonly since: number } | undefined;
    }
  /** `refused`: the digest of the text that was. */
  | { readonly state: 'parked'; readonly reason: string; readonly refused: string | undefined }
  | { readonly state: 'skipped'; readonly reason: string }
  | { readonly state: 'removed' };

/** `m#fl#IM…`: a message of the lane to Frontline; `m#fx#IM…`: of the lane to Flex. */
export const ledgerKey = (pair: Key, lane: Lane, sid: string): Key => ({
  pk: pair.pk,
  sk: `m#${lanePrefix(lane)}#${sid}`,
});

const readItem = (item: Item | undefined): LedgerRow | undefined => {
  if (item === undefined) return undefined;
  switch (item.st) {
    case undefined:
      return undefined;
    case 'ok':
      return {
        state: 'ok',
        copy: String(item.d),
        copyIndex: Number(item.di),
        late: item.late !== undefined,
        refused: typeof item.x === 'string' ? item.x : undefined,
        restored:
          typeof item.wd === 'string' ? { digest: item.wd, times: Number(item.wn), since: Number(item.wt) } : undefined,
      };
    case 'removed':
      return { state: 'removed' };
    case 'parked':
      return {
        state: 'parked',
        reason: String(item.why ?? ''),
        refused: typeof item.x === 'string' ? item.x : undefined,
      };
    default:
      return { state: 'skipped', reason: String(item.why ?? '') };
  }
};

export const readRow = async (
  deps: Pick<BridgeDeps, 'store'>,
  pair: Key,
  lane: Lane,
  sid: string,
): Promise<LedgerRow | undefined> => readItem(await deps.store.get(ledgerKey(pair, lane, sid)));

/**
 * Which message a copy stands for, when nothing in the copy says so any more. Reads the lane's rows until it is found: for
 * what hardly ever happens.
 */
export const findSource = async (
  deps: Pick<BridgeDeps, 'store'>,
  pair: Key,
  lane: Lane,
  copy: string,
): Promise<string | undefined> => {
  const prefix = ledgerKey(pair, lane, '').sk;
  let after: string | undefined;
  do {
    const page = await deps.store.listUnder(pair.pk, { prefix, limit: 500, after });
    const row = page.items.find((item) => item.st === 'ok' && item.d === copy);
    if (row !== undefined) return String(row.sk).slice(prefix.length);
    after = page.next;
  } while (after !== undefined);
  return undefined;
};

/** Whether a lane has copied something since then, as far as its first rows tell: they know until when they are kept. */
export const wasCopiedSince = async (
  deps: Pick<BridgeDeps, 'store'>,
  pk: string,
  lane: Lane,
  since: number,
): Promise<boolean> => {
  const prefix = ledgerKey({ pk, sk: '' }, lane, '').sk;
  const { items } = await deps.store.listUnder(pk, { prefix, limit: 500 });
  return items.some(({ st, ttl }) => st === 'ok' && typeof ttl === 'number' && ttl - KEEP_SECONDS >= since / 1000);
};

/** @returns the row as it stands afterwards: another's when the change was refused. */
const writeRow = async (
  deps: Pick<BridgeDeps, 'store' | 'nonce'>,
  key: Key,
  change: Omit<Change, 'nonce'>,
): Promise<LedgerRow | undefined> => {
  const written = await deps.store.write(key, { ...change, nonce: ['n', deps.nonce()] });
  return readItem(written.ok ? written.item : written.old);
};

const expiry = (deps: Pick<BridgeDeps, 'clock'>) => Math.floor(deps.clock.now() / 1000) + KEEP_SECONDS;

/** The message is across, but what somebody made of it is not. */
export const isEditParked = (row: LedgerRow | undefined): row is Extract<LedgerRow, { state: 'ok' }> =>
  row?.state === 'ok' && row.refused !== undefined;

/** Over nothing, over a parked row that was put back, or over one that said nothing and was edited. */
const free = [['any', [['lacks', 'st']], [['=', 'st', 'parked']], [['=', 'st', 'skipped']]]] as const;

const copyIs = (copy: string): readonly Test[] => [
  ['=', 'st', 'ok'],
  ['=', 'd', copy],
];

/** By these a row stands among the parked. */
const parked = (key: Key, at: number, why: Parked, index: number, code: number | undefined) => ({
  why,
  i: index,
  at,
  due: 'parked',
  dk: `${key.pk}#${key.sk}`,
  ...(code === undefined ? {} : { code }),
});
const UNPARKED = ['why', 'i', 'at', 'due', 'dk', 'code', 'x'];

/** The copy stands at the destination. @returns the row as it stands: another copy's when that one was first. */
export const writeCopied = async (
  deps: BridgeDeps,
  pair: Key,
  lane: Lane,
  sid: string,
  copy: { readonly sid: string; readonly index: number; readonly late: boolean },
): Promise<LedgerRow | undefined> => {
  return writeRow(deps, ledgerKey(pair, lane, sid), {
    when: free,
    set: { st: 'ok', d: copy.sid, di: copy.index, ttl: expiry(deps), ...(copy.late ? { late: 1 } : {}) },
    remove: UNPARKED,
  });
};

export const writeSkipped = async (
  deps: BridgeDeps,
  pair: Key,
  lane: Lane,
  sid: string,
  why: Skipped,
): Promise<void> => {
  await writeRow(deps, ledgerKey(pair, lane, sid), {
    when: free,
    set: { st: 'skipped', why, ttl: expiry(deps) },
    remove: ['due', 'dk'],
  });
};

/**
 * A parked message is gone at its source: there is nothing to put back any more.
 * @returns the row as it stands: another state's when somebody dealt with it first.
 */
export const writeRemoved = async (
  deps: BridgeDeps,
  pair: Key,
  lane: Lane,
  sid: string,
): Promise<LedgerRow | undefined> => {
  return writeRow(deps, ledgerKey(pair, lane, sid), {
    when: [['=', 'st', 'parked']],
    set: { st: 'removed', ttl: expiry(deps) },
    remove: UNPARKED,
  });
};

/** The copy is gone, or its source is: it stays away. Nothing happens when the row names another copy. */
export const writeDeleted = async (
  deps: BridgeDeps,
  pair: Key,
  lane: Lane,
  sid: string,
  copy: string,
): Promise<void> => {
  await writeRow(deps, ledgerKey(pair, lane, sid), {
    when: copyIs(copy),
    set: { st: 'removed', ttl: expiry(deps) },
    remove: UNPARKED,
  });
};

/** It was removed before it crossed: whoever copies it all the same takes the copy back. */
export const writeNeverCopied = async (deps: BridgeDeps, pair: Key, lane: Lane, sid: string): Promise<void> => {
  await writeRow(deps, ledgerKey(pair, lane, sid), {
    when: [['lacks', 'st']],
    set: { st: 'removed', ttl: expiry(deps) },
  });
};

/** Parked rows stand in the sparse index, where status and redrive find them. */
export const writeParked = async (
  deps: Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>,
  pair: Key,
  lane: Lane,
  sid: string,
  why: Parked,
  index: number,
  code: number | undefined,
  digest?: string,
): Promise<void> => {
  const key = ledgerKey(pair, lane, sid);
  await writeRow(deps, key, {
    when: free,
    set: {
      st: 'parked',
      ...(digest === undefined ? {} : { x: digest }),
      ttl: expiry(deps),
      ...parked(key, deps.clock.now(), why, index, code),
    },
  });
};

/** The copy stays as it was: the edit is parked. */
export const writeRefused = async (
  deps: BridgeDeps,
  pair: Key,
  lane: Lane,
  sid: string,
  copy: string,
  edit: {
    readonly name: string;
    readonly index: number;
    readonly reason: Parked;
    readonly code: number | undefined;
  },
): Promise<void> => {
  const key = ledgerKey(pair, lane, sid);
  await writeRow(deps, key, {
    when: copyIs(copy),
    set: { x: edit.name, ...parked(key, deps.clock.now(), edit.reason, edit.index, edit.code) },
  });
};

/** The copy says what its source says, and no edit is parked any more. */
export const writeRenewed = async (
  deps: BridgeDeps,
  pair: Key,
  lane: Lane,
  sid: string,
  copy: string,
): Promise<void> => {
  await writeRow(deps, ledgerKey(pair, lane, sid), {
    when: copyIs(copy),
    remove: UNPARKED,
  });
};

/** How often the copy was put right. */
export const writeRestored = async (
  deps: BridgeDeps,
  pair: Key,
  lane: Lane,
  sid: string,
  copy: string,
  { digest, times, since }: NonNullable<Extract<LedgerRow, { state: 'ok' }>['restored']>,
): Promise<void> => {
  await writeRow(deps, ledgerKey(pair, lane, sid), {
    when: copyIs(copy),
    set: { wd: digest, wn: times, wt: since },
  });
};
