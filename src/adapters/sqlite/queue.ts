import { QUEUES, type QueueName, TIMES } from '../../contract.ts';
import { errorName } from '../../core/model/error-name.ts';
import { DEDUPE_MS } from '../../core/model/times.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { createListeners } from '../in-process/listeners.ts';
import type { LocalQueues, QueueCounts, QueueSource, ReceivedMessage, StoredDeadLetter } from '../in-process/source.ts';
import type { Database } from './open.ts';
import type { Sql } from './statements.ts';

const VISIBILITY_MS = TIMES.visibility * 1000;

type Said = { readonly group: string; readonly dedupe: string; readonly body: string };

/** @returns false when it is a second one within five minutes. */
const isFirst = (sql: Sql, queue: QueueName, { group, dedupe }: Said, now: number): boolean => {
  sql.run('DELETE FROM dedupe WHERE until <= ?', now);
  return sql.run('INSERT OR IGNORE INTO dedupe VALUES (?, ?, ?, ?)', queue, group, dedupe, now + DEDUPE_MS) === 1;
};

const append = (sql: Sql, queue: QueueName, { group, dedupe, body }: Said, now: number): void => {
  sql.run('INSERT INTO message (queue, grp, dedupe, body) VALUES (?, ?, ?, ?)', queue, group, dedupe, body);
  sql.run('INSERT OR IGNORE INTO line (queue, grp, visible_at) VALUES (?, ?, ?)', queue, group, now);
};

const deadLetter = (sql: Sql, queue: QueueName, { group, dedupe, body }: Said, reason: string, now: number): void => {
  sql.run(
    'INSERT INTO dead (queue, grp, dedupe, body, reason, parked_at) VALUES (?, ?, ?, ?, ?, ?)',
    queue,
    group,
    dedupe,
    body,
    reason,
    now,
  );
};

const takeHead = (sql: Sql, queue: QueueName, group: string, now: number): ReceivedMessage => {
  const head = sql.one(
    `UPDATE message SET attempts = attempts + 1, first_received_at = coalesce(first_received_at, ?)
     WHERE seq = (SELECT min(seq) FROM message WHERE queue = ? AND grp = ?) RETURNING *`,
    now,
    queue,
    group,
  );
  if (head === undefined) throw new Error(`queue ${queue} holds a line without messages`);
  sql.run(
    'UPDATE line SET visible_at = ?, in_flight = 1 WHERE queue = ? AND grp = ?',
    now + VISIBILITY_MS,
    queue,
    group,
  );
  return {
    id: String(head.seq),
    group,
    dedupe: String(head.dedupe),
    body: String(head.body),
    firstReceivedAt: Number(head.first_received_at),
    attempts: Number(head.attempts),
  };
};

/** A receipt is good until its message is received by another run. */
const isHeld = (sql: Sql, { id, attempts }: ReceivedMessage): boolean =>
  sql.one('SELECT 1 FROM message WHERE seq = ? AND attempts = ?', Number(id), attempts) !== undefined;

const release = (sql: Sql, queue: QueueName, group: string, visibleAt: number): void => {
  sql.run('UPDATE line SET visible_at = ?, in_flight = 0 WHERE queue = ? AND grp = ?', visibleAt, queue, group);
};

/** @returns false, and does nothing, when the receipt is not good any more. */
const forget = (sql: Sql, queue: QueueName, { id, group, attempts }: ReceivedMessage, now: number): boolean => {
  if (sql.run('DELETE FROM message WHERE seq = ? AND attempts = ?', Number(id), attempts) === 0) return false;
  if (sql.one('SELECT 1 FROM message WHERE queue = ? AND grp = ? LIMIT 1', queue, group) === undefined)
    sql.run('DELETE FROM line WHERE queue = ? AND grp = ?', queue, group);
  else release(sql, queue, group, now);
  return true;
};

/** A clock that is kept right trembles; that is no step. */
const STEP_MS = 1000;

/** @returns how many milliseconds the clock was set back since it was last asked. */
const createSetBack = (now: () => number): (() => number) => {
  let latest = Number.NEGATIVE_INFINITY;
  return () => {
    const at = now();
    const back = latest - at < STEP_MS ? 0 : latest - at;
    latest = back > 0 ? at : Math.max(latest, at);
    return back;
  };
};

/** What waits goes on waiting for what is left, not until the clock is there again. */
const follow = (sql: Sql, back: number): void => {
  sql.run('UPDATE line SET visible_at = visible_at - ?', back);
  sql.run('UPDATE dedupe SET until = until - ?', back);
};

const createSource = (
  database: Database,
  queue: QueueName,
  { now, setBack }: { readonly now: () => number; readonly setBack: () => number },
  onSent: QueueSource['onSent'],
): QueueSource => ({
  receive: (limit) => {
    const back = setBack();
    return database.perform((sql) => {
      if (back > 0) follow(sql, back);
      return sql
        .all(
          'SELECT grp FROM line WHERE queue = ? AND visible_at <= ? ORDER BY visible_at LIMIT ?',
          queue,
          now(),
          limit,
        )
        .map((line) => takeHead(sql, queue, String(line.grp), now()));
    });
  },
  done: (message) =>
    database.perform((sql) => {
      forget(sql, queue, message, now());
    }),
  retry: (message, afterSeconds) =>
    database.perform((sql) => {
      if (isHeld(sql, message)) release(sql, queue, message.group, now() + Math.round(afterSeconds * 1000));
    }),
  park: (message, reason) =>
    database.perform((sql) => {
      if (forget(sql, queue, message, now())) deadLetter(sql, queue, message, reason, now());
    }),
  nextVisibleAt: () =>
    database.perform((sql) => {
      const next = sql.one('SELECT min(visible_at) AS at FROM line WHERE queue = ?', queue)?.at;
      return typeof next === 'number' ? next : undefined;
    }),
  onSent,
});

const countsOf = (sql: Sql): Record<QueueName, QueueCounts> => {
  const count = (text: string, queue: QueueName): number => Number(sql.one(text, queue)?.n);
  const of = (queue: QueueName): QueueCounts => ({
    waiting: count('SELECT count(*) AS n FROM message WHERE queue = ?', queue),
    inFlight: count('SELECT count(*) AS n FROM line WHERE queue = ? AND in_flight = 1', queue),
    dead: count('SELECT count(*) AS n FROM dead WHERE queue = ?', queue),
  });
  return Object.fromEntries(QUEUES.map((queue) => [queue, of(queue)])) as Record<QueueName, QueueCounts>;
};

const deadOf = (sql: Sql, queue: QueueName): readonly StoredDeadLetter[] =>
  sql.all('SELECT * FROM dead WHERE queue = ? ORDER BY seq', queue).map((row) => ({
    group: String(row.grp),
    dedupe: String(row.dedupe),
    body: String(row.body),
    reason: String(row.reason),
    parkedAt: Number(row.parked_at),
  }));

/**
 * The queues of one machine, with the meaning of SQS FIFO: groups in order and side by side, five minutes of
 * deduplication a group, visibility, first-receive times, dead letters. All of it outlives kill -9; what the process
 * before had in flight can be received at once.
 */
export const createSqliteQueue = async (
  database: Database,
  at: { readonly clock: Pick<Clock, 'now'> },
): Promise<LocalQueues> => {
  const { now } = at.clock;
  const setBack = createSetBack(now);
  const sent = createListeners<QueueName>();
  await database.perform((sql) => sql.run('UPDATE line SET visible_at = 0, in_flight = 0 WHERE in_flight = 1'));

  return {
    send: async (queue, message) => {
      const isNew = await database.perform((sql) => {
        const first = isFirst(sql, queue, message, now());
        if (first) append(sql, queue, message, now());
        return first;
      });
      if (isNew) sent.announce(queue);
    },
    sendMany: async (queue, messages) => {
      try {
        await database.perform((sql) => {
          for (const message of messages) if (isFirst(sql, queue, message, now())) append(sql, queue, message, now());
        });
      } catch (error) {
        return messages.map((message) => ({ message, why: errorName(error) }));
      }
      sent.announce(queue);
      return [];
    },
    deadLetter: (queue, message) => database.perform((sql) => deadLetter(sql, queue, message, message.reason, now())),
    source: (queue) => createSource(database, queue, { now, setBack }, (listener) => sent.add(queue, listener)),
    counts: () => database.perform(countsOf),
    dead: (queue) => database.perform((sql) => deadOf(sql, queue)),
  };
};
