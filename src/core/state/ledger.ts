/** The ledger: one row per source message that the bridge has dealt with, and how. */

import { TABLE } from '../../contract.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Lane } from '../model/event.ts';
import type { Parked, Skipped } from '../model/outcome.ts';
import type { MessageSid, SourceSid } from '../model/sids.ts';
import { ROWS_A_PAGE } from '../model/times.ts';
import type { Change, Item, Key, Test } from '../ports/change.ts';
import { keptFor, LEDGER, LEDGER_SECONDS, lanePrefix, ledgerKey, OFF_LIST, onList, type PairId } from './items.ts';

/** Which row: the pair, the lane out of the message's side, and the message's SID. */
export type RowOf = {
  readonly pair: { readonly id: PairId; readonly generation: number };
  readonly lane: Lane;
  readonly sid: SourceSid;
};

export type LedgerRow =
  | {
      readonly state: 'copied';
      readonly copy: MessageSid;
      readonly copyIndex: number;
      /** Milliseconds since 1970, of a whole second, perhaps one too early: when the row was written. */
      readonly copiedAt: number;
      readonly late: boolean;
      /** Names the edit that Twilio refused, by the digest of its text or as `gone`: that edit is parked. */
      readonly refused: string | undefined;
      /** By digest, what the copy was last made to say; as a rule undefined while it was never rewritten. */
      readonly said: string | undefined;
      /** By digest, what Twilio wrote instead, for it may trim or compose a text; undefined where it wrote that. */
      readonly written: string | undefined;
      /** To which text, by digest, the copy was reverted so often since then, in milliseconds since 1970. */
      readonly reverted: { readonly digest: string; readonly times: number; readonly since: number } | undefined;
    }
  /** `refused`: the digest of the text that was refused. */
  | { readonly state: 'parked'; readonly reason: Parked; readonly refused: string | undefined }
  | { readonly state: 'skipped'; readonly reason: Skipped }
  | { readonly state: 'removed' };

export type CopiedRow = Extract<LedgerRow, { state: 'copied' }>;

const l = LEDGER;

const textIn = (item: Item, attribute: string): string | undefined => {
  const value = item[attribute];
  return typeof value === 'string' ? value : undefined;
};

/** A row knows until when it is kept. */
const copiedAt = (item: Item): number => (Number(item[TABLE.ttl]) - LEDGER_SECONDS) * 1_000;

const readItem = (item: Item | undefined): LedgerRow | undefined => {
  if (item === undefined) return undefined;
  const digest = textIn(item, l.revertedDigest);
  switch (item[l.state]) {
    case undefined:
      return undefined;
    case 'copied':
      return {
        state: 'copied',
        copy: item[l.copy] as MessageSid,
        copyIndex: Number(item[l.copyIndex]),
        copiedAt: copiedAt(item),
        late: item[l.late] !== undefined,
        refused: textIn(item, l.refusedDigest),
        said: textIn(item, l.saidDigest),
        written: textIn(item, l.writtenDigest),
        reverted:
          digest === undefined
            ? undefined
            : { digest, times: Number(item[l.reverts]), since: Number(item[l.revertedSince]) },
      };
    case 'removed':
      return { state: 'removed' };
    case 'parked':
      return { state: 'parked', reason: item[l.reason] as Parked, refused: textIn(item, l.refusedDigest) };
    default:
      return { state: 'skipped', reason: item[l.reason] as Skipped };
  }
};

const keyOf = ({ pair, lane, sid }: RowOf): Key => ledgerKey(pair.id, lane, sid, pair.generation);

export const readRow = async (deps: Pick<BridgeDeps, 'store'>, of: RowOf): Promise<LedgerRow | undefined> =>
  readItem(await deps.store.get(keyOf(of)));

/**
 * Which message a copy stands for, when nothing in the copy says so any more. Reads the lane's rows until it is found:
 * for what hardly ever happens.
 */
export const findSource = async (
  deps: Pick<BridgeDeps, 'store'>,
  { pair, lane }: Pick<RowOf, 'pair' | 'lane'>,
  copy: MessageSid,
): Promise<SourceSid | undefined> => {
  const prefix = ledgerKey(pair.id, lane, '', pair.generation).sk;
  let after: string | undefined;
  do {
    const page = await deps.store.listUnder(pair.id, { prefix, limit: ROWS_A_PAGE, after });
    const row = page.items.find((item) => item[l.state] === 'copied' && item[l.copy] === copy);
    if (row !== undefined) return String(row.sk).slice(prefix.length) as SourceSid;
    after = page.next;
  } while (after !== undefined);
  return undefined;
};

/** Whether a lane has copied something since then, as far as its first rows tell. */
export const wasCopiedSince = async (
  deps: Pick<BridgeDeps, 'store'>,
  pair: PairId,
  lane: Lane,
  since: number,
): Promise<boolean> => {
  // Of whichever generation.
  const prefix = `m#${lanePrefix(lane)}`;
  const { items } = await deps.store.listUnder(pair, { prefix, limit: ROWS_A_PAGE });
  return items.some((item) => item[l.state] === 'copied' && copiedAt(item) >= since);
};

type WriterDeps = Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>;

/** @returns the row as it stands afterwards: another's when the change was refused. */
const writeRow = async (deps: WriterDeps, of: RowOf, change: Omit<Change, 'nonce'>): Promise<LedgerRow | undefined> => {
  const written = await deps.store.write(keyOf(of), { ...change, nonce: [l.nonce, deps.nonce()] });
  return readItem(written.ok ? written.item : written.old);
};

const kept = ({ clock }: WriterDeps) => keptFor(LEDGER_SECONDS, clock);

/** The message is across, but what a person made of it later is not. */
export const isEditParked = (row: LedgerRow | undefined): row is CopiedRow =>
  row?.state === 'copied' && row.refused !== undefined;

/** There is no row, or one of a message that was parked, or of one that said nothing and may have been edited. */
const mayBeCopied = [
  ['any', [['lacks', l.state]], [['=', l.state, 'parked']], [['=', l.state, 'skipped']]],
] as const satisfies readonly Test[];

const copyIs = (copy: string): readonly Test[] => [
  ['=', l.state, 'copied'],
  ['=', l.copy, copy],
];

export type Parking = { readonly reason: Parked; readonly index: number; readonly code: number | undefined };

/** By these a row stands among the parked. */
const parked = (deps: WriterDeps, of: RowOf, { reason, index, code }: Parking) => {
  const key = keyOf(of);
  return {
    [l.reason]: reason,
    [l.index]: index,
    [l.parkedAt]: deps.clock.now(),
    ...onList('parked', `${key.pk}#${key.sk}`),
    ...(code === undefined ? {} : { [l.code]: code }),
  };
};
const PARKED_ATTRIBUTES = [l.reason, l.index, l.parkedAt, ...OFF_LIST, l.code, l.refusedDigest];

/** The copy stands at the destination. @returns the row as it stands: another copy's when that one was first. */
export const writeCopied = (
  deps: BridgeDeps,
  of: RowOf,
  copy: {
    readonly sid: MessageSid;
    readonly index: number;
    readonly late: boolean;
    /** Where Twilio wrote it otherwise than it was given. */
    readonly otherwise: { readonly said: string; readonly written: string } | undefined;
  },
): Promise<LedgerRow | undefined> =>
  writeRow(deps, of, {
    when: mayBeCopied,
    set: {
      [l.state]: 'copied',
      [l.copy]: copy.sid,
      [l.copyIndex]: copy.index,
      ...kept(deps),
      ...(copy.late ? { [l.late]: 1 } : {}),
      ...(copy.otherwise === undefined
        ? {}
        : { [l.saidDigest]: copy.otherwise.said, [l.writtenDigest]: copy.otherwise.written }),
    },
    remove: PARKED_ATTRIBUTES,
  });

export const writeSkipped = async (deps: BridgeDeps, of: RowOf, reason: Skipped): Promise<void> => {
  await writeRow(deps, of, {
    when: mayBeCopied,
    set: { [l.state]: 'skipped', [l.reason]: reason, ...kept(deps) },
    remove: OFF_LIST,
  });
};

/**
 * What said nothing while the pair had an earlier conversation waits in this one, too: once it is given a text, it has
 * to cross. Whatever else became of a message there stays there.
 * @returns the row as it stands now; undefined when the ledger knows nothing of it in this generation.
 */
export const readRowOrUnsaid = async (deps: BridgeDeps, of: RowOf): Promise<LedgerRow | undefined> => {
  const row = await readRow(deps, of);
  if (row !== undefined) return row;
  for (let generation = of.pair.generation - 1; generation > 0; generation -= 1) {
    const earlier = await readRow(deps, { ...of, pair: { ...of.pair, generation } });
    if (earlier === undefined) continue;
    if (earlier.state !== 'skipped' || earlier.reason !== 'empty') return undefined;
    await writeSkipped(deps, of, 'empty');
    return readRow(deps, of);
  }
  return undefined;
};

const removed = (deps: WriterDeps, of: RowOf, when: readonly Test[]): Promise<LedgerRow | undefined> =>
  writeRow(deps, of, { when, set: { [l.state]: 'removed', ...kept(deps) }, remove: PARKED_ATTRIBUTES });

/**
 * A parked message is gone at its source: there is nothing to put back any more.
 * @returns the row as it stands: another state's when another run dealt with it first.
 */
export const writeRemoved = (deps: BridgeDeps, of: RowOf): Promise<LedgerRow | undefined> =>
  removed(deps, of, [['=', l.state, 'parked']]);

/** The copy is gone, or its source is: it stays away. Nothing happens when the row names another copy. */
export const writeDeleted = async (deps: BridgeDeps, of: RowOf, copy: MessageSid): Promise<void> => {
  await removed(deps, of, copyIs(copy));
};

/** It was removed before it crossed: a run that copies it all the same takes the copy back. */
export const writeNeverCopied = async (deps: BridgeDeps, of: RowOf): Promise<void> => {
  await writeRow(deps, of, { when: [['lacks', l.state]], set: { [l.state]: 'removed', ...kept(deps) } });
};

/**
 * Parked rows stand in the sparse index, where status and redrive find them. @param digest of the text, if it is known.
 */
export const writeParked = async (deps: WriterDeps, of: RowOf, parking: Parking, digest?: string): Promise<void> => {
  await writeRow(deps, of, {
    when: mayBeCopied,
    set: {
      [l.state]: 'parked',
      ...(digest === undefined ? {} : { [l.refusedDigest]: digest }),
      ...kept(deps),
      ...parked(deps, of, parking),
    },
  });
};

/** The copy stays as it was: the edit is parked. @param edit names it. */
export const writeEditParked = async (
  deps: BridgeDeps,
  of: RowOf,
  copy: MessageSid,
  edit: string,
  parking: Parking,
): Promise<void> => {
  await writeRow(deps, of, {
    when: copyIs(copy),
    set: { [l.refusedDigest]: edit, ...parked(deps, of, parking) },
  });
};

/** Neither the message nor an edit of it can be put back any more: it is parked no more. Any other row stays. */
export const writeUnparked = async (deps: BridgeDeps, of: RowOf, why: Skipped): Promise<void> => {
  const { ok } = await deps.store.write(keyOf(of), {
    when: [['=', l.state, 'parked']],
    set: { [l.state]: 'skipped', [l.reason]: why },
    remove: PARKED_ATTRIBUTES.filter((name) => name !== l.reason),
    nonce: [l.nonce, deps.nonce()],
  });
  if (!ok)
    await writeRow(deps, of, {
      when: [
        ['=', l.state, 'copied'],
        ['has', l.parkedAt],
      ],
      remove: PARKED_ATTRIBUTES,
    });
};

/** The copy was rewritten to say what its source says, and no edit is parked any more. */
export const writeSaid = async (
  deps: BridgeDeps,
  of: RowOf,
  copy: MessageSid,
  { said, written }: Pick<CopiedRow, 'written'> & { readonly said: string },
): Promise<void> => {
  await writeRow(deps, of, {
    when: copyIs(copy),
    set: { [l.saidDigest]: said, ...(written === undefined ? {} : { [l.writtenDigest]: written }) },
    remove: written === undefined ? [...PARKED_ATTRIBUTES, l.writtenDigest] : PARKED_ATTRIBUTES,
  });
};

/** How often the copy was reverted. */
export const writeReverted = async (
  deps: BridgeDeps,
  of: RowOf,
  copy: MessageSid,
  { digest, times, since }: NonNullable<CopiedRow['reverted']>,
): Promise<void> => {
  await writeRow(deps, of, {
    when: copyIs(copy),
    set: { [l.revertedDigest]: digest, [l.reverts]: times, [l.revertedSince]: since },
  });
};
