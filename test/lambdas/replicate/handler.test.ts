import { expect, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { createReplicateHandler } from '../../../lambdas/replicate/handler.ts';
import type { BatchHandler } from '../../../src/adapters/sqs/batch.ts';

const setUp = () => {
  const seen: [queue: string, remainingMs: number][] = [];
  const batch =
    (queue: string): BatchHandler =>
    async (_event, remainingMs) => {
      seen.push([queue, remainingMs]);
      return { batchItemFailures: [{ itemIdentifier: queue }] };
    };
  const handler = createReplicateHandler({
    batches: new Map([
      ['https://sqs.eu-central-1.amazonaws.com/1/stack-Flex.fifo', batch('flex')],
      ['https://sqs.eu-central-1.amazonaws.com/1/stack-Frontline.fifo', batch('frontline')],
    ]),
  });
  const call = (name: string) =>
    handler({ Records: [{ eventSourceARN: `arn:aws:sqs:eu-central-1:1:${name}` }] } as SQSEvent, {
      getRemainingTimeInMillis: () => 24_000,
    });
  return { call, seen };
};

test('each event is consumed for the queue it came from, within the time that is left', async () => {
  const { call, seen } = setUp();
  expect(await call('stack-Flex.fifo')).toEqual({ batchItemFailures: [{ itemIdentifier: 'flex' }] });
  await call('stack-Frontline.fifo');
  expect(seen).toEqual([
    ['flex', 24_000],
    ['frontline', 24_000],
  ]);
});

test("another queue's event is refused loudly, for it was wired here by mistake", async () => {
  await expect(setUp().call('stack-Other.fifo')).rejects.toThrow('stack-Other.fifo is not one of');
});
