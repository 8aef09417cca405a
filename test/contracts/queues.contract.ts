import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTime, type SimTime } from '../../sim/time.ts';
import type { LocalQueues, ReceivedMessage } from '../../src/adapters/in-process/source.ts';
import type { QueueMessage, Queues } from '../../src/core/ports/queues.ts';

let said = 0;

/** A message that differs from all others unless told otherwise. */
export const message = (group: string, body: string, dedupe = `said-${++said}`): QueueMessage => ({
  group,
  dedupe,
  body,
});

type Letter = { readonly group: string; readonly body: string; readonly reason: string };
export type Sender = {
  readonly queues: Queues;
  /** Empties a queue, oldest first. */
  readonly drain: (queue: 'flex-events' | 'frontline-events') => Promise<readonly { group: string; body: string }[]>;
  readonly dead: (queue: 'flex-events' | 'frontline-events') => Promise<readonly Letter[]>;
  readonly close: () => Promise<void>;
};

/** What the sender of every queue sees: durable, in order, once in five minutes. */
export const sendingContract = (name: string, make: (clock: SimTime) => Promise<Sender>): void => {
  describe(`${name}, sending`, () => {
    let clock: SimTime;
    let sender: Sender;
    beforeEach(async () => {
      clock = createTime();
      sender = await make(clock);
    });
    afterEach(() => sender.close());

    test('what was sent is there, each chat in its order, byte for byte', async () => {
      const odd = 'a "quoted" 😀\nline & <tag> \\ufffe é\u0301';
      await sender.queues.send('flex-events', message('CH1', odd));
      await sender.queues.send('flex-events', message('CH1', '2'));
      await sender.queues.send('flex-events', message('CH1', '3'));
      expect((await sender.drain('flex-events')).map(({ group, body }) => [group, body])).toEqual([
        ['CH1', odd],
        ['CH1', '2'],
        ['CH1', '3'],
      ]);
    });

    test('many that are sent together are there, each chat in its order, a second one of a name once', async () => {
      const many = [
        message('CH1', '1'),
        message('CH2', '2', 'twice'),
        message('CH1', '3'),
        message('CH2', '4', 'twice'),
      ];
      expect(await sender.queues.sendMany('flex-events', many)).toEqual([]);
      const stored = await sender.drain('flex-events');
      expect(stored.filter(({ group }) => group === 'CH1').map(({ body }) => body)).toEqual(['1', '3']);
      expect(stored.filter(({ group }) => group === 'CH2').map(({ body }) => body)).toEqual(['2']);
    });

    test('a queue holds only its own', async () => {
      await sender.queues.send('flex-events', message('CH1', 'x'));
      expect(await sender.drain('frontline-events')).toEqual([]);
    });

    test('a second one of the same name is dropped, for five minutes, even after the first is done', async () => {
      await sender.queues.send('flex-events', message('CH1', 'first', 'onMessageSent-IM1'));
      await sender.queues.send('flex-events', message('CH1', 'again', 'onMessageSent-IM1'));
      expect((await sender.drain('flex-events')).map(({ body }) => body)).toEqual(['first']);
      clock.advance(5 * 60_000 - 1);
      await sender.queues.send('flex-events', message('CH1', 'again', 'onMessageSent-IM1'));
      expect(await sender.drain('flex-events')).toEqual([]);
      clock.advance(1);
      await sender.queues.send('flex-events', message('CH1', 'later', 'onMessageSent-IM1'));
      expect((await sender.drain('flex-events')).map(({ body }) => body)).toEqual(['later']);
    });

    test('the same name in another chat or another queue is another message', async () => {
      await sender.queues.send('flex-events', message('CH1', 'a', 'same'));
      await sender.queues.send('flex-events', message('CH2', 'b', 'same'));
      await sender.queues.send('frontline-events', message('CH1', 'c', 'same'));
      expect((await sender.drain('flex-events')).map(({ body }) => body).sort()).toEqual(['a', 'b']);
      expect((await sender.drain('frontline-events')).map(({ body }) => body)).toEqual(['c']);
    });

    test('what is buried keeps its words and says why, as often as it is buried', async () => {
      const poison = message('CH1', 'poison');
      await sender.queues.deadLetter('flex-events', { ...poison, reason: 'refused' });
      await sender.queues.deadLetter('flex-events', { ...poison, reason: 'unreadable' });
      expect(await sender.drain('flex-events')).toEqual([]);
      expect((await sender.dead('flex-events')).map(({ group, body, reason }) => [group, body, reason])).toEqual([
        ['CH1', 'poison', 'refused'],
        ['CH1', 'poison', 'unreadable'],
      ]);
      expect(await sender.dead('frontline-events')).toEqual([]);
    });
  });
};

/** Receives and ends everything that can be had. */
export const drainSource = async (queues: LocalQueues, queue: 'flex-events' | 'frontline-events') => {
  const source = queues.source(queue);
  const all: ReceivedMessage[] = [];
  for (;;) {
    const received = await source.receive(100);
    if (received.length === 0) return all;
    all.push(...received);
    for (const one of received) await source.done(one);
  }
};

type Opened = { readonly queues: LocalQueues; readonly close: () => Promise<void> };

/** What the consumer of a queue in this process sees. */
export const receivingContract = (name: string, make: (clock: SimTime) => Promise<Opened>): void => {
  describe(`${name}, receiving`, () => {
    let clock: SimTime;
    let opened: Opened;
    beforeEach(async () => {
      clock = createTime();
      opened = await make(clock);
    });
    afterEach(() => opened.close());
    const flex = () => opened.queues.source('flex-events');
    const send = (group: string, ...bodies: string[]) =>
      Promise.all(bodies.map((body) => opened.queues.send('flex-events', message(group, body))));
    const bodies = (received: readonly ReceivedMessage[]) => received.map(({ body }) => body);
    const only = async (): Promise<ReceivedMessage> => {
      const [one, ...others] = await flex().receive(10);
      if (one === undefined || others.length > 0) throw new Error(`expected one message, found ${others.length}`);
      return one;
    };

    test('a chat has one message in hands at a time; another chat does not wait for it', async () => {
      await send('CH1', '1', '2');
      await send('CH2', 'a');
      const first = await flex().receive(10);
      expect(bodies(first).sort()).toEqual(['1', 'a']);
      expect(await flex().receive(10)).toEqual([]);
      for (const one of first) await flex().done(one);
      expect(bodies(await flex().receive(10))).toEqual(['2']);
    });

    test('no more are handed out than were asked for', async () => {
      await send('CH1', '1');
      await send('CH2', '2');
      await send('CH3', '3');
      expect(await flex().receive(2)).toHaveLength(2);
      expect(await flex().receive(2)).toHaveLength(1);
    });

    test('the chat that waited longest comes first', async () => {
      await send('CH1', '1', '2');
      clock.advance(10);
      await send('CH2', 'a');
      const [one] = await flex().receive(1);
      clock.advance(10);
      if (one !== undefined) await flex().done(one);
      expect(bodies(await flex().receive(1))).toEqual(['a']);
    });

    test('a message put off holds up its chat until its time has come, and knows its tries and its first time', async () => {
      await send('CH1', '1', '2');
      const first = await only();
      const began = clock.now();
      expect(first).toMatchObject({ attempts: 1, firstReceivedAt: began });
      clock.advance(5);
      await flex().retry(first, 60);
      clock.advance(59_999);
      expect(await flex().receive(10)).toEqual([]);
      expect(await flex().nextVisibleAt()).toBe(clock.now() + 1);
      clock.advance(1);
      expect(await only()).toMatchObject({ body: '1', attempts: 2, firstReceivedAt: began });
    });

    test('what nobody ended can be received again after the visibility time', async () => {
      await send('CH1', '1', '2');
      await only();
      clock.advance(150_000 - 1);
      expect(await flex().receive(10)).toEqual([]);
      clock.advance(1);
      expect(await only()).toMatchObject({ body: '1', attempts: 2 });
    });

    test('who comes too late ends nothing that is in the hands of another', async () => {
      await send('CH1', '1', '2');
      const late = await only();
      clock.advance(150_000);
      const now = await only();
      await flex().done(late);
      await flex().retry(late, 0);
      await flex().park(late, 'refused');
      expect(await flex().receive(10)).toEqual([]);
      await flex().done(now);
      expect(bodies([await only()])).toEqual(['2']);
      expect(await opened.queues.dead('flex-events')).toEqual([]);
    });

    test('what is parked is a dead letter with its reason and time, and the chat goes on', async () => {
      await opened.queues.send('flex-events', message('CH1', 'poison', 'onMessageSent-IM1'));
      await send('CH1', '2');
      await flex().park(await only(), 'refused');
      expect(await opened.queues.dead('flex-events')).toEqual([
        { group: 'CH1', dedupe: 'onMessageSent-IM1', body: 'poison', reason: 'refused', parkedAt: clock.now() },
      ]);
      expect(bodies([await only()])).toEqual(['2']);
    });

    test('counts say what waits, what is in hands and what is dead', async () => {
      await send('CH1', '1', '2');
      await send('CH2', 'a');
      await opened.queues.deadLetter('flex-events', { ...message('CH3', 'x'), reason: 'refused' });
      await flex().receive(1);
      expect(await opened.queues.counts()).toEqual({
        'flex-events': { waiting: 3, inFlight: 1, dead: 1 },
        'frontline-events': { waiting: 0, inFlight: 0, dead: 0 },
        'default-webhook': { waiting: 0, inFlight: 0, dead: 0 },
      });
    });

    test('who listens is told of what is sent to his queue, when it can be received, until he stops', async () => {
      let told = 0;
      const stop = flex().onSent(() => {
        told += 1;
      });
      await opened.queues.send('frontline-events', message('CH1', 'elsewhere'));
      expect(told).toBe(0);
      await send('CH1', '1');
      expect(told).toBe(1);
      stop();
      await send('CH1', '2');
      expect(told).toBe(1);
    });

    test('an empty queue has no next time', async () => {
      expect(await flex().nextVisibleAt()).toBeUndefined();
      await send('CH1', '1');
      await flex().done(await only());
      expect(await flex().nextVisibleAt()).toBeUndefined();
    });
  });
};
