import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { createTime, type SimTime } from '../../../sim/time.ts';
import { type BatchDeps, createBatchHandler } from '../../../src/adapters/sqs/batch.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';
import type { Delivery, Disposition, QueueMessage } from '../../../src/core/ports/queues.ts';
import { startSqs } from './sqs-server.ts';

let sqs: Awaited<ReturnType<typeof startSqs>>;
beforeAll(async () => {
  sqs = await startSqs(createTime());
});
afterAll(() => sqs.close());
beforeEach(() => {
  sqs.visibility.length = 0;
  sqs.deleted.length = 0;
  sqs.refuseReceipts();
});

const record = (group: string | undefined, body: string, attempts = 1): SQSRecord => ({
  messageId: `id ${body}`,
  receiptHandle: `receipt ${body}`,
  body,
  attributes: {
    ApproximateReceiveCount: String(attempts),
    SentTimestamp: '1789999990000',
    SenderId: 'AROA',
    ApproximateFirstReceiveTimestamp: '1789999999000',
    ...(group === undefined ? {} : { MessageGroupId: group, MessageDeduplicationId: `said ${body}` }),
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:flex-events.fifo',
  awsRegion: 'eu-west-1',
});

const done: Disposition = { verdict: 'done' };
const retry = (afterSeconds: number): Disposition => ({ verdict: 'retry', afterSeconds });

type Answer = (delivery: Delivery, clock: SimTime) => Disposition | Promise<Disposition>;

const run = async (
  records: readonly SQSRecord[],
  answer: Answer,
  over: Partial<BatchDeps> = {},
  remainingMs = 25_000,
) => {
  const clock = createTime();
  const consumed: Delivery[] = [];
  const buried: (QueueMessage & { readonly reason: string })[] = [];
  const entries: Entry[] = [];
  const handler = createBatchHandler({
    consume: async (delivery) => {
      consumed.push(delivery);
      return answer(delivery, clock);
    },
    client: sqs.client,
    queueUrl: sqs.urls['flex-events'],
    queueName: 'flex-events',
    deadLetter: async (_, letter) => {
      buried.push(letter);
    },
    clock,
    deadlineMarginMs: 2000,
    journal: (entry) => entries.push(entry),
    ...over,
  });
  const { batchItemFailures } = await handler({ Records: [...records] }, remainingMs);
  return {
    consumed,
    bodies: consumed.map(({ body }) => body),
    buried,
    entries,
    failures: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    began: clock,
  };
};

const changed = () =>
  sqs.visibility.flatMap(({ Entries }) =>
    Entries.map((entry) => [entry.ReceiptHandle, entry.VisibilityTimeout] as const),
  );

describe('A batch', () => {
  test('of messages that all end leaves nothing behind', async () => {
    const { bodies, failures } = await run([record('CH1', '1'), record('CH2', 'a'), record('CH1', '2')], () => done);
    expect([...bodies].sort()).toEqual(['1', '2', 'a']);
    expect(bodies.indexOf('1')).toBeLessThan(bodies.indexOf('2'));
    expect(failures).toEqual([]);
    expect(changed()).toEqual([]);
  });

  test('tells the consumer who, when first, how often and until when', async () => {
    const { consumed } = await run([record('CH1', '1', 3)], () => done);
    expect(consumed).toEqual([
      {
        id: 'id 1',
        group: 'CH1',
        body: '1',
        firstReceivedAt: 1_789_999_999_000,
        attempts: 3,
        deadline: createTime().now() + 23_000,
      },
    ]);
  });

  test('lets one chat wait without holding up another', async () => {
    let release = (): void => {};
    const opened = new Promise<void>((open) => {
      release = open;
    });
    const { bodies } = await run([record('CH1', 'slow'), record('CH2', 'a'), record('CH2', 'b')], async ({ body }) => {
      if (body === 'slow') await opened;
      if (body === 'b') release();
      return done;
    });
    expect(bodies).toEqual(['slow', 'a', 'b']);
  });

  test('gives back a message that needs time with all behind it, untried and all for the same time', async () => {
    const { bodies, failures, entries } = await run(
      [record('CH1', '1'), record('CH1', '2'), record('CH2', 'a'), record('CH1', '3')],
      ({ body }) => (body === '2' ? retry(30.2) : done),
    );
    expect([...bodies].sort()).toEqual(['1', '2', 'a']);
    expect(failures).toEqual(['id 2', 'id 3']);
    expect(changed()).toEqual([
      ['receipt 2', 31],
      ['receipt 3', 31],
    ]);
    expect(entries).toEqual([]);
  });

  test('keeps within the twelve hours that SQS allows', async () => {
    await run([record('CH1', '1'), record('CH2', 'a')], ({ body }) => retry(body === '1' ? 100_000 : -5));
    expect(new Map(changed())).toEqual(
      new Map([
        ['receipt 1', 43_050],
        ['receipt a', 0],
      ]),
    );
  });

  test('outlives a consumer that throws: the message comes again, later each time, and the log has no text of it', async () => {
    const { failures, entries } = await run([record('CH1', 'secret', 4), record('CH1', 'next')], () => {
      throw new TypeError('secret');
    });
    expect(failures).toEqual(['id secret', 'id next']);
    expect(changed()).toEqual([
      ['receipt secret', 8],
      ['receipt next', 8],
    ]);
    expect(entries).toEqual([{ step: 'failed', type: 'flex-events', reason: 'TypeError', sids: ['CH1'] }]);
  });

  test('buries what is parked, and the chat goes on', async () => {
    const { bodies, failures, buried } = await run([record('CH1', 'poison'), record('CH1', '2')], ({ body }) =>
      body === 'poison' ? { verdict: 'park', reason: 'refused' } : done,
    );
    expect(bodies).toEqual(['poison', '2']);
    expect(failures).toEqual([]);
    expect(buried).toEqual([{ group: 'CH1', dedupe: 'said poison', body: 'poison', reason: 'refused' }]);
  });

  test('does not take for ended what could not be buried', async () => {
    const { failures } = await run(
      [record('CH1', 'poison'), record('CH1', '2')],
      () => ({ verdict: 'park', reason: 'refused' }),
      {
        deadLetter: async () => {
          throw new Error('SQS is away');
        },
      },
    );
    expect(failures).toEqual(['id poison', 'id 2']);
  });

  test('treats a message without a group as one by itself', async () => {
    const { failures, consumed } = await run([record(undefined, '1'), record(undefined, '2')], ({ body }) =>
      body === '1' ? retry(5) : done,
    );
    expect(consumed.map(({ group }) => group)).toEqual(['id 1', 'id 2']);
    expect(failures).toEqual(['id 1']);
  });

  test('does not begin what it cannot end in time: that comes again at once', async () => {
    const { bodies, failures } = await run([record('CH1', '1'), record('CH1', '2')], (_, clock) => {
      clock.advance(11_001);
      return done;
    });
    expect(bodies).toEqual(['1']);
    expect(failures).toEqual(['id 2']);
    expect(changed()).toEqual([['receipt 2', 0]]);
  });

  test('begins what there is just time for', async () => {
    const { failures } = await run([record('CH1', '1'), record('CH1', '2')], (_, clock) => {
      clock.advance(11_000);
      return done;
    });
    expect(failures).toEqual([]);
  });

  test('still reports what failed when its visibility could not be changed', async () => {
    sqs.refuseReceipts('receipt 1');
    const { failures, entries } = await run([record('CH1', '1'), record('CH1', '2')], () => retry(5));
    expect(failures).toEqual(['id 1', 'id 2']);
    expect(entries).toEqual([{ step: 'failed', type: 'flex-events', reason: 'Error', sids: ['CH1'] }]);
  });
});

describe('A batch of ten chats of which one takes ten seconds', () => {
  const ten = Array.from({ length: 10 }, (_, n) => record(`CH${n}`, String(n)));
  const slowly = (begun: (clock: SimTime) => void): Answer => {
    return async ({ group }, clock) => {
      if (group !== 'CH3') return done;
      begun(clock);
      await clock.sleep(10_000);
      return done;
    };
  };
  const batch = async (answer: (begun: (clock: SimTime) => void) => Answer) => {
    let clock: SimTime | undefined;
    const ran = run(
      ten,
      answer((begun) => (clock = begun)),
    );
    await new Promise((next) => setImmediate(next));
    if (clock === undefined) throw new Error('the slow chat has not begun');
    return { clock, ran };
  };

  /** SQS has been asked; at a network's speed, and bounded. */
  const answered = async (): Promise<void> => {
    for (let n = 0; n < 100_000 && sqs.deleted.length === 0; n += 1) await new Promise((next) => setImmediate(next));
  };

  test('takes the other nine from the queue after a second, so that their next messages do not wait', async () => {
    const { clock, ran } = await batch(slowly);
    await clock.runUntil(clock.now() + 1_000);
    await answered();
    const [nine] = sqs.deleted;
    expect([...(nine ?? [])].sort()).toEqual(ten.filter((_, n) => n !== 3).map(({ receiptHandle }) => receiptHandle));
    await clock.runUntil(clock.now() + 10_000);
    expect((await ran).failures).toEqual([]);
    expect(sqs.deleted).toHaveLength(1);
  });

  test('says what SQS does not take away, and goes on', async () => {
    sqs.refuseReceipts('receipt 1');
    const { clock, ran } = await batch(slowly);
    await clock.runUntil(clock.now() + 1_000);
    await answered();
    await clock.runUntil(clock.now() + 10_000);
    const { failures, entries } = await ran;
    expect(failures).toEqual([]);
    expect(entries.map(({ step, reason }) => [step, reason])).toContainEqual(['failed', 'Error']);
  });
});

test('A batch that is over within a second asks for nothing to be deleted: Lambda does that', async () => {
  await run([record('CH1', '1'), record('CH2', '2')], () => done);
  expect(sqs.deleted).toEqual([]);
});
