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

  test('many go out ten a call, of different groups, each group in its order', async () => {
    const many = Array.from({ length: 23 }, (_, n) => message(`CH${n}`, `first of ${n}`));
    const second = [message('CH1', 'second of 1'), message('CH1', 'third of 1')];
    expect(await createSqsQueues(sqs).sendMany('flex-events', [...many, ...second])).toEqual([]);
    expect(sqs.batches.map(({ length }) => length)).toEqual([10, 10, 3, 1, 1]);
    expect(sqs.batches.every((groups) => new Set(groups).size === groups.length)).toBe(true);
    const stored = await drainSource(sqs.live, 'flex-events');
    expect(stored).toHaveLength(25);
    expect(stored.filter(({ group }) => group === 'CH1').map(({ body }) => body)).toEqual([
      'first of 1',
      'second of 1',
      'third of 1',
    ]);
  });

  test('of a batch that SQS takes in part, the rest comes back, with what was to follow it', async () => {
    sqs.refuseGroups('CH1');
    const many = [message('CH1', 'a'), message('CH2', 'b'), message('CH1', 'c'), message('CH3', 'odd \uFFFE')];
    const notStored = await createSqsQueues(sqs).sendMany('flex-events', many);
    expect(notStored.map(({ message: { body }, why }) => [body, why])).toEqual([
      ['odd \uFFFE', 'characters_refused'],
      ['a', 'InternalError'],
      ['c', 'behind_another'],
    ]);
    expect((await drainSource(sqs.live, 'flex-events')).map(({ body }) => body)).toEqual(['b']);
  });

  test('of a batch without an answer all comes back', async () => {
    sqs.loseAnswers(100);
    const notStored = await createSqsQueues(sqs).sendMany('flex-events', [message('CH1', 'a'), message('CH2', 'b')]);
    expect(notStored.map(({ message: { body } }) => body)).toEqual(['a', 'b']);
  });

  test('large bodies go in as many calls as they need', async () => {
    const large = Array.from({ length: 4 }, (_, n) => message(`CH${n}`, 'x'.repeat(100_000)));
    expect(await createSqsQueues(sqs).sendMany('flex-events', large)).toEqual([]);
    expect(sqs.batches.map(({ length }) => length)).toEqual([2, 2]);
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
