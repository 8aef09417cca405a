import { describe, expect, test } from '@jest/globals';
import { type Chat, channelUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';

/** Nothing was written twice, nor back to where it came from. */
const oneStory = (harness: ScenarioHarness, chat: Chat, texts: readonly string[]): void => {
  expect(harness.said('flex', chat)).toEqual(texts);
  expect(harness.said('frontline', chat)).toEqual(texts);
};

describe('what the bridge wrote', () => {
  test('never comes back, and costs no list call', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const listed = harness.reads();
    harness.frontlineAgentWrites(chat, 'hello');
    await harness.settle(30);

    oneStory(harness, chat, ['hello']);
    // Flex tells of the copy, for the customer's SMS: the webhook knows it by its stamp.
    expect(harness.journal('skipped(echo)')).toHaveLength(1);
    expect(harness.reads()).toBe(listed);
  });

  test('never comes back although its webhooks come twice, late and in another order', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 20 * 60_000 });
    harness.twilio.faults.add({ fault: 'webhook.delayed', p: 0.5, maxMs: 30_000 });
    for (let n = 1; n <= 5; n += 1) {
      harness.frontlineAgentWrites(chat, `hello ${n}`);
      await harness.settle();
    }
    await harness.settle(30);

    oneStory(harness, chat, ['hello 1', 'hello 2', 'hello 3', 'hello 4', 'hello 5']);
  });

  test.each([
    ['at once', 0],
    ['soon', 5_000],
  ])("is known although the agent's app %s puts attributes of its own in the place of the stamp", async (_, maxMs) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.faults.add({ fault: 'attributes.replaced', p: 1, account: 'frontline', maxMs });
    const listed = harness.reads();
    harness.customerWrites(chat, 'one');
    await harness.settle();
    harness.frontlineAgentWrites(chat, 'two');
    await harness.settle();
    harness.customerWrites(chat, 'three');
    await harness.settle(30);

    expect(harness.twilio.faults.counts()['attributes.replaced']).toBe(2);
    oneStory(harness, chat, ['one', 'two', 'three']);
    // At once means before its index is accounted, and then only a list tells what it is.
    if (maxMs > 0) expect(harness.reads()).toBe(listed);
  });

  test('is known although its stamp was replaced and its writer died before he could note it', async () => {
    let killed = false;
    let armed = false;
    const harness = scenarioHarness({
      doom: (_, kind) => {
        if (!armed || killed || kind !== 'flex-events') return undefined;
        killed = true;
        // After the call to Twilio, before the ledger's row.
        return { step: 4, when: 'after', pauseMs: undefined };
      },
    });
    const chat = await harness.linkedChat();
    harness.twilio.faults.add({ fault: 'attributes.replaced', p: 1, account: 'frontline', maxMs: 0 });
    armed = true;
    harness.customerWrites(chat, 'one');
    await harness.settle(0.5);
    harness.frontlineAgentWrites(chat, 'two');
    await harness.settle(30);

    expect(harness.meter.counts().get('killed')).toBe(1);
    oneStory(harness, chat, ['one', 'two']);
  });
});

describe("what a person wrote with the bridge's stamp on it", () => {
  test('crosses like any text when the stamp is forged', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const forged = { v: 1, d: 'sim', s: `IM${'0f'.repeat(16)}`, k: 'copy', h: '0'.repeat(32) };
    harness.customerWrites(chat, 'hide me', JSON.stringify({ bridge: forged }));
    await harness.settle(5);

    oneStory(harness, chat, ['hide me']);
    expect(harness.journal('skipped(echo)')).toEqual([]);
  });

  test("crosses when the stamp is a genuine one, copied from the agent's message with its text", async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.frontlineAgentWrites(chat, 'you owe us nothing');
    await harness.settle();
    const [copy] = harness.transcript('flex', chat);
    expect(copy?.attributes).toContain('"bridge"');
    harness.customerWrites(chat, 'you owe us nothing', copy?.attributes);
    await harness.settle(5);

    oneStory(harness, chat, ['you owe us nothing', 'you owe us nothing']);
    expect(harness.transcript('frontline', chat).map(({ author }) => author)).toEqual(['ann@example.com', 'jo']);
  });

  test('crosses when lists have to be read to see it', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.frontlineAgentWrites(chat, 'hello');
    await harness.settle();
    const [copy] = harness.transcript('flex', chat);
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.customerWrites(chat, 'hello', copy?.attributes);
    harness.customerWrites(chat, 'other words', copy?.attributes);
    end();
    harness.customerWrites(chat, 'still there?');
    await harness.settle(5);

    oneStory(harness, chat, ['hello', 'hello', 'other words', 'still there?']);
  });

  test("crosses when it is the agent's, who copied the stamp of what he said before", async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.frontlineAgentWrites(chat, 'hello');
    await harness.settle();
    const [copy] = harness.transcript('flex', chat);
    await harness.rest('flex', 'POST', `${channelUrl(chat)}/Messages`, {
      From: copy?.author ?? '',
      Body: 'something else',
      Attributes: copy?.attributes ?? '',
    });
    await harness.settle(5);

    oneStory(harness, chat, ['hello', 'something else']);
  });
});
