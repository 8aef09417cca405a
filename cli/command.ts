/** What every command is given and answers. */
import { MISUNDERSTOOD, Misunderstood, type Program, readOptions, type Told, usageOf } from '../src/runtime/options.ts';

/**
 * 0: all is well, or done. 1: something is wrong, or not done. 2: not understood. 3: the deployment is not to be
 * reached.
 */
export const EXIT = { well: 0, wrong: 1, misunderstood: MISUNDERSTOOD, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The bridge that was asked for is not there, or cannot be talked to. */
export class Unreachable extends Error {}

export type Given = {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
};

export type Command = (given: Given) => Promise<ExitCode>;

/** A command that knows its options. What it does not understand it answers with its usage. */
export const commandOf =
  <const O extends Program['options']>(
    program: Program<O>,
    act: (told: Told<O>, given: Omit<Given, 'args'>) => Promise<ExitCode>,
  ): Command =>
  async ({ args, ...given }) => {
    try {
      const told = readOptions(program, args);
      if (!told.help) return await act(told, given);
      given.print(usageOf(program));
      return EXIT.well;
    } catch (error) {
      if (error instanceof Misunderstood) throw new Misunderstood(`${error.message}\n\n${usageOf(program)}`);
      throw error;
    }
  };
