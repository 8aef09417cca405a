import { QUEUES, type QueueName } from '../../contract.ts';
import { decodeEnvelope } from '../../core/jobs/envelope.ts';
import type { DeploymentAccess, QueueCount } from '../../core/operate/operator.ts';
import type { Queues } from '../../core/ports/queues.ts';
import type { Store } from '../../core/ports/store.ts';
import type { Database } from './open.ts';
import type { Sql } from './statements.ts';

const numbers = (sql: Sql, text: string, ...values: string[]): number => Number(sql.one(text, ...values)?.n);

const countOf = (sql: Sql, queue: QueueName): QueueCount => {
  const oldest = sql.one('SELECT body FROM message WHERE queue = ? ORDER BY seq LIMIT 1', queue)?.body;
  return {
    waiting: numbers(sql, 'SELECT count(*) AS n FROM message WHERE queue = ?', queue),
    inFlight: numbers(sql, 'SELECT count(*) AS n FROM line WHERE queue = ? AND in_flight = 1', queue),
    dead: numbers(sql, 'SELECT count(*) AS n FROM dead WHERE queue = ?', queue),
    oldestAt: typeof oldest === 'string' ? decodeEnvelope(oldest)?.receivedAt : undefined,
  };
};

/** What an operator sees of one machine's file. */
export const sqliteDeployment = (parts: {
  readonly database: Database;
  readonly store: Store;
  readonly queues: Pick<Queues, 'send'>;
}): DeploymentAccess => {
  const { database, store, queues } = parts;
  return {
    store,
    queues,
    counts: () =>
      database.perform(
        (sql) =>
          Object.fromEntries(QUEUES.map((queue) => [queue, countOf(sql, queue)])) as Record<QueueName, QueueCount>,
      ),
    deadLetters: (queue) =>
      database.perform((sql) =>
        sql
          .all('SELECT seq, body, reason FROM dead WHERE queue = ? ORDER BY seq', queue)
          .map(({ seq, body, reason }) => ({ handle: String(seq), body: String(body), reason: String(reason) })),
      ),
    removeDead: (queue, handles) =>
      database.perform((sql) => {
        for (const handle of handles) sql.run('DELETE FROM dead WHERE queue = ? AND seq = ?', queue, Number(handle));
      }),
    // Looking hides nothing here.
    leaveDead: async () => {},
  };
};
