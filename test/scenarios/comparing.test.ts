import { describe, expect, test } from '@jest/globals';
import { configWith, secretsWith } from '../../sim/settings.ts';
import { stampedAttributes } from '../../src/core/copies/stamp.ts';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import type { SourceSid } from '../../src/core/model/sids.ts';
import { pairId } from '../../src/core/state/items.ts';
import { AGENTS, channelUrl, conversationsUrl, openStage, type Stage } from './stage.ts';

const { ann } = AGENTS;
const everyWebhookLost = { fault: 'webhook.lost', p: 1 } as const;

/** A linked chat of four messages, each side's own and the other's copies. */
const dialogue = async (stage: Stage) => {
  const chat = await stage.linkedChat();
  for (const n of [1, 2]) {
    stage.customerWrites(chat, `question ${n}`);
    await stage.settle(0.5);
    stage.frontlineAgentWrites(chat, `answer ${n}`);
    await stage.settle(0.5);
  }
  return chat;
};
const standing = (stage: Stage, side: 'flex' | 'frontline', chat: Parameters<Stage['said']>[1], text: string) => {
  const found = stage.transcript(side, chat).find(({ body }) => body === text);
  if (found === undefined) throw new Error(`"${text}" does not stand on the ${side} side`);
  return found;
};

describe('What no webhook told of', () => {
  test('an edit on either side crosses', async () => {
    const stage = openStage();
    const chat = await dialogue(stage);
    const end = stage.twilio.faults.add(everyWebhookLost);
    stage.twilio.customer.edits(chat.channel, standing(stage, 'flex', chat, 'question 1').sid, 'question one');
    const conversation = stage.conversation(chat).sid;
    stage.twilio.frontlineAgent.edits(
      ann.email,
      conversation,
      standing(stage, 'frontline', chat, 'answer 2').sid,
      'answer two',
    );
    await stage.settle(10);
    end();

    const texts = ['question one', 'answer 1', 'question 2', 'answer two'];
    expect(stage.said('flex', chat)).toEqual(texts);
    expect(stage.said('frontline', chat)).toEqual(texts);
  });

  test('a removal on either side crosses', async () => {
    const stage = openStage();
    const chat = await dialogue(stage);
    await stage.settle(5);
    const end = stage.twilio.faults.add(everyWebhookLost);
    stage.twilio.customer.deletes(chat.channel, standing(stage, 'flex', chat, 'question 2').sid);
    const conversation = stage.conversation(chat).sid;
    stage.twilio.frontlineAgent.deletes(ann.email, conversation, standing(stage, 'frontline', chat, 'answer 1').sid);
    await stage.settle(10);
    end();

    expect(stage.said('flex', chat)).toEqual(['question 1', 'answer 2']);
    expect(stage.said('frontline', chat)).toEqual(['question 1', 'answer 2']);
  });

  test('a removal crosses although an app has replaced the stamp of the copy', async () => {
    const stage = openStage();
    const chat = await dialogue(stage);
    await stage.settle(5);
    const end = stage.twilio.faults.add(everyWebhookLost);
    const copy = standing(stage, 'frontline', chat, 'question 2');
    await stage.rest('frontline', 'POST', `${conversationsUrl}/${stage.conversation(chat).sid}/Messages/${copy.sid}`, {
      Attributes: '{"messageId":"1"}',
    });
    await stage.settle(10);
    expect(stage.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);

    stage.twilio.customer.deletes(chat.channel, standing(stage, 'flex', chat, 'question 2').sid);
    await stage.settle(10);
    end();

    expect(stage.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'answer 2']);
    expect(stage.said('flex', chat)).toEqual(['question 1', 'answer 1', 'answer 2']);
  });

  test("what a person deleted of the other side's stays deleted there, and stands where it was said", async () => {
    const stage = openStage();
    const chat = await dialogue(stage);
    await stage.settle(5);
    stage.twilio.flexAgent.deletes(ann.flexWorkerSid, chat.channel, standing(stage, 'flex', chat, 'answer 1').sid);
    await stage.settle(30);

    expect(stage.said('flex', chat)).toEqual(['question 1', 'question 2', 'answer 2']);
    expect(stage.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);
  });

  test('what a person changed of a copy goes back to what was said', async () => {
    const stage = openStage();
    const chat = await dialogue(stage);
    const end = stage.twilio.faults.add(everyWebhookLost);
    const copy = standing(stage, 'flex', chat, 'answer 1');
    await stage.rest('flex', 'POST', `${channelUrl(chat)}/Messages/${copy.sid}`, { Body: 'never said' });
    await stage.settle(10);
    end();

    expect(stage.said('flex', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);
  });
});

describe('A copy that nobody waited for any more', () => {
  /** As the bridge writes it, but by nobody who would note it down. */
  const strayCopy = async (stage: Stage, chat: Parameters<Stage['said']>[1], of: SourceSid, body: string) => {
    const conversation = stage.conversation(chat).sid;
    const at = { lane: 'toFrontline', container: conversation, author: chat.customer, body } as const;
    await stage.rest('frontline', 'POST', `${conversationsUrl}/${conversation}/Messages`, {
      Author: chat.customer,
      Body: body,
      Attributes: stampedAttributes(secretsWith().stampKey, configWith().deployment, at, of, 'copy'),
    });
  };

  test('is taken away when its source stands there already', async () => {
    const stage = openStage();
    const chat = await dialogue(stage);
    await strayCopy(stage, chat, standing(stage, 'flex', chat, 'question 1').sid, 'question 1');
    await stage.settle(10);

    expect(stage.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);
    expect(stage.journal('undone')).toHaveLength(1);
  });

  test('is taken away when its source is gone, and no row tells of it', async () => {
    const stage = openStage();
    const chat = await dialogue(stage);
    await strayCopy(stage, chat, `IM${'5'.repeat(32)}` as const, 'said and deleted');
    await stage.settle(10);

    expect(stage.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);
  });

  test('is left alone when another deployment wrote it', async () => {
    const stage = openStage();
    const chat = await dialogue(stage);
    const conversation = stage.conversation(chat).sid;
    const at = {
      lane: 'toFrontline',
      container: conversation,
      author: chat.customer,
      body: 'of another bridge',
    } as const;
    await stage.rest('frontline', 'POST', `${conversationsUrl}/${conversation}/Messages`, {
      Author: chat.customer,
      Body: at.body,
      Attributes: stampedAttributes('another key', 'another', at, `IM${'5'.repeat(32)}` as const, 'copy'),
    });
    await stage.settle(10);

    expect(stage.said('frontline', chat)).toContain('of another bridge');
  });
});

test('What becomes visible only after the copies behind it is not passed over', async () => {
  const stage = openStage();
  const chat = await stage.linkedChat();
  await stage.settle(5);
  const hidden = stage.twilio.faults.add({ fault: 'message.late', p: 1, maxMs: 8 * 60_000, account: 'flex' });
  const unheard = stage.twilio.faults.add(everyWebhookLost);
  stage.customerWrites(chat, 'seen late');
  hidden();
  unheard();
  stage.frontlineAgentWrites(chat, 'an answer to something else');
  await stage.settle(0.1);
  // Asked for while it is not to be seen, and nothing of a person stands behind it.
  await stage.queues.send('flex-events', {
    group: chat.channel,
    dedupe: 'asked',
    body: encodeEnvelope({
      receivedAt: stage.time.now(),
      work: { kind: 'reconcile', pair: pairId('flex', chat.channel), lane: 'toFrontline', because: 'operator' },
    }),
  });
  await stage.settle(0.1);
  expect(stage.said('frontline', chat)).toEqual(['an answer to something else']);
  await stage.settle(20);

  expect(stage.said('frontline', chat)).toEqual([
    'an answer to something else',
    expect.stringMatching(/^\[Late, written .* UTC\] seen late$/),
  ]);
});
