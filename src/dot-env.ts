/** How `.env` is read, by whatever is started with one: this imports nothing of the bridge. */
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment, and below it what the file says; a file that is not there says nothing.
 * @throws Error that says what to do when the file is not UTF-8: what it says would be missed without a word.
 */
export const withDotEnv = (file: string, environment: Environment): Environment =>
  existsSync(file) ? { ...parseEnv(textOf(file, readFileSync(file))), ...environment } : environment;

const REMEDY = 'save it as UTF-8 (in Notepad: Save as, encoding UTF-8; in PowerShell: Set-Content -Encoding utf8)';

/** Without the byte order mark, which some editors put in front: the first name would not be known with it. */
const textOf = (file: string, bytes: Buffer): string => {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff' || bytes.includes(0))
    throw new Error(`${file} is in UTF-16, so nothing in it can be read: ${REMEDY}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${file} is not in UTF-8, so not all of it can be read: ${REMEDY}`);
  }
};
