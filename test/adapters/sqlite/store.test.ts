import { openDatabase } from '../../../src/adapters/sqlite/open.ts';
import { createSqliteStore } from '../../../src/adapters/sqlite/store.ts';
import { storeContract } from '../../contracts/store.contract.ts';
import { newFolder } from './folder.ts';

storeContract('SQLite', async () => {
  const folder = await newFolder();
  const database = await openDatabase(folder.file('bridge.db'), { clock: { now: () => 1_790_000_000_000 } });
  return {
    store: createSqliteStore(database),
    close: async () => {
      await database.close();
      await folder.remove();
    },
  };
});
