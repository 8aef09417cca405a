/** What a program is told on its command line: declared once, and read, refused and explained from that. */
import { parseArgs } from 'node:util';

/** Whoever asked must ask otherwise: programs answer with their usage, and end with {@link MISUNDERSTOOD}. */
export class Misunderstood extends Error {}
export const MISUNDERSTOOD = 2;

export type Option<T> = {
  /** What stands for its value in the usage; undefined when it takes none. */
  readonly value: string | undefined;
  readonly says: string;
  readonly otherwise: string | undefined;
  /** @throws Misunderstood saying what it takes */
  readonly read: (text: string) => T;
};

export type Program<O extends Options = Options> = {
  /** What people type before the options. */
  readonly command: string;
  readonly about: string;
  readonly options: O;
  /** What may be named besides the options, as the usage says it. Nothing may when absent. */
  readonly names?: string;
};
type Options = Readonly<Record<string, Option<unknown>>>;

export type Told<O extends Options> = {
  readonly values: { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };
  readonly names: readonly string[];
  readonly help: boolean;
};

/** True when it is given. */
export const flag = (says: string): Option<boolean> => ({
  value: undefined,
  says,
  otherwise: undefined,
  read: () => true,
});

const option = <T>(value: string, says: string, otherwise: string | undefined, read: (text: string) => T) => ({
  value,
  says,
  otherwise,
  read,
});

export const text = (value: string, says: string): Option<string | undefined> =>
  option(value, says, undefined, (given) => {
    if (given.trim() === '') throw new Misunderstood('is empty');
    return given;
  });

const wholeNumber = (given: string, [least, most]: readonly [number, number]): number => {
  const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Misunderstood(
    `takes a whole number${most === Number.MAX_SAFE_INTEGER ? `, ${least} or more` : `, ${least} to ${most}`}`,
  );
};

type Limits = { readonly least?: number; readonly most?: number };
/** A whole number, or undefined. */
export const maybeWhole = (value: string, says: string, limits: Limits = {}): Option<number | undefined> =>
  option(value, says, undefined, (given) =>
    wholeNumber(given, [limits.least ?? 0, limits.most ?? Number.MAX_SAFE_INTEGER]),
  );
export const whole = (value: string, says: string, otherwise: number, limits: Limits = {}): Option<number> =>
  option(value, says, String(otherwise), (given) =>
    wholeNumber(given, [limits.least ?? 0, limits.most ?? Number.MAX_SAFE_INTEGER]),
  );

const isOneOf = <const T extends string>(words: readonly T[], given: string): T => {
  const word = words.find((one) => one === given);
  if (word === undefined) throw new Misunderstood(`takes one of: ${words.join(', ')}`);
  return word;
};
export const oneOf = <const T extends string>(words: readonly T[], says: string, otherwise: T): Option<T> =>
  option(words.join('|'), says, otherwise, (given) => isOneOf(words, given));
export const maybeOneOf = <const T extends string>(words: readonly T[], says: string): Option<T | undefined> =>
  option(words.join('|'), says, undefined, (given) => isOneOf(words, given));

const readOne = (name: string, declared: Option<unknown>, given: string | boolean | undefined): unknown => {
  const said = typeof given === 'string' ? given : declared.otherwise;
  if (declared.value === undefined) return given === true;
  if (said === undefined) return undefined;
  try {
    return declared.read(said);
  } catch (error) {
    if (error instanceof Misunderstood) throw new Misunderstood(`--${name} ${error.message}`);
    throw error;
  }
};

type Token = { readonly kind: string; readonly name?: string; readonly value?: string | undefined };

/** The last one would count, and whoever meant both would not hear that the other was forgotten. */
const refuseTwice = (tokens: readonly Token[]): void => {
  const names = tokens.flatMap(({ name, value }) => (name === undefined || value === undefined ? [] : [name]));
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new Misunderstood(`--${twice} is given twice: it takes one value`);
};

/** @throws Misunderstood also when help is asked for, if anything else is wrong. */
export const readOptions = <const O extends Options>(program: Program<O>, args: readonly string[]): Told<O> => {
  const declared = Object.entries(program.options);
  const known = declared.map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }]);
  const parsed = ((): { values: Record<string, unknown>; positionals: string[]; tokens: readonly Token[] } => {
    try {
      return parseArgs({
        args: [...args],
        tokens: true,
        allowPositionals: program.names !== undefined,
        options: { ...Object.fromEntries(known), help: { type: 'boolean', short: 'h' } },
      });
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
      if (String(code).startsWith('ERR_PARSE_ARGS')) throw new Misunderstood(String(message));
      throw error;
    }
  })();
  refuseTwice(parsed.tokens);
  const values = declared.map(([name, one]) => [
    name,
    readOne(name, one, parsed.values[name] as string | boolean | undefined),
  ]);
  return {
    values: Object.fromEntries(values),
    names: parsed.positionals,
    help: parsed.values.help === true,
  };
};

export const usageOf = ({ command, about, options, names }: Program): string => {
  const entries: (readonly [string, string])[] = Object.entries(options).map(([name, { value, says, otherwise }]) => [
    `--${name}${value === undefined ? '' : ` ${value}`}`,
    `${says}${otherwise === undefined ? '' : ` (${otherwise})`}`,
  ]);
  entries.push(['--help', 'show this text']);
  const width = Math.max(...entries.map(([shown]) => shown.length));
  const optional = entries.length > 1 ? ' [OPTION ...]' : '';
  return [
    `Usage: ${command}${names === undefined ? '' : ` ${names}`}${optional}`,
    '',
    about,
    '',
    ...entries.map(([shown, says]) => `  ${shown.padEnd(width)}  ${says}`),
    '',
  ].join('\n');
};
