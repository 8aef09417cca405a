import { describe, expect, test } from '@jest/globals';
import { configWith, secretsWith } from '../../sim/settings.ts';
import { stampedAttributes } from '../../src/core/copies/stamp.ts';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import type { SourceSid } from '../../src/core/model/sids.ts';
import { pairId } from '../../src/core/state/items.ts';
import { AGENTS, channelUrl, conversationsUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;
const everyWebhookLost = { fault: 'webhook.lost', p: 1 } as const;

/** A linked chat of four messages, each side's own and the other's copies. */
const dialogue = async (harness: ScenarioHarness) => {
  const chat = await harness.linkedChat();
  for (const n of [1, 2]) {
    harness.customerWrites(chat, `question ${n}`);
    await harness.settle(0.5);
    harness.frontlineAgentWrites(chat, `answer ${n}`);
    await harness.settle(0.5);
  }
  return chat;
};
const standing = (
  harness: ScenarioHarness,
  side: 'flex' | 'frontline',
  chat: Parameters<ScenarioHarness['said']>[1],
  text: string,
) => {
  const found = harness.transcript(side, chat).find(({ body }) => body === text);
  if (found === undefined) throw new Error(`"${text}" does not stand on the ${side} side`);
  return found;
};

describe('What no webhook told of', () => {
  test('an edit on either side crosses', async () => {
    const harness = scenarioHarness();
    const chat = await dialogue(harness);
    const end = harness.twilio.faults.add(everyWebhookLost);
    harness.twilio.customer.edits(chat.channel, standing(harness, 'flex', chat, 'question 1').sid, 'question one');
    const conversation = harness.conversation(chat).sid;
    harness.twilio.frontlineAgent.edits(
      ann.email,
      conversation,
      standing(harness, 'frontline', chat, 'answer 2').sid,
      'answer two',
    );
    await harness.settle(10);
    end();

    const texts = ['question one', 'answer 1', 'question 2', 'answer two'];
    expect(harness.said('flex', chat)).toEqual(texts);
    expect(harness.said('frontline', chat)).toEqual(texts);
  });

  test('a removal on either side crosses', async () => {
    const harness = scenarioHarness();
    const chat = await dialogue(harness);
    await harness.settle(5);
    const end = harness.twilio.faults.add(everyWebhookLost);
    harness.twilio.customer.deletes(chat.channel, standing(harness, 'flex', chat, 'question 2').sid);
    const conversation = harness.conversation(chat).sid;
    harness.twilio.frontlineAgent.deletes(
      ann.email,
      conversation,
      standing(harness, 'frontline', chat, 'answer 1').sid,
    );
    await harness.settle(10);
    end();

    expect(harness.said('flex', chat)).toEqual(['question 1', 'answer 2']);
    expect(harness.said('frontline', chat)).toEqual(['question 1', 'answer 2']);
  });

  test('a removal crosses although an app has replaced the stamp of the copy', async () => {
    const harness = scenarioHarness();
    const chat = await dialogue(harness);
    await harness.settle(5);
    const end = harness.twilio.faults.add(everyWebhookLost);
    const copy = standing(harness, 'frontline', chat, 'question 2');
    await harness.rest(
      'frontline',
      'POST',
      `${conversationsUrl}/${harness.conversation(chat).sid}/Messages/${copy.sid}`,
      {
        Attributes: '{"messageId":"1"}',
      },
    );
    await harness.settle(10);
    expect(harness.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);

    harness.twilio.customer.deletes(chat.channel, standing(harness, 'flex', chat, 'question 2').sid);
    await harness.settle(10);
    end();

    expect(harness.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'answer 2']);
    expect(harness.said('flex', chat)).toEqual(['question 1', 'answer 1', 'answer 2']);
  });

  test("what a person deleted of the other side's stays deleted there, and stands where it was said", async () => {
    const harness = scenarioHarness();
    const chat = await dialogue(harness);
    await harness.settle(5);
    harness.twilio.flexAgent.deletes(ann.flexWorkerSid, chat.channel, standing(harness, 'flex', chat, 'answer 1').sid);
    await harness.settle(30);

    expect(harness.said('flex', chat)).toEqual(['question 1', 'question 2', 'answer 2']);
    expect(harness.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);
  });

  test('what a person changed of a copy goes back to what was said', async () => {
    const harness = scenarioHarness();
    const chat = await dialogue(harness);
    const end = harness.twilio.faults.add(everyWebhookLost);
    const copy = standing(harness, 'flex', chat, 'answer 1');
    await harness.rest('flex', 'POST', `${channelUrl(chat)}/Messages/${copy.sid}`, { Body: 'never said' });
    await harness.settle(10);
    end();

    expect(harness.said('flex', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);
  });
});

describe('A copy that nobody waited for any more', () => {
  /** As the bridge writes it, but by nobody who would note it down. */
  const strayCopy = async (
    harness: ScenarioHarness,
    chat: Parameters<ScenarioHarness['said']>[1],
    of: SourceSid,
    body: string,
  ) => {
    const conversation = harness.conversation(chat).sid;
    const at = { lane: 'toFrontline', container: conversation, author: chat.customer, body } as const;
    await harness.rest('frontline', 'POST', `${conversationsUrl}/${conversation}/Messages`, {
      Author: chat.customer,
      Body: body,
      Attributes: stampedAttributes(secretsWith().stampKey, configWith().deployment, at, of, 'copy'),
    });
  };

  test('is taken away when its source stands there already', async () => {
    const harness = scenarioHarness();
    const chat = await dialogue(harness);
    await strayCopy(harness, chat, standing(harness, 'flex', chat, 'question 1').sid, 'question 1');
    await harness.settle(10);

    expect(harness.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);
    expect(harness.journal('undone')).toHaveLength(1);
  });

  test('is taken away when its source is gone, and no row tells of it', async () => {
    const harness = scenarioHarness();
    const chat = await dialogue(harness);
    await strayCopy(harness, chat, `IM${'5'.repeat(32)}` as const, 'said and deleted');
    await harness.settle(10);

    expect(harness.said('frontline', chat)).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);
  });

  test('is left alone when another deployment wrote it', async () => {
    const harness = scenarioHarness();
    const chat = await dialogue(harness);
    const conversation = harness.conversation(chat).sid;
    const at = {
      lane: 'toFrontline',
      container: conversation,
      author: chat.customer,
      body: 'of another bridge',
    } as const;
    await harness.rest('frontline', 'POST', `${conversationsUrl}/${conversation}/Messages`, {
      Author: chat.customer,
      Body: at.body,
      Attributes: stampedAttributes('another key', 'another', at, `IM${'5'.repeat(32)}` as const, 'copy'),
    });
    await harness.settle(10);

    expect(harness.said('frontline', chat)).toContain('of another bridge');
  });
});

test('What becomes visible only after the copies behind it is not passed over', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  await harness.settle(5);
  const hidden = harness.twilio.faults.add({ fault: 'message.late', p: 1, maxMs: 8 * 60_000, account: 'flex' });
  const unheard = harness.twilio.faults.add(everyWebhookLost);
  harness.customerWrites(chat, 'seen late');
  hidden();
  unheard();
  harness.frontlineAgentWrites(chat, 'an answer to something else');
  await harness.settle(0.1);
  // Asked for while it is not to be seen, and nothing of a person stands behind it.
  await harness.queues.send('flex-events', {
    group: chat.channel,
    dedupe: 'asked',
    body: encodeEnvelope({
      receivedAt: harness.time.now(),
      work: { kind: 'reconcile', pair: pairId('flex', chat.channel), lane: 'toFrontline', because: 'operator' },
    }),
  });
  await harness.settle(0.1);
  expect(harness.said('frontline', chat)).toEqual(['an answer to something else']);
  await harness.settle(20);

  expect(harness.said('frontline', chat)).toEqual([
    'an answer to something else',
    expect.stringMatching(/^\[Late, written .* UTC\] seen late$/),
  ]);
});

describe('a copy whose stamp an app has replaced', () => {
  test('before its lost answer was settled, and whose text Twilio trimmed, is known by what the intent remembers', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.faults.add({ fault: 'text.normalised', how: 'trimmed', p: 1 });
    harness.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 500, times: 1 });
    harness.twilio.faults.add({
      ...{ fault: 'rest.answer-lost', loss: 'hang', p: 1, times: 1 },
      only: 'POST conversations.messages',
    });
    harness.customerWrites(chat, 'with a blank at its end ');
    await harness.settle(10);

    expect(harness.said('frontline', chat)).toEqual(['with a blank at its end']);
    expect(harness.said('flex', chat)).toEqual(['with a blank at its end ']);
  });

  test('stands once in the end, though a write of it was carried out late', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.faults.add({
      ...{ fault: 'rest.late-commit', loss: 'destroy', p: 1, times: 1, maxMs: 900_000 },
      only: 'POST conversations.messages',
    });
    harness.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 500, times: 1 });
    harness.customerWrites(chat, 'once');
    await harness.settle(40);

    expect(harness.twilio.faults.counts()).toMatchObject({ 'rest.late-commit': 1, 'attributes.replaced': 1 });
    expect(harness.said('frontline', chat)).toEqual(['once']);
    expect(harness.said('flex', chat)).toEqual(['once']);
    expect(harness.journal('undone')).toHaveLength(1);
  });
});
