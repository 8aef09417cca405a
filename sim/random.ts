/** Randomness of a run: the same seed gives the same run. */
export type Dice = {
  /** 0 <= n < 1. */
  readonly next: () => number;
  readonly chance: (p: number) => boolean;
  /** A whole number, both ends included. */
  readonly between: (from: number, to: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
  /** An independent source: what one part draws does not move the others. */
  readonly fork: (label: string) => Dice;
};

const hash = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
};

/** Mulberry32: small, fast, good enough to schedule by; https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
export const createDice = (seed: number, label = ''): Dice => {
  let state = (seed ^ hash(label)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  for (let i = 0; i < 4; i += 1) next();
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    chance: (p) => next() < p,
    between,
    pick: (from) => {
      const picked = from[between(0, from.length - 1)];
      if (picked === undefined) throw new Error('pick from nothing');
      return picked;
    },
    fork: (more) => createDice(seed, `${label}/${more}`),
  };
};
