import { describe, expect, test } from '@jest/globals';
import { type Chat, channelUrl, openStage, type Stage } from './stage.ts';

/** Nothing was written twice, nor back to where it came from. */
const oneStory = (stage: Stage, chat: Chat, texts: readonly string[]): void => {
  expect(stage.said('flex', chat)).toEqual(texts);
  expect(stage.said('frontline', chat)).toEqual(texts);
};

describe('what the bridge wrote', () => {
  test('never comes back, and costs no list call', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const listed = stage.reads();
    stage.frontlineAgentWrites(chat, 'hello');
    await stage.settle(30);

    oneStory(stage, chat, ['hello']);
    // Flex tells of the copy, for the customer's SMS: the webhook knows it by its stamp.
    expect(stage.journal('skipped(echo)')).toHaveLength(1);
    expect(stage.reads()).toBe(listed);
  });

  test('never comes back although its webhooks come twice, late and in another order', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 20 * 60_000 });
    stage.twilio.faults.add({ fault: 'webhook.delayed', p: 0.5, maxMs: 30_000 });
    for (let n = 1; n <= 5; n += 1) {
      stage.frontlineAgentWrites(chat, `hello ${n}`);
      await stage.settle();
    }
    await stage.settle(30);

    oneStory(stage, chat, ['hello 1', 'hello 2', 'hello 3', 'hello 4', 'hello 5']);
  });

  test.each([
    ['at once', 0],
    ['soon', 5_000],
  ])("is known although the agent's app %s puts attributes of its own in the place of the stamp", async (_, maxMs) => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.twilio.faults.add({ fault: 'attributes.replaced', p: 1, account: 'frontline', maxMs });
    const listed = stage.reads();
    stage.customerWrites(chat, 'one');
    await stage.settle();
    stage.frontlineAgentWrites(chat, 'two');
    await stage.settle();
    stage.customerWrites(chat, 'three');
    await stage.settle(30);

    expect(stage.twilio.faults.counts()['attributes.replaced']).toBe(2);
    oneStory(stage, chat, ['one', 'two', 'three']);
    // At once means before its index is accounted, and then only a list tells what it is.
    if (maxMs > 0) expect(stage.reads()).toBe(listed);
  });

  test('is known although its stamp was replaced and its writer died before he could note it', async () => {
    let killed = false;
    let armed = false;
    const stage = openStage({
      doom: (_, kind) => {
        if (!armed || killed || kind !== 'flex-events') return undefined;
        killed = true;
        // After the call to Twilio, before the ledger's row.
        return { step: 3, when: 'after', pauseMs: undefined };
      },
    });
    const chat = await stage.linkedChat();
    stage.twilio.faults.add({ fault: 'attributes.replaced', p: 1, account: 'frontline', maxMs: 0 });
    armed = true;
    stage.customerWrites(chat, 'one');
    await stage.settle(0.5);
    stage.frontlineAgentWrites(chat, 'two');
    await stage.settle(30);

    expect(stage.meter.counts().get('killed')).toBe(1);
    oneStory(stage, chat, ['one', 'two']);
  });
});

describe("what a person wrote with the bridge's stamp on it", () => {
  test('crosses like any text when the stamp is forged', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const forged = { v: 1, d: 'sim', s: `IM${'0f'.repeat(16)}`, k: 'copy', h: '0'.repeat(32) };
    stage.customerWrites(chat, 'hide me', JSON.stringify({ bridge: forged }));
    await stage.settle(5);

    oneStory(stage, chat, ['hide me']);
    expect(stage.journal('skipped(echo)')).toEqual([]);
  });

  test("crosses when the stamp is a genuine one, copied from the agent's message with its text", async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.frontlineAgentWrites(chat, 'you owe us nothing');
    await stage.settle();
    const [copy] = stage.transcript('flex', chat);
    expect(copy?.attributes).toContain('"bridge"');
    stage.customerWrites(chat, 'you owe us nothing', copy?.attributes);
    await stage.settle(5);

    oneStory(stage, chat, ['you owe us nothing', 'you owe us nothing']);
    expect(stage.transcript('frontline', chat).map(({ author }) => author)).toEqual(['ann@example.com', 'jo']);
  });

  test('crosses when lists have to be read to see it', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.frontlineAgentWrites(chat, 'hello');
    await stage.settle();
    const [copy] = stage.transcript('flex', chat);
    const end = stage.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    stage.customerWrites(chat, 'hello', copy?.attributes);
    stage.customerWrites(chat, 'other words', copy?.attributes);
    end();
    stage.customerWrites(chat, 'still there?');
    await stage.settle(5);

    oneStory(stage, chat, ['hello', 'hello', 'other words', 'still there?']);
  });

  test("crosses when it is the agent's, who copied the stamp of what he said before", async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.frontlineAgentWrites(chat, 'hello');
    await stage.settle();
    const [copy] = stage.transcript('flex', chat);
    await stage.rest('flex', 'POST', `${channelUrl(chat)}/Messages`, {
      From: copy?.author ?? '',
      Body: 'something else',
      Attributes: copy?.attributes ?? '',
    });
    await stage.settle(5);

    oneStory(stage, chat, ['hello', 'something else']);
  });
});
