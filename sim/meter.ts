/** Counts how often each fault, state and assumption was met. What is never met proves nothing. */
export type Meter = {
  readonly met: (what: string, times?: number) => void;
  readonly counts: () => ReadonlyMap<string, number>;
};

export const createMeter = (): Meter => {
  const counts = new Map<string, number>();
  return {
    met: (what, times = 1) => {
      counts.set(what, (counts.get(what) ?? 0) + times);
    },
    counts: () => counts,
  };
};
