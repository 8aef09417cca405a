import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTime } from '../../../sim/time.ts';
import { createSqsQueues } from '../../../src/adapters/sqs/queues.ts';
import { encodeEnvelope } from '../../../src/core/jobs/envelope.ts';
import { pairId } from '../../../src/core/state/items.ts';
import { drainSource, message, sendingContract } from '../../contracts/queues.contract.ts';
import { startSqs } from './sqs-server.ts';

sendingContract('SQS', async (clock) => {
  const sqs = await startSqs(clock);
  return {
    queues: createSqsQueues(sqs),
    drain: (queue) => drainSource(sqs.live, queue),
    dead: async (queue) =>
      sqs.letters
        .filter((letter) => letter.queue === queue)
        .map(({ MessageGroupId: group, MessageBody: body, MessageAttributes }) => ({
          group,
          body,
          reason: MessageAttributes?.reason?.StringValue ?? '',
        })),
    close: sqs.close,
  };
});

describe('SQS', () => {
  let sqs: Awaited<ReturnType<typeof startSqs>>;
  beforeEach(async () => {
    sqs = await startSqs(createTime());
  });
  afterEach(() => sqs.close());

  test('a send whose answer was lost is tried again and stored once', async () => {
    sqs.loseAnswers(1);
    await createSqsQueues(sqs).send('flex-events', message('CH1', 'x'));
    expect(sqs.requests()).toBe(2);
    expect(await drainSource(sqs.live, 'flex-events')).toHaveLength(1);
  });

  test('a send that got no answer at all is no success', async () => {
    sqs.loseAnswers(100);
    await expect(createSqsQueues(sqs).send('flex-events', message('CH1', 'x'))).rejects.toThrow();
    expect(sqs.requests()).toBe(3);
  });

  test.each([
    ['U+FFFE', '\uFFFE'],
    ['U+FFFF', '\uFFFF'],
    ['half a character', '\uD83D'],
    ['a control character', '\u0007'],
  ])('a body with %s is refused before it is sent, without telling what it says', async (_, odd) => {
    const sending = createSqsQueues(sqs).send('flex-events', message('CH1', `secret ${odd}`));
    await expect(sending).rejects.toThrow(/^a message for flex-events holds characters that SQS refuses$/);
    expect(sqs.requests()).toBe(0);
  });

  test('whatever a person wrote can be sent once it is an envelope', async () => {
    const body = encodeEnvelope({
      receivedAt: 1,
      work: { kind: 'link', pair: pairId('flex', 'CH \uFFFE \uFFFF \uD83D \u0007 \u0000 😀'), because: 'unfinished' },
    });
    await createSqsQueues(sqs).send('flex-events', message('CH1', body));
    expect((await drainSource(sqs.live, 'flex-events'))[0]?.body).toBe(body);
  });

  test('a dead letter keeps the name that its message had', async () => {
    await createSqsQueues(sqs).deadLetter('flex-events', {
      ...message('CH1', 'x', 'onMessageSent-IM1'),
      reason: 'refused',
    });
    expect(sqs.letters[0]?.MessageAttributes).toEqual({
      reason: { DataType: 'String', StringValue: 'refused' },
      dedupe: { DataType: 'String', StringValue: 'onMessageSent-IM1' },
    });
    expect(sqs.letters[0]?.MessageDeduplicationId).not.toBe('onMessageSent-IM1');
  });
});
