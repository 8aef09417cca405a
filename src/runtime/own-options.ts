/** A program's own command line. */
import { MISUNDERSTOOD, Misunderstood, type Program, readOptions, type Told, usageOf } from './options.ts';

/** Ends this process, with its usage, when what it was told makes no sense. */
export const understood = <T>(program: Program, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Misunderstood)) throw error;
    process.stderr.write(`${error.message}\n\n${usageOf(program)}`);
    return process.exit(MISUNDERSTOOD);
  }
};

/** What this process was told. Ends it when it was only asked for its usage, or told what it does not know. */
export const ownOptions = <const O extends Program['options']>(program: Program<O>): Omit<Told<O>, 'help'> => {
  const { help, ...told } = understood(program, () => readOptions(program, process.argv.slice(2)));
  if (!help) return told;
  process.stdout.write(usageOf(program));
  return process.exit(0);
};
