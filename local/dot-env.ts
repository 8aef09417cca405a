import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The environment, and below it what the file says; a file that is not there says nothing. */
export const withDotEnv = (
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> => {
  try {
    return { ...parseEnv(readFileSync(file, 'utf8')), ...environment };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return environment;
    throw error;
  }
};
