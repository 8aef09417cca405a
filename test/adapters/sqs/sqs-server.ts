/**
 * SQS in this process, as far as the bridge sends to it: the AWS JSON protocol over HTTP, its rules for bodies and ids,
 * and FIFO queues with the meaning that the queues in memory have.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SimTime } from '../../../sim/time.ts';
import { createMemoryQueues } from '../../../src/adapters/memory/queues.ts';
import { createSqsClient } from '../../../src/adapters/sqs/client.ts';
import { QUEUES, type QueueName } from '../../../src/contract.ts';

type Send = {
  readonly QueueUrl: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
  readonly MessageBody: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
};
type Visibility = {
  readonly QueueUrl: string;
  readonly Entries: readonly {
    readonly Id: string;
    readonly ReceiptHandle: string;
    readonly VisibilityTimeout: number;
  }[];
};

const md5 = (value: string | Buffer): string => createHash('md5').update(value).digest('hex');

/**
 * As SQS counts them
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html).
 */
const md5OfAttributes = (attributes: NonNullable<Send['MessageAttributes']>): string => {
  const sized = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bytes.length);
    return Buffer.concat([size, bytes]);
  };
  const parts = Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { DataType, StringValue }]) => [
      sized(name),
      sized(DataType),
      Buffer.from([1]),
      sized(StringValue),
    ]);
  return md5(Buffer.concat(parts));
};

const isId = (value: unknown): boolean =>
  typeof value === 'string' && /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/.test(value);

class Refusal extends Error {}

const checked = (send: Send): Send => {
  if (!isId(send.MessageGroupId) || !isId(send.MessageDeduplicationId)) throw new Refusal('InvalidParameterValue');
  for (const point of send.MessageBody) {
    const code = point.codePointAt(0) ?? 0;
    if (
      (code < 0x20 && ![9, 10, 13].includes(code)) ||
      (code >= 0xd800 && code <= 0xdfff) ||
      code === 0xfffe ||
      code === 0xffff
    )
      throw new Refusal('InvalidMessageContents');
  }
  return send;
};

export const startSqs = async (clock: SimTime) => {
  const live = createMemoryQueues({ clock });
  const dead = createMemoryQueues({ clock });
  const letters: (Send & { readonly queue: QueueName })[] = [];
  const visibility: Visibility[] = [];
  const deleted: (readonly string[])[] = [];
  let toLose = 0;
  let toRefuse: readonly string[] = [];
  let groupsRefused: readonly string[] = [];
  const batches: (readonly string[])[] = [];

  const sent = async (body: string): Promise<object> => {
    const send = checked(JSON.parse(body) as Send);
    const name = send.QueueUrl.split('/').at(-1) ?? '';
    const queue = QUEUES.find((one) => name === `${one}.fifo` || name === `${one}-dead.fifo`);
    if (queue === undefined) throw new Refusal('QueueDoesNotExist');
    const message = { group: send.MessageGroupId, dedupe: send.MessageDeduplicationId, body: send.MessageBody };
    const known = (await dead.counts())[queue].waiting;
    await (name.endsWith('-dead.fifo') ? dead : live).send(queue, message);
    if ((await dead.counts())[queue].waiting > known) letters.push({ ...send, queue });
    const attributes = send.MessageAttributes;
    return {
      MessageId: 'm',
      MD5OfMessageBody: md5(send.MessageBody),
      ...(attributes === undefined ? {} : { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
    };
  };

  const visible = (body: string): object => {
    const asked = JSON.parse(body) as Visibility;
    visibility.push(asked);
    const refused = asked.Entries.filter(({ ReceiptHandle }) => toRefuse.includes(ReceiptHandle));
    return {
      Successful: asked.Entries.filter((entry) => !refused.includes(entry)).map(({ Id }) => ({ Id })),
      Failed: refused.map(({ Id }) => ({ Id, Code: 'ReceiptHandleIsInvalid', SenderFault: true })),
    };
  };

  /** Of each message by itself it says what became of it. */
  const sentMany = async (body: string): Promise<object> => {
    const { QueueUrl, Entries } = JSON.parse(body) as {
      readonly QueueUrl: string;
      readonly Entries: readonly (Send & { readonly Id: string })[];
    };
    if (Entries.length > 10) throw new Refusal('TooManyEntriesInBatchRequest');
    if (Buffer.byteLength(Entries.map(({ MessageBody }) => MessageBody).join('')) > 262_144)
      throw new Refusal('BatchRequestTooLong');
    batches.push(Entries.map(({ MessageGroupId }) => MessageGroupId));
    const [Successful, Failed]: [object[], object[]] = [[], []];
    for (const { Id, ...send } of Entries)
      if (groupsRefused.includes(send.MessageGroupId)) Failed.push({ Id, Code: 'InternalError', SenderFault: false });
      else Successful.push({ Id, ...(await sent(JSON.stringify({ ...send, QueueUrl }))) });
    return { Successful, Failed };
  };

  const answers = {
    'AmazonSQS.SendMessage': sent,
    'AmazonSQS.SendMessageBatch': sentMany,
    'AmazonSQS.DeleteMessageBatch': async (body: string) => {
      const { Entries } = JSON.parse(body) as Pick<Visibility, 'Entries'>;
      deleted.push(Entries.map(({ ReceiptHandle }) => ReceiptHandle));
      const isGood = (handle: string): boolean => !toRefuse.includes(handle);
      return {
        Successful: Entries.filter((one) => isGood(one.ReceiptHandle)).map(({ Id }) => ({ Id })),
        Failed: Entries.filter((one) => !isGood(one.ReceiptHandle)).map(({ Id }) => ({
          Id,
          Code: 'ReceiptHandleIsInvalid',
        })),
      };
    },
    'AmazonSQS.ChangeMessageVisibilityBatch': async (body: string) => visible(body),
  };

  let requests = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    const body = await text(request);
    const type = { 'content-type': 'application/x-amz-json-1.0' };
    try {
      const answer = await answers[request.headers['x-amz-target'] as keyof typeof answers](body);
      if (toLose > 0) {
        toLose -= 1;
        response.destroy();
      } else response.writeHead(200, type).end(JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response.writeHead(400, type).end(JSON.stringify({ __type: `com.amazonaws.sqs#${error.message}` }));
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createSqsClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    // Requests are counted: none may be asked for again because this machine is busy.
    requestHandler: { connectionTimeout: 60_000, requestTimeout: 60_000 },
  });
  const urlsOf = (suffix: string) =>
    Object.fromEntries(QUEUES.map((queue) => [queue, `${endpoint}/000000000000/${queue}${suffix}`])) as Record<
      QueueName,
      string
    >;

  return {
    client,
    urls: urlsOf('.fifo'),
    deadUrls: urlsOf('-dead.fifo'),
    live,
    letters,
    visibility,
    /** Receipts, by call. */
    deleted,
    /** Each batch, by its messages' groups. */
    batches,
    refuseGroups: (...groups: readonly string[]): void => {
      groupsRefused = groups;
    },
    requests: () => requests,
    loseAnswers: (count: number): void => {
      toLose = count;
    },
    refuseReceipts: (...handles: readonly string[]): void => {
      toRefuse = handles;
    },
    close: async (): Promise<void> => {
      client.destroy();
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
};
