import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * Makes a folder and those above it that are not there. Node's own `recursive` never ends where a folder exists in
 * which none can be made and the system says "no such file", as it does below /proc (seen with 24.21).
 * @throws what the system says of the first that cannot be made.
 */
export const madeFolder = async (path: string): Promise<void> => {
  if (await isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) await madeFolder(above);
  await mkdir(path).catch(async (error: unknown) => {
    // Another start made it meanwhile.
    if (!(await isFolder(path))) throw error;
  });
};
