/** Waits of several chats, and how they stand beside a goal. */
import { type Figure, percentile } from '../figures.ts';

/** Milliseconds; `never` counts those that nobody waited for to the end. */
export type Waits = { readonly waits: readonly number[]; readonly never: number };

const seconds = (ms: number): string => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'not in time');

/** Goals are about p95 where many chats are struck one by one, and about all of them otherwise. */
export const waitsFigure = (what: string, goalMs: number, { waits, never }: Waits, of: 'p95' | 'all'): Figure => {
  const all = [...waits, ...Array.from({ length: never }, () => Number.POSITIVE_INFINITY)];
  const judged = percentile(all, of === 'p95' ? 95 : 100);
  return {
    what: `${what} (${all.length})`,
    goal: `${of === 'p95' ? 'p95' : 'all'} <= ${goalMs / 1000} s`,
    measured:
      all.length === 0
        ? 'none'
        : `p50 ${seconds(percentile(all, 50))}, p95 ${seconds(percentile(all, 95))}, max ${seconds(percentile(all, 100))}`,
    met: all.length === 0 ? undefined : judged <= goalMs,
  };
};

/** JSON knows no NaN: what never came is null when it has crossed from the other process. */
export const waitsOf = (values: readonly (number | null)[]): Waits => {
  const waits = values.filter((value): value is number => value !== null && !Number.isNaN(value));
  return { waits, never: values.length - waits.length };
};
