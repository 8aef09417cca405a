import { describe, expect, test } from '@jest/globals';
import { openStage } from './stage.ts';

/** More than Twilio lists on one page. */
const MANY = 130;
const only = 'POST conversations.messages';

describe.each(['index', 'date'] as const)('lists sorted by %s', (listOrder) => {
  test('the answer to an old message is lost: it is found behind more than a page of younger ones', async () => {
    const stage = openStage();
    stage.twilio.switches.listOrder = listOrder;
    const chat = await stage.linkedChat();
    const busy = stage.twilio.faults.add({ fault: 'rest.429', p: 1, only });
    stage.customerWrites(chat, 'long on its way');
    for (let n = 1; n <= MANY; n += 1) {
      stage.frontlineAgentWrites(chat, `meanwhile ${n}`);
      await stage.settle(0.08);
    }
    busy();
    const lost = stage.twilio.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'destroy', only });
    while (stage.twilio.faults.counts()['rest.answer-lost'] === undefined) await stage.settle(0.01);
    lost();
    await stage.settle(5);

    expect(stage.said('frontline', chat).filter((text) => text === 'long on its way')).toHaveLength(1);
    expect(stage.journal('undone')).toEqual([]);
    expect(stage.said('flex', chat)).toHaveLength(1 + MANY);
  });
});

test('second thoughts about an old message, while the other side is down, reach it behind more than a page of younger ones', async () => {
  const stage = openStage();
  const chat = await stage.linkedChat();
  const [edited, deleted] = [stage.customerWrites(chat, 'first'), stage.customerWrites(chat, 'second')];
  for (let n = 1; n <= MANY; n += 1) {
    stage.customerWrites(chat, `since then ${n}`);
    await stage.settle(0.08);
  }
  const back = stage.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
  stage.twilio.customer.edits(chat.channel, edited.sid, 'better');
  stage.twilio.customer.deletes(chat.channel, deleted.sid);
  await stage.settle(20);
  back();
  await stage.settle(10);

  expect(stage.said('frontline', chat)).toEqual(stage.said('flex', chat));
  expect(stage.said('frontline', chat).slice(0, 2)).toEqual(['better', 'since then 1']);
});
