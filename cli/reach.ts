/** From what the operator said to the deployment meant: a stack on AWS, or the bridge of this machine. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readLocalSettings } from '../local/local-settings.ts';
import { socketPath } from '../local/operator-socket.ts';
import { sqliteDeployment } from '../src/adapters/sqlite/deployment.ts';
import { openDatabase } from '../src/adapters/sqlite/open.ts';
import { createSqliteQueue } from '../src/adapters/sqlite/queue.ts';
import { createSqliteStore } from '../src/adapters/sqlite/store.ts';
import type { Operator } from '../src/core/operate/operator.ts';
import { systemClock as clock } from '../src/runtime/system-clock.ts';
import { Unreachable } from './command.ts';
import { connectToBridge } from './operator-socket.ts';

export type Where = { readonly stack: string | undefined; readonly data: string | undefined };
export type Reached = Operator & { readonly close: () => Promise<void> };
type Environment = Readonly<Record<string, string | undefined>>;

const own = { clock, nonce: randomUUID } as const;

/** @throws Unreachable saying what is not there. */
export const reach = async (where: Where, environment: Environment): Promise<Reached> => {
  if (where.stack !== undefined) return onAws(where.stack);
  const file = where.data ?? (environment.DATA_FILE?.trim() || readLocalSettings(environment).dataFile);
  const running = await connectToBridge(socketPath(file));
  return running === undefined ? inFile(file) : { ...running, ...own, consumed: true, close: async () => {} };
};

/** The AWS clients are loaded only when they are needed: they take longer than the rest together. */
const onAws = async (stack: string): Promise<Reached> => {
  const { reachStack } = await import('./aws.ts');
  return { ...(await reachStack(stack)), ...own, consumed: true };
};

/** Nothing runs on it, so it may be opened; what is put on its queues waits for the next start. */
const inFile = async (file: string): Promise<Reached> => {
  if (!existsSync(file))
    throw new Unreachable(`There is no ${file}. Has a bridge run here? Name another file with --data`);
  const database = await openDatabase(file, { clock }).catch((error: unknown) => {
    throw new Unreachable(error instanceof Error ? error.message : `${file} cannot be opened`);
  });
  const deployment = sqliteDeployment({
    database,
    store: createSqliteStore(database),
    queues: await createSqliteQueue(database, { clock }),
  });
  return { ...deployment, ...own, consumed: false, close: database.close };
};
