/** What happens to the body's bytes on their way, and to their coming. */
import type { Dice } from '../../sim/random.ts';
import type { RequestDraft } from '../draft.ts';
import type { Mutation } from '../mutation.ts';

const at = (bytes: Buffer, dice: Dice): number => dice.between(0, Math.max(0, bytes.length - 1));

const spliced = (bytes: Buffer, from: number, without: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + without)]);

/** What was drawn once is what happens, however often the draft is sent. */
const edit =
  (how: (bytes: Buffer, dice: Dice) => Buffer) =>
  (draft: RequestDraft, dice: Dice): void => {
    draft.bytes.push((bytes) => how(bytes, dice.fork('bytes')));
  };

const PIECES = [
  '%',
  '%F',
  '%FF',
  '%00',
  '%C0%AF',
  '%ED%A0%80',
  '&',
  '=',
  '&&',
  '&=',
  '+',
  '\uFEFF',
  '\u0000',
  '\n',
  ';',
  '#',
  'é',
  '\uFFFE',
];

export const byteMutations: readonly Mutation[] = [
  {
    name: 'a byte flipped',
    weight: 4,
    on: edit((bytes, dice) => {
      const flipped = Buffer.from(bytes);
      const index = at(bytes, dice);
      flipped[index] = (bytes[index] ?? 0) ^ (1 << dice.between(0, 7));
      return flipped;
    }),
  },
  {
    name: 'bytes removed',
    weight: 3,
    on: edit((bytes, dice) => spliced(bytes, at(bytes, dice), dice.pick([1, 2, 10, 100]), Buffer.alloc(0))),
  },
  {
    name: 'bytes inserted',
    weight: 3,
    on: edit((bytes, dice) => {
      const random = Buffer.from(Array.from({ length: dice.between(1, 6) }, () => dice.between(0, 255)));
      return spliced(bytes, at(bytes, dice), 0, random);
    }),
  },
  {
    name: 'a piece of a form inserted',
    weight: 5,
    on: edit((bytes, dice) => spliced(bytes, dice.pick([0, at(bytes, dice)]), 0, Buffer.from(dice.pick(PIECES)))),
  },
  {
    name: 'bytes repeated',
    weight: 2,
    on: edit((bytes, dice) => {
      const from = at(bytes, dice);
      return spliced(bytes, from, 0, bytes.subarray(from, from + dice.pick([1, 20, 400])));
    }),
  },
  { name: 'the body cut off', weight: 2, on: edit((bytes, dice) => bytes.subarray(0, at(bytes, dice))) },
  {
    name: 'the body in pieces',
    weight: 2,
    on: (draft) => {
      draft.flow = 'pieces';
    },
  },
  {
    name: 'the body never ends',
    weight: 0.5,
    on: (draft) => {
      draft.flow = 'stalls';
    },
  },
  {
    name: 'the body breaks off',
    weight: 0.5,
    on: (draft) => {
      draft.flow = 'breaks';
    },
  },
  {
    name: 'no body',
    weight: 0.5,
    on: (draft) => {
      draft.flow = 'none';
    },
  },
];
