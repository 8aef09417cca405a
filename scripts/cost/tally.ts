/** Counts what a world's functions ask of AWS and of Twilio from a moment on. */
import type { Ran } from '../../sim/invocations.ts';
import type { SimWorld } from '../../sim/world.ts';
import { TABLE } from '../../src/contract.ts';
import type { Item } from '../../src/core/ports/change.ts';
import { itemBytes, lineBytes } from './sizes.ts';

export type Counted = {
  readonly webhooks: number;
  /** Invocations. */
  readonly replicated: number;
  readonly forwarded: number;
  readonly queued: number;
  /** Webhooks that wait for a queue; for two queues at once. */
  readonly storing: number;
  readonly restCalls: number;
  readonly writes: number;
  /** Units of those writes: one for each KB, and those of the index of lists. */
  readonly writeUnits: number;
  readonly indexUnits: number;
  /** Of calls and writes, the forwarder's. */
  readonly forwardCalls: number;
  readonly forwardWrites: number;
  /** Lists too; when each invocation meets a process that does not know its chat yet. */
  readonly readsAtMost: number;
  /** Bytes that the functions write to their logs. */
  readonly logBytes: number;
  /** Bytes of the pair's item when it is largest: with an intent. */
  readonly pairBytes: number;
  /** Rows of the ledger, and their bytes. */
  readonly rows: number;
  readonly rowBytes: number;
  /** Rows of the forwarder, and theirs. */
  readonly forwardRows: number;
  readonly forwardRowBytes: number;
};

const isCall = (step: string): boolean => /^(GET|POST|DELETE) /.test(step);
const isWrite = (step: string): boolean => step === 'store.write';
const isRead = (step: string): boolean => /^store\.(get|list|listKeys|listUnder)$/.test(step);

const unitsOf = (item: Item): number => Math.ceil(itemBytes(item) / 1024);
const place = (item: Item | undefined): string | undefined =>
  item?.[TABLE.list] === undefined ? undefined : `${item[TABLE.list]} ${item[TABLE.listOrder]}`;

/**
 * What a write costs in the index, which holds keys only: nothing while the item stays where it is, on a list or on
 * none; a unit to leave its place, and one to take another.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
 */
const indexUnitsOf = (before: Item | undefined, after: Item): number => {
  const [from, to] = [place(before), place(after)];
  if (from === to) return 0;
  return (from === undefined ? 0 : 1) + (to === undefined ? 0 : 1);
};

/**
 * Of a world whose sweeps are switched off. Without `forwards` all that forwarding does is left out.
 * @returns what was counted until it is called
 */
export const startTally = (world: SimWorld, forwards: boolean): (() => Counted & { readonly readers: number }) => {
  const { store } = world;
  const written = new Map<string, Item>();
  const units = { table: 0, index: 0 };
  let pairBytes = 0;
  const { write } = store;
  Object.assign(store, {
    write: async (...given: Parameters<typeof write>) => {
      const before = await store.get(given[0]);
      const done = await write(...given);
      if (!done.ok) return done;
      const { item } = done;
      if (forwards || !String(item[TABLE.sk]).startsWith('f')) {
        units.table += unitsOf(item);
        units.index += indexUnitsOf(before, item);
      }
      written.set(`${item[TABLE.pk]} ${item[TABLE.sk]}`, item);
      if (item[TABLE.sk] === 'pair') pairBytes = Math.max(pairBytes, itemBytes(item));
      return done;
    },
  });
  const [before, told] = [world.ran().length, world.entries.length];
  const isSend = (step: string) => step.startsWith('send ') && (forwards || step !== 'send default-webhook');
  const bySk = (prefix: string) =>
    [...written.values()].filter((item) => String(item[TABLE.sk]).startsWith(prefix)).map(itemBytes);
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

  return () => {
    Object.assign(store, { write });
    const ran = world.ran().slice(before);
    const about = ran.filter(({ kind }) => forwards || kind !== 'default-webhook');
    const forwarder = about.filter(({ kind }) => kind === 'default-webhook');
    const count = (among: readonly Ran[], of: (step: string) => boolean): number =>
      among.flatMap(({ steps }) => steps).filter(of).length;
    const [rows, forwardRows] = [bySk('m#'), forwards ? bySk('f#') : []];
    const lines = world.entries
      .slice(told)
      .map(({ entry }) => entry)
      .filter(({ lane }) => forwards || lane !== 'forward');
    return {
      webhooks: about.filter(({ kind }) => kind === 'webhook').length,
      replicated: about.filter(({ kind }) => kind.endsWith('-events')).length,
      forwarded: forwarder.length,
      queued: count(about, isSend),
      storing: about.filter(({ kind, steps }) => kind === 'webhook' && steps.some(isSend)).length,
      restCalls: count(about, isCall),
      writes: count(about, isWrite),
      writeUnits: units.table,
      indexUnits: units.index,
      forwardCalls: count(forwarder, isCall),
      forwardWrites: count(forwarder, isWrite),
      readsAtMost: count(about, isRead),
      logBytes: sum(lines.map(lineBytes)),
      pairBytes,
      rows: rows.length,
      rowBytes: sum(rows),
      forwardRows: forwardRows.length,
      forwardRowBytes: sum(forwardRows),
      readers: new Set(about.filter(({ steps }) => steps.includes('store.get')).map(({ kind }) => kind)).size,
    };
  };
};
