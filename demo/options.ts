/** What the demo can be told. */
import { Misunderstood, maybeOneOf, oneOf, type Program, type Told } from '../src/runtime/options.ts';
import type { Kind } from './scene.ts';
import { USE_CASES, type UseCase } from './use-cases.ts';
import { WEATHERS } from './weathers.ts';

/** Many chats at once, and no use case of one. */
export const TEN_CHATS = 'ten-chats';
const KINDS: readonly Kind[] = ['web', 'sms'];

const width = Math.max(...USE_CASES.map(({ name }) => name.length));

export const DEMO = {
  command: 'npm run demo --',
  names: '[NAME ...]',
  about: `Plays what people do with one chat, and prints what stands on both sides, as Twilio holds it. Exits with 1 when they differ, or
when it is not what was meant. Without a name everything is played.

${USE_CASES.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`).join('\n')}
  ${TEN_CHATS.padEnd(width)}  Ten chats at once on three kinds of days, each judged by both transcripts.`,
  options: {
    channel: maybeOneOf(KINDS, 'the customer writes on the web or by SMS; both when not given'),
    weather: oneOf(
      WEATHERS,
      'over real HTTP; all others in virtual time: every webhook twice, out of order, lost; or a death after each write',
      'calm',
    ),
  },
} as const satisfies Program;

export type Wanted = {
  readonly useCases: readonly UseCase[];
  readonly kinds: readonly Kind[];
  readonly tenChats: boolean;
};

/** @throws Misunderstood when there is no such use case, or ten chats are to be had in another weather than theirs */
export const wantedOf = ({ names, values }: Pick<Told<(typeof DEMO)['options']>, 'names' | 'values'>): Wanted => {
  const { channel, weather } = values;
  const known = [...USE_CASES.map(({ name }) => name), TEN_CHATS];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Misunderstood(`there is no "${unknown}"; there are: ${known.join(', ')}`);
  const isPlain = channel === undefined && weather === 'calm';
  if (names.includes(TEN_CHATS) && !isPlain) throw new Misunderstood(`${TEN_CHATS} has a weather of its own`);
  return {
    useCases: USE_CASES.filter(({ name }) => names.length === 0 || names.includes(name)),
    kinds: channel === undefined ? KINDS : [channel],
    tenChats: names.includes(TEN_CHATS) || (names.length === 0 && isPlain),
  };
};
