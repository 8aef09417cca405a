import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { CloudWatchClient, type GetMetricDataInput } from '@aws-sdk/client-cloudwatch';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readOldest } from '../../../src/adapters/sqs/oldest.ts';

const NOW = Date.UTC(2026, 2, 14, 9);
const urls = {
  'flex-events': 'https://sqs.example/1/bridge-FlexEvents.fifo',
  'frontline-events': 'https://sqs.example/1/bridge-FrontlineEvents.fifo',
  'default-webhook': 'https://sqs.example/1/bridge-DefaultWebhook.fifo',
};

type Figure = { readonly at: number; readonly seconds: number };
type Wire = Omit<GetMetricDataInput, 'StartTime' | 'EndTime'> & {
  readonly StartTime: number;
  readonly EndTime: number;
};
let stop: () => Promise<void>;

/** CloudWatch on the wire, in the JSON that the SDK speaks: figures by queue name, newest first. */
const cloudWatch = async (figures: Readonly<Record<string, readonly Figure[]>>, refusal?: string) => {
  const asked: Wire[] = [];
  const server = createServer(async (request, response) => {
    const wire = (await json(request)) as Wire;
    asked.push(wire);
    const type = { 'content-type': 'application/x-amz-json-1.0' };
    if (refusal !== undefined) {
      response.writeHead(400, type).end(JSON.stringify({ __type: `com.amazonaws.cloudwatch#${refusal}` }));
      return;
    }
    const MetricDataResults = (wire.MetricDataQueries ?? []).map(({ Id, MetricStat }) => {
      const found = figures[MetricStat?.Metric?.Dimensions?.[0]?.Value ?? ''] ?? [];
      const Timestamps = found.map(({ at }) => at / 1000);
      return { Id, Label: 'x', StatusCode: 'Complete', Timestamps, Values: found.map(({ seconds }) => seconds) };
    });
    response.writeHead(200, type).end(JSON.stringify({ MetricDataResults, Messages: [] }));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const client = new CloudWatchClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
  });
  stop = async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { client, asked };
};
afterEach(() => stop());

describe('the age of the oldest message, as CloudWatch tells it', () => {
  test('is the newest figure of each queue', async () => {
    const { client } = await cloudWatch({
      'bridge-FlexEvents.fifo': [
        { at: NOW - 60_000, seconds: 240 },
        { at: NOW - 120_000, seconds: 900 },
      ],
      'bridge-DefaultWebhook.fifo': [{ at: NOW - 180_000, seconds: 0 }],
    });
    expect(await readOldest(client, urls, NOW)).toEqual({
      'flex-events': { at: NOW - 300_000 },
      'frontline-events': { unknown: 'CloudWatch has no figure of it yet' },
      'default-webhook': { at: NOW - 180_000 },
    });
  });

  test('is asked for in one call: the highest of each of the last minutes, newest first', async () => {
    const { client, asked } = await cloudWatch({});
    await readOldest(client, urls, NOW);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ ScanBy: 'TimestampDescending', EndTime: NOW / 1000 });
    expect(asked[0]?.StartTime).toBe(NOW / 1000 - 900);
    expect(asked[0]?.MetricDataQueries?.[1]?.MetricStat).toEqual({
      Metric: {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateAgeOfOldestMessage',
        Dimensions: [{ Name: 'QueueName', Value: 'bridge-FrontlineEvents.fifo' }],
      },
      Period: 60,
      Stat: 'Maximum',
    });
  });

  test('is unknown to whoever may not read it, and says why', async () => {
    const { client } = await cloudWatch({}, 'AccessDenied');
    expect((await readOldest(client, urls, NOW))['flex-events']).toEqual({ unknown: 'CloudWatch: AccessDenied' });
  });
});
