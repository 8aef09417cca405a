import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { QUEUES, type QueueName } from '../../src/contract.ts';
import { decodeEnvelope, encodeEnvelope, type Work } from '../../src/core/jobs/envelope.ts';
import { scenarioHarness } from './harness.ts';

const folder = new URL('../fixtures/queue/', import.meta.url);
const samples = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8').trim();

/** Every kind of work must have its sample: leaving one out is a type error. */
const kinds: Readonly<Record<Work['kind'], true>> = {
  event: true,
  forward: true,
  reconcile: true,
  link: true,
  agree: true,
  redrive: true,
  notice: true,
  notify_agent: true,
  presence: true,
  start: true,
  offers: true,
  parked: true,
};

describe('a queue message', () => {
  test.each(samples)('of an earlier release stays readable: %s', (name) => {
    const text = read(name);
    const envelope = decodeEnvelope(text);
    if (envelope === undefined) throw new Error('unreadable');
    expect(name.startsWith(`v1-${envelope.work.kind}`)).toBe(true);
    // Nothing is lost or renamed on the way in.
    expect(JSON.parse(encodeEnvelope(envelope))).toEqual(JSON.parse(text));
  });

  test('has a sample of every kind of work', () => {
    const found = samples.map((name) => decodeEnvelope(read(name))?.work.kind);
    expect(new Set(found)).toEqual(new Set(Object.keys(kinds)));
  });

  const toCome = {
    'a later version': { v: 2, receivedAt: 1, work: { kind: 'link', pair: 'flex#CH', because: 'unfinished' } },
    'an unknown kind of work': { v: 1, receivedAt: 1, work: { kind: 'survey', pair: 'flex#CH' } },
    'an unknown event': { v: 1, receivedAt: 1, work: { kind: 'event', event: { type: 'message.liked' } } },
  };

  test.each(QUEUES.flatMap((queue) => Object.entries(toCome).map(([what, message]) => ({ queue, what, message }))))(
    'of a release to come is parked as unreadable, and the chat goes on ($what, $queue)',
    async ({ queue, message }) => {
      const harness = scenarioHarness();
      const chat = await harness.linkedChat();
      const group = queue === 'frontline-events' ? harness.conversation(chat).sid : chat.channel;
      const body = JSON.stringify(message);
      await harness.queues.send(queue, { group, dedupe: 'from the future', body });
      harness.customerWrites(chat, 'hello');
      harness.frontlineAgentWrites(chat, 'hello you');
      await harness.settle(5);

      expect((await harness.dead(queue)).map((dead) => [dead.reason, dead.body])).toEqual([['unreadable', body]]);
      expect(harness.journal('parked(unreadable)')).toHaveLength(1);
      expect([...harness.said('flex', chat)].sort()).toEqual(['hello', 'hello you']);
      expect([...harness.said('frontline', chat)].sort()).toEqual(['hello', 'hello you']);
    },
  );

  test.each(['', 'null', '[]', '7', '{"v":1}', 'not JSON', '{"v":1,"receivedAt":"now","work":{"kind":"event"}}'])(
    'that is none is parked as unreadable, and harms no consumer: %j',
    async (body) => {
      const harness = scenarioHarness();
      const chat = await harness.linkedChat();
      for (const queue of QUEUES) await harness.queues.send(queue, { group: chat.channel, dedupe: 'none', body });
      await harness.settle();

      for (const queue of QUEUES) expect(await harness.dead(queue)).toHaveLength(1);
      expect(harness.journal('failed')).toEqual([]);
    },
  );

  test.each<[string, QueueName]>(samples.flatMap((name) => QUEUES.map((queue): [string, QueueName] => [name, queue])))(
    '%s harms nothing on %s although it knows none of its chats',
    async (name, queue) => {
      const harness = scenarioHarness();
      const chat = await harness.linkedChat();
      await harness.queues.send(queue, { group: chat.channel, dedupe: 'sample', body: read(name) });
      await harness.settle(20);
      harness.customerWrites(chat, 'hello');
      await harness.settle(1);

      expect(harness.journal('failed')).toEqual([]);
      expect(harness.said('frontline', chat)).toEqual(['hello']);
    },
  );
});
