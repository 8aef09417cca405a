import { describe, expect, test } from '@jest/globals';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import { AGENTS, channelUrl, conversationsUrl, FLEX, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;

describe('a message', () => {
  test('of the customer, and of the agent in either app, stands on the other side under the same person', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.customerWrites(chat, 'hello');
    await harness.settle();
    harness.flexAgentWrites(chat, 'from my desk');
    await harness.settle();
    harness.frontlineAgentWrites(chat, 'from my phone');
    await harness.settle();

    const told = (side: 'flex' | 'frontline') =>
      harness.transcript(side, chat).map(({ author, body }) => [author, body]);
    expect(told('frontline')).toEqual([
      ['jo', 'hello'],
      ['ann@example.com', 'from my desk'],
      ['ann@example.com', 'from my phone'],
    ]);
    expect(told('flex')).toEqual([
      ['jo', 'hello'],
      ['ann_40example_2Ecom', 'from my desk'],
      ['ann_40example_2Ecom', 'from my phone'],
    ]);
  });

  test('keeps the time at which it was written, however late it crosses', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.customerWrites(chat, 'a question');
    harness.frontlineAgentWrites(chat, 'a remark');
    await harness.during({ fault: 'side.down', p: 1, how: '503' }, 10);
    await harness.settle(5);

    for (const text of ['a question', 'a remark']) {
      const times = (['flex', 'frontline'] as const).map(
        (side) => harness.transcript(side, chat).find(({ body }) => body === text)?.dateCreated,
      );
      expect(times[0]).toBeDefined();
      expect(times[0]).toBe(times[1]);
    }
  });

  test('of the system crosses under its own name, either way', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    await harness.rest('flex', 'POST', `${channelUrl(chat)}/Messages`, { From: 'system', Body: 'Ann has joined' });
    await harness.settle();
    const url = `${conversationsUrl}/${harness.conversation(chat).sid}/Messages`;
    await harness.rest('frontline', 'POST', url, { Author: 'system', Body: 'Ann is on the phone' });
    await harness.settle();

    for (const side of ['flex', 'frontline'] as const)
      expect(harness.transcript(side, chat).map(({ author, body }) => [author, body])).toEqual([
        ['system', 'Ann has joined'],
        ['system', 'Ann is on the phone'],
      ]);
  });

  test('with a file becomes a line of text that names the file and where to open it, either way', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const file = { filename: 'invoice.pdf', contentType: 'application/pdf', size: 20_480 };
    harness.twilio.customer.sends(chat.channel, file);
    await harness.settle();
    harness.twilio.frontlineAgent.sends(ann.email, harness.conversation(chat).sid, file);
    await harness.settle();

    expect(harness.said('frontline', chat)[0]).toBe('[File: invoice.pdf, application/pdf, 20 KB. Open it in Flex.]');
    expect(harness.said('flex', chat)[1]).toBe('[File: invoice.pdf, application/pdf, 20 KB. Open it in Frontline.]');
  });

  test('that is a file sent before the chat was linked becomes the same line', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    harness.twilio.customer.sends(chat.channel, { filename: 'a.png', contentType: 'image/png', size: 900 });
    await harness.settle();
    harness.accepts(chat);
    await harness.settle();

    expect(harness.said('frontline', chat)).toEqual(['[File: a.png, image/png, 900 B. Open it in Flex.]']);
  });

  const texts = {
    'an emoji family': '👩‍👩‍👧‍👦 and 🏴󠁧󠁢󠁷󠁬󠁳󠁿',
    'combining marks, not normalised': 'e\u0301 is not \u00e9, a\u0323\u0302',
    'right to left, with its marks': 'שלום \u202Eabc\u202C مرحبا',
    'line breaks of every kind': 'one\ntwo\r\nthree\rfour\u2028five\tsix',
    'spaces at both ends': '  padded \u00a0',
    'what queues refuse': 'a\uFFFEb\uFFFFc',
    'what forms and JSON escape': '+&=%20 "\\u0041" <b>',
    'control characters': 'a\u0001b\u001fc\u007f',
    '32 KB of Japanese': '日本語'.repeat(3640),
    '32 KB of Latin': 'x'.repeat(32 * 1024),
  };

  test.each(Object.entries(texts))('crosses byte for byte, both ways: %s', async (_, text) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.customerWrites(chat, text);
    await harness.settle();
    harness.frontlineAgentWrites(chat, text);
    await harness.settle();

    for (const side of ['flex', 'frontline'] as const) expect(harness.said(side, chat)).toEqual([text, text]);
  });

  test('that holds nothing is skipped, and those after it are not held up', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const { sid } = harness.customerWrites(chat, 'taken back at once');
    const message = harness.twilio.place.flex.chat.containers.get(chat.channel)?.messages.get(sid);
    if (message === undefined) throw new Error('not written');
    const { author, index, attributes } = message;
    // Twilio takes no empty message by REST; what clients of its SDK may write is another matter.
    message.body = undefined;
    const createdAt = new Date(message.dateCreated).toISOString();
    const event = {
      type: 'message.added',
      side: 'flex',
      service: FLEX.chatServiceSid,
      container: chat.channel,
      message: { sid, index, author, body: '', createdAt, attributes, media: [] },
    } as const;
    const body = encodeEnvelope({ receivedAt: harness.time.now(), work: { kind: 'event', event } });
    await harness.queues.send('flex-events', { group: chat.channel, dedupe: 'empty', body });
    await harness.settle(0.1);
    harness.customerWrites(chat, 'now something');
    await harness.settle(5);

    expect(harness.journal('skipped(empty)').map(({ sids }) => sids[0])).toEqual([sid]);
    expect(harness.said('frontline', chat)).toEqual(['now something']);
  });

  test('that holds nothing is left out of the history', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    harness.customerWrites(chat, 'one');
    const { sid } = harness.customerWrites(chat, 'two');
    harness.customerWrites(chat, 'three');
    const message = harness.twilio.place.flex.chat.containers.get(chat.channel)?.messages.get(sid);
    if (message !== undefined) message.body = undefined;
    await harness.settle();
    harness.accepts(chat);
    await harness.settle(5);

    expect(harness.said('frontline', chat)).toEqual(['one', 'three']);
  });

  test('from another chat service of the account is none of ours', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const other = `IS${'0e'.repeat(16)}` as const;
    const { account, chat: service } = harness.twilio.place.flex;
    const [container] = [...service.containers.values()];
    if (container === undefined) throw new Error('no channel');
    account.services.set(other, {
      ...service,
      sid: other,
      containers: new Map([
        [container.sid, { ...container, messages: new Map(), service: { ...service, sid: other } }],
      ]),
    });
    await harness.rest('flex', 'POST', `${channelUrl(chat).replace(FLEX.chatServiceSid, other)}/Messages`, {
      From: 'jo',
      Body: 'elsewhere',
    });
    await harness.settle(3);

    expect(harness.journal('skipped(other_service)')).toHaveLength(1);
    expect(harness.said('frontline', chat)).toEqual([]);
  });

  test('told by two webhooks minutes apart crosses once', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const end = harness.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 60 * 60_000 });
    for (let n = 1; n <= 10; n += 1) {
      harness.customerWrites(chat, `customer ${n}`);
      harness.frontlineAgentWrites(chat, `agent ${n}`);
      await harness.settle(0.1);
    }
    await harness.settle(70);
    end();

    expect(harness.said('frontline', chat)).toHaveLength(20);
    expect(harness.said('flex', chat)).toHaveLength(20);
    expect(new Set(harness.said('flex', chat))).toEqual(new Set(harness.said('frontline', chat)));
  });

  test('whose webhook is lost is found with the next one, in its place', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.customerWrites(chat, 'nobody hears of this');
    harness.customerWrites(chat, 'nor of this');
    end();
    harness.customerWrites(chat, 'but of this');
    await harness.settle();

    expect(harness.said('frontline', chat)).toEqual(['nobody hears of this', 'nor of this', 'but of this']);
  });

  test('that is an answer never stands before its question', async () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const harness = scenarioHarness({ seed });
      const chat = await harness.linkedChat();
      harness.twilio.faults.add({ fault: 'webhook.delayed', p: 0.5, maxMs: 5_000 });
      harness.twilio.faults.add({ fault: 'webhook.swapped', p: 0.5, maxMs: 5_000 });
      for (let n = 1; n <= 6; n += 1) {
        harness.customerWrites(chat, `question ${n}`);
        while (!harness.said('frontline', chat).includes(`question ${n}`)) await harness.settle(0.01);
        harness.frontlineAgentWrites(chat, `answer ${n}`);
        while (!harness.said('flex', chat).includes(`answer ${n}`)) await harness.settle(0.01);
      }
      const dialogue = [1, 2, 3, 4, 5, 6].flatMap((n) => [`question ${n}`, `answer ${n}`]);
      expect(harness.said('flex', chat)).toEqual(dialogue);
      expect(harness.said('frontline', chat)).toEqual(dialogue);
    }
  });

  test('written by both at the same moment, many times, crosses once and in the order of each', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    for (let n = 1; n <= 20; n += 1) {
      harness.customerWrites(chat, `customer ${n}`);
      harness.frontlineAgentWrites(chat, `agent ${n}`);
      harness.flexAgentWrites(chat, `desk ${n}`);
    }
    await harness.settle(10);

    for (const side of ['flex', 'frontline'] as const)
      for (const who of ['customer', 'agent', 'desk'])
        expect(harness.said(side, chat).filter((text) => text.startsWith(who))).toEqual(
          Array.from({ length: 20 }, (_, n) => `${who} ${n + 1}`),
        );
  });

  test('costs one call to Twilio each way, and no list', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.counts.reset();
    const listed = harness.reads();
    for (let n = 1; n <= 10; n += 1) {
      harness.customerWrites(chat, `question ${n}`);
      await harness.settle(0.1);
      harness.frontlineAgentWrites(chat, `answer ${n}`);
      await harness.settle(0.1);
    }
    await harness.settle(5);

    expect(harness.calls()).toMatchObject({
      'flex POST chat.messages': 10,
      'flex POST webhooks.chatevent': 20,
      'frontline POST conversations.messages': 10,
    });
    expect(harness.reads()).toBe(listed);
  });
});
