import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-'));
  return {
    file: (name: string): string => join(folder, name),
    remove: (): Promise<void> => rm(folder, { recursive: true, force: true }),
  };
};
