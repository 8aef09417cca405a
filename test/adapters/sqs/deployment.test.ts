import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import { sqsDeployment } from '../../../src/adapters/sqs/deployment.ts';
import type { Oldest } from '../../../src/adapters/sqs/oldest.ts';
import { QUEUES, type QueueName } from '../../../src/contract.ts';
import { encodeEnvelope } from '../../../src/core/jobs/envelope.ts';
import { clearSettled } from '../../../src/core/operate/dead-letters.ts';
import type { Operator } from '../../../src/core/operate/operator.ts';

const urls = (kind: string) =>
  Object.fromEntries(QUEUES.map((queue) => [queue, `${kind}/${queue}`])) as Record<QueueName, string>;

/** Dead letters by handle; one that was received is invisible from then on. */
const unaged = () => ({ unknown: 'no figure' });
const setUp = (letters: readonly string[], refuses = false, age: () => Oldest = unaged, emptied?: string) => {
  const visible = [...letters];
  const deleted: string[] = [];
  const left: string[] = [];
  const send = async (command: unknown) => {
    if (command instanceof GetQueueAttributesCommand)
      return {
        Attributes: command.input.QueueUrl?.startsWith('dead')
          ? { ApproximateNumberOfMessages: '2', ApproximateNumberOfMessagesNotVisible: '1' }
          : command.input.QueueUrl === `live/${emptied}`
            ? { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' }
            : { ApproximateNumberOfMessages: '7', ApproximateNumberOfMessagesNotVisible: '4' },
      };
    if (command instanceof ReceiveMessageCommand) {
      expect(command.input).toMatchObject({ QueueUrl: 'dead/flex-events', MessageAttributeNames: ['reason'] });
      return {
        Messages: visible.splice(0, 10).map((name) => ({
          MessageId: `id of ${name}`,
          ReceiptHandle: name,
          Body: `body of ${name}`,
          MessageAttributes: { reason: { DataType: 'String', StringValue: 'refused' } },
        })),
      };
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      expect(command.input.Entries?.length).toBeLessThanOrEqual(10);
      for (const { ReceiptHandle = '', VisibilityTimeout } of command.input.Entries ?? [])
        if (VisibilityTimeout === 0) left.push(ReceiptHandle);
      return {};
    }
    if (!(command instanceof DeleteMessageBatchCommand)) throw new Error('no such call');
    const { Entries = [] } = command.input;
    expect(Entries.length).toBeLessThanOrEqual(10);
    deleted.push(...Entries.map(({ ReceiptHandle = '' }) => ReceiptHandle));
    return refuses ? { Failed: [{ Id: '0' }] } : {};
  };
  const client = { send } as unknown as SQSClient;
  const oldest = async () => Object.fromEntries(QUEUES.map((queue) => [queue, age()])) as Record<QueueName, Oldest>;
  return { deleted, left, deployment: sqsDeployment({ client, urls: urls('live'), deadUrls: urls('dead'), oldest }) };
};

const many = Array.from({ length: 23 }, (_, n) => `letter ${n}`);

describe('the queues of a stack, as an operator sees them', () => {
  test('count what waits and what is in hands, and the dead letters apart', async () => {
    const { deployment } = setUp([]);
    expect((await deployment.counts())['flex-events']).toEqual({
      waiting: 11,
      inFlight: 4,
      dead: 3,
      oldestAt: undefined,
      oldestUnknown: 'no figure',
    });
  });

  test('tell since when the oldest waits', async () => {
    const { deployment } = setUp([], false, () => ({ at: 1_000 }));
    expect((await deployment.counts())['default-webhook']).toEqual({
      waiting: 11,
      inFlight: 4,
      dead: 3,
      oldestAt: 1_000,
    });
  });

  test('have no oldest when they are empty, whatever CloudWatch still shows of some minutes ago', async () => {
    const { deployment } = setUp([], false, () => ({ at: 1_000 }), 'flex-events');
    expect((await deployment.counts())['flex-events']).toEqual({
      waiting: 0,
      inFlight: 0,
      dead: 3,
      oldestAt: undefined,
    });
  });

  test('give up all their dead letters, page by page', async () => {
    const { deployment } = setUp(many);
    const letters = await deployment.deadLetters('flex-events');
    expect(letters.map(({ handle }) => handle)).toEqual(many);
    expect(letters[3]).toMatchObject({ body: 'body of letter 3', reason: 'refused' });
  });

  test('show again at once what was only looked at, so that the alarm goes on', async () => {
    const { deployment, left } = setUp(many);
    await deployment.leaveDead('flex-events', many);
    expect(left).toEqual(many);
  });

  test('lose the dead letters that are removed, in batches that SQS takes', async () => {
    const { deployment, deleted } = setUp(many);
    await deployment.removeDead('flex-events', many);
    expect(deleted).toEqual(many);
  });

  test('say so when one could not be removed', async () => {
    const { deployment } = setUp(many, true);
    await expect(deployment.removeDead('flex-events', many)).rejects.toThrow('could not be removed');
  });
});

const channel = (n: number) => `CH${String(n).padStart(32, '0')}` as const;
const message = (n: number) => `IM${String(n).padStart(32, '0')}` as const;

/** An SMS that was given up: its dead letter is all there is of it. */
const smsOf = (n: number): string =>
  encodeEnvelope({
    receivedAt: 0,
    work: {
      kind: 'forward',
      forward: {
        ...{ eventType: 'onMessageSent', container: channel(n), about: message(n), key: `onMessageSent:${message(n)}` },
        ...{ contentType: 'application/x-www-form-urlencoded', body: 'Body=hello' },
      },
    },
  });

/**
 * A FIFO queue with a clock, which every call moves. A receipt is good until its time is over or its message is
 * received again: https://repost.aws/knowledge-center/sqs-receipt-handle-error
 */
const slowQueue = (bodies: readonly string[], secondsACall: number) => {
  let now = 0;
  const letters = new Map(bodies.map((body, n) => [`id ${n}`, { body, handle: '', until: 0 }]));
  const owner = (handle: string | undefined) =>
    [...letters].find(([, letter]) => letter.handle === handle && letter.until > now);
  const send = async (command: unknown) => {
    now += secondsACall;
    if (command instanceof ReceiveMessageCommand) {
      const { VisibilityTimeout = 0, QueueUrl } = command.input;
      const shown = QueueUrl === 'dead/default-webhook' ? [...letters].filter(([, { until }]) => until <= now) : [];
      return {
        Messages: shown.slice(0, 10).map(([MessageId, letter]) => {
          Object.assign(letter, { handle: `${MessageId} at ${now}`, until: now + VisibilityTimeout });
          return { MessageId, ReceiptHandle: letter.handle, Body: letter.body };
        }),
      };
    }
    if (!(command instanceof DeleteMessageBatchCommand)) return {};
    const Failed = (command.input.Entries ?? []).flatMap(({ Id, ReceiptHandle }) => {
      const [id] = owner(ReceiptHandle) ?? [];
      return id !== undefined && letters.delete(id) ? [] : [{ Id }];
    });
    return { Failed };
  };
  const oldest = async () => Object.fromEntries(QUEUES.map((queue) => [queue, unaged()])) as Record<QueueName, Oldest>;
  return {
    left: () => letters.size,
    pass: (seconds: number) => {
      now += seconds;
    },
    deployment: sqsDeployment({
      ...{ client: { send } as unknown as SQSClient, urls: urls('live'), deadUrls: urls('dead'), oldest },
    }),
  };
};

describe('many dead letters, over a slow line', () => {
  test.each([1, 50, 400])('none is lost that has to stay, with %d s a call', async (secondsACall) => {
    const queue = slowQueue(
      Array.from({ length: 100 }, (_, n) => smsOf(n)),
      secondsACall,
    );
    const store = { get: async () => undefined };
    expect(await clearSettled({ ...queue.deployment, store } as unknown as Operator)).toBe(0);
    expect(queue.left()).toBe(100);
  });

  test('each is told of once', async () => {
    const queue = slowQueue(
      Array.from({ length: 100 }, (_, n) => smsOf(n)),
      200,
    );
    const bodies = (await queue.deployment.deadLetters('default-webhook')).map(({ body }) => body);
    expect(new Set(bodies).size).toBe(bodies.length);
  });

  test('all can still be removed when it took minutes to find out what became of each', async () => {
    const queue = slowQueue(
      Array.from({ length: 100 }, (_, n) => smsOf(n)),
      1,
    );
    const letters = await queue.deployment.deadLetters('default-webhook');
    queue.pass(5 * 60);
    await queue.deployment.removeDead(
      'default-webhook',
      letters.map(({ handle }) => handle),
    );
    expect(queue.left()).toBe(0);
  });

  test('those that can be removed are, though others cannot', async () => {
    const queue = slowQueue(
      Array.from({ length: 25 }, (_, n) => smsOf(n)),
      0,
    );
    const handles = (await queue.deployment.deadLetters('default-webhook')).map(({ handle }) => handle);
    const removed = queue.deployment.removeDead('default-webhook', ['not a receipt', ...handles]);
    await expect(removed).rejects.toThrow('1 dead letters of default-webhook could not be removed');
    expect(queue.left()).toBe(0);
  });
});
