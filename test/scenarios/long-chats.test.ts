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

test('a text that no list showed while a long history crossed is across, though one side was down for an hour in between', async () => {
  const harness = scenarioHarness();
  const chat = harness.begins();
  harness.customerWrites(chat, 'first');
  const hidden = harness.twilio.faults.add({ fault: 'message.late', p: 1, maxMs: 60_000, account: 'flex' });
  harness.customerWrites(chat, 'seen late');
  hidden();
  for (let n = 1; n <= MANY; n += 1) harness.customerWrites(chat, `history ${n}`);
  harness.accepts(chat);
  // The first page is across, the second one is not.
  while (harness.journal('replicated').length < 90) await harness.settle(0.001);
  await harness.during({ fault: 'side.down', p: 1, how: '503', account: 'flex' }, 60);
  await harness.settle(20);

  expect(harness.said('frontline', chat)).toHaveLength(2 + MANY);
  expect(harness.said('frontline', chat).filter((text) => text.endsWith('seen late'))).toHaveLength(1);
});
