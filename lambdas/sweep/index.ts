import { createWholeSweep } from '../../src/core/sweep/whole-sweep.ts';
import { lazily } from '../../src/runtime/lazily.ts';
import { functionBase } from '../compose-base.ts';
import { bridgeDeps } from '../compose-bridge.ts';
import { createSweepHandler } from './handler.ts';

const sweep = lazily(async () => createWholeSweep(await bridgeDeps()));

export const handler = createSweepHandler({ journal: functionBase.journal, sweep: async () => (await sweep())() });
