import { describe, expect, test } from '@jest/globals';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import { AGENTS, channelUrl, conversationsUrl, FLEX, openStage } from './stage.ts';

const { ann } = AGENTS;

describe('a message', () => {
  test('of the customer, and of the agent in either app, stands on the other side under the same person', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.customerWrites(chat, 'hello');
    await stage.settle();
    stage.flexAgentWrites(chat, 'from my desk');
    await stage.settle();
    stage.frontlineAgentWrites(chat, 'from my phone');
    await stage.settle();

    const told = (side: 'flex' | 'frontline') => stage.transcript(side, chat).map(({ author, body }) => [author, body]);
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
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.customerWrites(chat, 'a question');
    stage.frontlineAgentWrites(chat, 'a remark');
    await stage.during({ fault: 'side.down', p: 1, how: '503' }, 10);
    await stage.settle(5);

    for (const text of ['a question', 'a remark']) {
      const times = (['flex', 'frontline'] as const).map(
        (side) => stage.transcript(side, chat).find(({ body }) => body === text)?.dateCreated,
      );
      expect(times[0]).toBeDefined();
      expect(times[0]).toBe(times[1]);
    }
  });

  test('of the system crosses under its own name, either way', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    await stage.rest('flex', 'POST', `${channelUrl(chat)}/Messages`, { From: 'system', Body: 'Ann has joined' });
    await stage.settle();
    const url = `${conversationsUrl}/${stage.conversation(chat).sid}/Messages`;
    await stage.rest('frontline', 'POST', url, { Author: 'system', Body: 'Ann is on the phone' });
    await stage.settle();

    for (const side of ['flex', 'frontline'] as const)
      expect(stage.transcript(side, chat).map(({ author, body }) => [author, body])).toEqual([
        ['system', 'Ann has joined'],
        ['system', 'Ann is on the phone'],
      ]);
  });

  test('with a file becomes a line of text that names the file and where to open it, either way', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const file = { filename: 'invoice.pdf', contentType: 'application/pdf', size: 20_480 };
    stage.twilio.customer.sends(chat.channel, file);
    await stage.settle();
    stage.twilio.frontlineAgent.sends(ann.email, stage.conversation(chat).sid, file);
    await stage.settle();

    expect(stage.said('frontline', chat)[0]).toBe('[File: invoice.pdf, application/pdf, 20 KB. Open it in Flex.]');
    expect(stage.said('flex', chat)[1]).toBe('[File: invoice.pdf, application/pdf, 20 KB. Open it in Frontline.]');
  });

  test('that is a file sent before the chat was linked becomes the same line', async () => {
    const stage = openStage();
    const chat = stage.begins();
    stage.twilio.customer.sends(chat.channel, { filename: 'a.png', contentType: 'image/png', size: 900 });
    await stage.settle();
    stage.accepts(chat);
    await stage.settle();

    expect(stage.said('frontline', chat)).toEqual(['[File: a.png, image/png, 900 B. Open it in Flex.]']);
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
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.customerWrites(chat, text);
    await stage.settle();
    stage.frontlineAgentWrites(chat, text);
    await stage.settle();

    for (const side of ['flex', 'frontline'] as const) expect(stage.said(side, chat)).toEqual([text, text]);
  });

  test('that holds nothing is skipped, and those after it are not held up', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const { sid } = stage.customerWrites(chat, 'taken back at once');
    const message = stage.twilio.place.flex.chat.containers.get(chat.channel)?.messages.get(sid);
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
    const body = encodeEnvelope({ receivedAt: stage.time.now(), work: { kind: 'event', event } });
    await stage.queues.send('flex-events', { group: chat.channel, dedupe: 'empty', body });
    await stage.settle(0.1);
    stage.customerWrites(chat, 'now something');
    await stage.settle(5);

    expect(stage.journal('skipped(empty)').map(({ sids }) => sids[0])).toEqual([sid]);
    expect(stage.said('frontline', chat)).toEqual(['now something']);
  });

  test('that holds nothing is left out of the history', async () => {
    const stage = openStage();
    const chat = stage.begins();
    stage.customerWrites(chat, 'one');
    const { sid } = stage.customerWrites(chat, 'two');
    stage.customerWrites(chat, 'three');
    const message = stage.twilio.place.flex.chat.containers.get(chat.channel)?.messages.get(sid);
    if (message !== undefined) message.body = undefined;
    await stage.settle();
    stage.accepts(chat);
    await stage.settle(5);

    expect(stage.said('frontline', chat)).toEqual(['one', 'three']);
  });

  test('from another chat service of the account is none of ours', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const other = `IS${'0e'.repeat(16)}` as const;
    const { account, chat: service } = stage.twilio.place.flex;
    const [container] = [...service.containers.values()];
    if (container === undefined) throw new Error('no channel');
    account.services.set(other, {
      ...service,
      sid: other,
      containers: new Map([
        [container.sid, { ...container, messages: new Map(), service: { ...service, sid: other } }],
      ]),
    });
    await stage.rest('flex', 'POST', `${channelUrl(chat).replace(FLEX.chatServiceSid, other)}/Messages`, {
      From: 'jo',
      Body: 'elsewhere',
    });
    await stage.settle(3);

    expect(stage.journal('skipped(other_service)')).toHaveLength(1);
    expect(stage.said('frontline', chat)).toEqual([]);
  });

  test('told by two webhooks minutes apart crosses once', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const end = stage.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 60 * 60_000 });
    for (let n = 1; n <= 10; n += 1) {
      stage.customerWrites(chat, `customer ${n}`);
      stage.frontlineAgentWrites(chat, `agent ${n}`);
      await stage.settle(0.1);
    }
    await stage.settle(70);
    end();

    expect(stage.said('frontline', chat)).toHaveLength(20);
    expect(stage.said('flex', chat)).toHaveLength(20);
    expect(new Set(stage.said('flex', chat))).toEqual(new Set(stage.said('frontline', chat)));
  });

  test('whose webhook is lost is found with the next one, in its place', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const end = stage.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    stage.customerWrites(chat, 'nobody hears of this');
    stage.customerWrites(chat, 'nor of this');
    end();
    stage.customerWrites(chat, 'but of this');
    await stage.settle();

    expect(stage.said('frontline', chat)).toEqual(['nobody hears of this', 'nor of this', 'but of this']);
  });

  test('that is an answer never stands before its question', async () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const stage = openStage({ seed });
      const chat = await stage.linkedChat();
      stage.twilio.faults.add({ fault: 'webhook.delayed', p: 0.5, maxMs: 5_000 });
      stage.twilio.faults.add({ fault: 'webhook.swapped', p: 0.5, maxMs: 5_000 });
      for (let n = 1; n <= 6; n += 1) {
        stage.customerWrites(chat, `question ${n}`);
        while (!stage.said('frontline', chat).includes(`question ${n}`)) await stage.settle(0.01);
        stage.frontlineAgentWrites(chat, `answer ${n}`);
        while (!stage.said('flex', chat).includes(`answer ${n}`)) await stage.settle(0.01);
      }
      const dialogue = [1, 2, 3, 4, 5, 6].flatMap((n) => [`question ${n}`, `answer ${n}`]);
      expect(stage.said('flex', chat)).toEqual(dialogue);
      expect(stage.said('frontline', chat)).toEqual(dialogue);
    }
  });

  test('written by both at the same moment, many times, crosses once and in the order of each', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    for (let n = 1; n <= 20; n += 1) {
      stage.customerWrites(chat, `customer ${n}`);
      stage.frontlineAgentWrites(chat, `agent ${n}`);
      stage.flexAgentWrites(chat, `desk ${n}`);
    }
    await stage.settle(10);

    for (const side of ['flex', 'frontline'] as const)
      for (const who of ['customer', 'agent', 'desk'])
        expect(stage.said(side, chat).filter((text) => text.startsWith(who))).toEqual(
          Array.from({ length: 20 }, (_, n) => `${who} ${n + 1}`),
        );
  });

  test('costs one call to Twilio each way, and no list', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.twilio.counts.reset();
    const listed = stage.reads();
    for (let n = 1; n <= 10; n += 1) {
      stage.customerWrites(chat, `question ${n}`);
      await stage.settle(0.1);
      stage.frontlineAgentWrites(chat, `answer ${n}`);
      await stage.settle(0.1);
    }
    await stage.settle(5);

    expect(stage.calls()).toMatchObject({
      'flex POST chat.messages': 10,
      'flex POST webhooks.chatevent': 20,
      'frontline POST conversations.messages': 10,
    });
    expect(stage.reads()).toBe(listed);
  });
});
