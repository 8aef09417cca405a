import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import { storeContract } from '../../contracts/store.contract.ts';

storeContract('memory', async () => ({ store: createMemoryStore(), close: async () => {} }));
