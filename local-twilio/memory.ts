/**
 * What the local Twilio knows, in a file: a process that is killed and started again has forgotten nothing that it
 * told.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { TwoAccounts } from './accounts.ts';

/** A memory of a former release may have another shape, so it is read only by the sources that wrote it. */
const shape = (): string => {
  const hash = createHash('sha256');
  for (const source of ['model', 'accounts', 'defaults'])
    hash.update(readFileSync(new URL(`${source}.ts`, import.meta.url)));
  return hash.digest('hex');
};

type Kept = { readonly shape: string; readonly place: TwoAccounts };

/** undefined when there is none, it is of another shape, or a crash of the machine has left half of it. */
export const recalled = (file: string): TwoAccounts | undefined => {
  try {
    const kept = deserialize(readFileSync(file)) as Partial<Kept> | undefined;
    return kept?.shape === shape() ? kept.place : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Keeps what there is. Resolves when all that was there at the call is in the file, which is at every moment whole;
 * calls at the same time share one write. It outlives the process, not a power cut.
 */
export const keeper = (file: string, place: TwoAccounts): (() => Promise<void>) => {
  const ours = shape();
  let last: Buffer | undefined;
  let next: Promise<void> | undefined;
  const write = (): void => {
    next = undefined;
    const now = serialize({ shape: ours, place } satisfies Kept);
    if (last?.equals(now)) return;
    writeFileSync(`${file}.new`, now, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    last = now;
  };
  return () => {
    next ??= new Promise<void>((resolve) => setImmediate(resolve)).then(write);
    return next;
  };
};
