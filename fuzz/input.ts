/** A failing input as a file, for whoever wants to look at it or to send it by hand. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Failure } from './fuzz.ts';
import { mutantRequest } from './mutant-request.ts';

/** @returns the file's path. */
export const writeInput = (seed: number, failure: Failure): string => {
  const { run, problems, fixture, mutations, draft } = failure;
  const { method, target, headers, body, proven } = mutantRequest(draft);
  const file = join(mkdtempSync(join(tmpdir(), 'bridge-fuzz-')), `seed-${seed}-run-${run}.json`);
  const input = {
    ...{ seed, run, problems, fixture, mutations },
    ...{ fault: draft.fault, flow: draft.flow, signedAsTwilioDoes: proven },
    request: { method, target, headers, body: body.toString('latin1'), bodyIs: 'bytes, one character each' },
    params: draft.params,
  };
  writeFileSync(file, JSON.stringify(input, undefined, 2));
  return file;
};
