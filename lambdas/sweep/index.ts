import { createSweep } from '../../src/core/sweep.ts';
import { lazily } from '../../src/runtime/lazily.ts';
import { basis } from '../basis.ts';
import { bridgeDeps } from '../bridge-parts.ts';
import { createHandler } from './handler.ts';

const sweep = lazily(async () => createSweep(await bridgeDeps()));

export const handler = createHandler({ journal: basis.journal, sweep: async () => (await sweep())() });
