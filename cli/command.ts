/** What every command is given and answers. */

/**
 * 0: all is well, or done. 1: something is wrong, or not done. 2: not understood. 3: the deployment is not to be
 * reached.
 */
export const EXIT = { well: 0, wrong: 1, misunderstood: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export class Misunderstood extends Error {}

/** The bridge that was asked for is not there, or cannot be talked to. */
export class Unreachable extends Error {}

export type Given = {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
};

export type Command = (given: Given) => Promise<ExitCode>;
