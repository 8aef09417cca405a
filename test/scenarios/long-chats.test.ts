import { describe, expect, test } from '@jest/globals';
import { scenarioHarness } from './harness.ts';

/** More than Twilio lists on one page. */
const MANY = 130;
const only = 'POST conversations.messages';

describe.each(['index', 'date'] as const)('lists sorted by %s', (listOrder) => {
  test('the answer to an old message is lost: it is found behind more than a page of younger ones', async () => {
    const harness = scenarioHarness();
    harness.twilio.switches.listOrder = listOrder;
    const chat = await harness.linkedChat();
    const busy = harness.twilio.faults.add({ fault: 'rest.429', p: 1, only });
    harness.customerWrites(chat, 'long on its way');
    for (let n = 1; n <= MANY; n += 1) {
      harness.frontlineAgentWrites(chat, `meanwhile ${n}`);
      await harness.settle(0.08);
    }
    busy();
    const lost = harness.twilio.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'destroy', only });
    while (harness.twilio.faults.counts()['rest.answer-lost'] === undefined) await harness.settle(0.01);
    lost();
    await harness.settle(5);

    expect(harness.said('frontline', chat).filter((text) => text === 'long on its way')).toHaveLength(1);
    expect(harness.journal('undone')).toEqual([]);
    expect(harness.said('flex', chat)).toHaveLength(1 + MANY);
  });
});

test('second thoughts about an old message, while the other side is down, reach it behind more than a page of younger ones', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  const [edited, deleted] = [harness.customerWrites(chat, 'first'), harness.customerWrites(chat, 'second')];
  for (let n = 1; n <= MANY; n += 1) {
    harness.customerWrites(chat, `since then ${n}`);
    await harness.settle(0.08);
  }
  const back = harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
  harness.twilio.customer.edits(chat.channel, edited.sid, 'better');
  harness.twilio.customer.deletes(chat.channel, deleted.sid);
  await harness.settle(20);
  back();
  await harness.settle(10);

  expect(harness.said('frontline', chat)).toEqual(harness.said('flex', chat));
  expect(harness.said('frontline', chat).slice(0, 2)).toEqual(['better', 'since then 1']);
});
