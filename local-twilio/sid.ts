/** A number in [0, 1). Handed in, so that a run can be repeated. */
export type Random = () => number;

const word = (random: Random): string =>
  Math.floor(random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');

const hex = (random: Random): string => word(random) + word(random) + word(random) + word(random);

/** Two letters and 32 lower-case hexadecimal digits: https://www.twilio.com/docs/glossary/what-is-a-sid */
export const newSid = <Letters extends string>(random: Random, letters: Letters): `${Letters}${string}` =>
  `${letters}${hex(random)}`;

export const newUuid = (random: Random): string => {
  const digits = hex(random);
  return [8, 12, 16, 20, 32].map((end, i, ends) => digits.slice(ends[i - 1] ?? 0, end)).join('-');
};

const sidPattern = /^[A-Z]{2}[0-9a-f]{32}$/;
export const looksLikeSid = (text: string, prefix: string): boolean => text.startsWith(prefix) && sidPattern.test(text);

/** Numbers in [0, 1) from a seed, the same ones each time (mulberry32). */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
};
