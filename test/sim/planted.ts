/** Builds the simulator with a bug planted: a text replaced in one source file, and nothing else changed. */
import { mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';

export type Patch = { readonly file: string; readonly from: string; readonly to: string };

const root = resolve(import.meta.dirname, '../..');

/**
 * @returns the bundle's path. It lies in node_modules, so that what it imports from there is found.
 * @throws when a patch's text does not stand in its file exactly once: the bug would not be planted.
 */
export const buildSim = async (name: string, patches: readonly Patch[]): Promise<string> => {
  const folder = resolve(root, 'node_modules/.cache/sim');
  await mkdir(folder, { recursive: true });
  const outfile = resolve(folder, `${name.replace(/\W+/g, '-')}.mjs`);
  for (const { file, from } of patches) {
    const text = await readFile(resolve(root, file), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
  }
  await build({
    entryPoints: [resolve(root, 'sim/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    packages: 'external',
    logLevel: 'silent',
    plugins: [
      {
        name: 'planted',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            let contents = await readFile(path, 'utf8');
            for (const { file, from, to } of patches)
              if (path === resolve(root, file)) contents = contents.replace(from, () => to);
            return { contents, loader: 'ts' };
          }),
      },
    ],
  });
  return outfile;
};
