import { describe, expect, test } from '@jest/globals';
import { CALM } from '../../sim/plan.ts';
import { decodeEnvelope } from '../../src/core/jobs/envelope.ts';
import { LEDGER, ledgerKey, pairId } from '../../src/core/state/items.ts';
import { AGENTS, openStage, type Stage } from './stage.ts';

const { ann } = AGENTS;

const numbered = (who: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${who} ${n + 1}`);

describe('when Frontline is down', () => {
  test.each(['503', 'hang', 'destroy'] as const)(
    'for 20 minutes (%s), messages wait, and all stand there in order when it is back',
    async (how) => {
      const stage = openStage();
      const chat = await stage.linkedChat();
      const end = stage.twilio.faults.add({ fault: 'side.down', p: 1, how, account: 'frontline' });
      for (let n = 1; n <= 10; n += 1) {
        stage.customerWrites(chat, `customer ${n}`);
        await stage.settle(2);
      }
      const waited = stage.journal('deferred').length;
      end();
      await stage.settle(5);

      expect(waited).toBeGreaterThan(0);
      expect(stage.said('frontline', chat)).toEqual(numbered('customer', 10));
      stage.customerWrites(chat, 'back to normal');
      await stage.settle(0.1);
      expect(stage.said('frontline', chat).at(-1)).toBe('back to normal');
    },
  );

  test('a message is not set aside before 15 minutes are over', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.customerWrites(chat, 'hello?');
    await stage.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 14.5);
    expect(stage.journal('deferred')).toEqual([]);
    expect(stage.journal('retried').length).toBeGreaterThan(10);
    await stage.settle(2);

    expect(stage.said('frontline', chat)).toEqual(['hello?']);
    expect(stage.journal('deferred')).toEqual([]);
  });

  test('the other direction goes on: what the agent writes reaches Flex', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const end = stage.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
    stage.customerWrites(chat, 'a question');
    await stage.settle(1);
    stage.frontlineAgentWrites(chat, 'an answer');
    await stage.settle(1);
    expect(stage.said('flex', chat)).toEqual(['a question', 'an answer']);
    end();
    await stage.settle(5);
    expect(stage.said('frontline', chat)).toEqual(['an answer', 'a question']);
  });
});

describe('when Flex is down', () => {
  test.each(['503', 'hang', 'destroy'] as const)(
    "for 20 minutes (%s), the agent's messages wait, and all stand there in order when it is back",
    async (how) => {
      const stage = openStage();
      const chat = await stage.linkedChat();
      const end = stage.twilio.faults.add({ fault: 'side.down', p: 1, how, account: 'flex' });
      for (let n = 1; n <= 10; n += 1) {
        stage.frontlineAgentWrites(chat, `agent ${n}`);
        await stage.settle(2);
      }
      end();
      await stage.settle(5);

      expect(stage.journal('deferred').length).toBeGreaterThan(0);
      expect(stage.said('flex', chat)).toEqual(numbered('agent', 10));
      expect(stage.said('frontline', chat)).toEqual(numbered('agent', 10));
    },
  );
});

describe('when Twilio says "too many requests"', () => {
  test.each([
    ['after 7 seconds, as it asked', 7, 7],
    ['after a second or two, when it did not say', undefined, 1],
  ])('the message is sent again %s', async (_, retryAfter, atLeast) => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.twilio.counts.reset();
    const said = stage.time.now();
    stage.customerWrites(chat, 'hello');
    const refused = { fault: 'rest.429', p: 1, retryAfter, only: 'POST conversations.messages' } as const;
    await stage.during(refused, 0.01);
    await stage.settle();

    expect(stage.said('frontline', chat)).toEqual(['hello']);
    expect(stage.calls()['frontline POST conversations.messages']).toBe(2);
    expect(((stage.written(chat)[0] ?? 0) - said) / 1000).toBeGreaterThanOrEqual(atLeast);
    expect(((stage.written(chat)[0] ?? 0) - said) / 1000).toBeLessThan(atLeast + 2);
  });
});

describe('when the answer to a message is lost', () => {
  test.each(['hang', 'destroy'] as const)(
    'the message that stands there is found and not sent again (%s)',
    async (loss) => {
      const stage = openStage();
      const chat = await stage.linkedChat();
      stage.twilio.counts.reset();
      stage.customerWrites(chat, 'hello');
      await stage.during({ fault: 'rest.answer-lost', p: 1, loss, only: 'POST conversations.messages' }, 0.01);
      stage.customerWrites(chat, 'are you there?');
      await stage.settle(5);

      expect(stage.said('frontline', chat)).toEqual(['hello', 'are you there?']);
      expect(stage.calls()['frontline POST conversations.messages']).toBe(2);
    },
  );

  test("the message is found although the agent's app replaced its stamp", async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 1_000 });
    stage.customerWrites(chat, 'hello');
    await stage.during({ fault: 'rest.answer-lost', p: 1, loss: 'destroy', only: 'POST conversations.messages' }, 0.01);
    await stage.settle(5);

    expect(stage.said('frontline', chat)).toEqual(['hello']);
    expect(stage.said('flex', chat)).toEqual(['hello']);
  });

  test.each(['edited', 'removed'] as const)(
    'the message is found although its stamp was replaced and its source %s',
    async (then) => {
      const stage = openStage();
      const chat = await stage.linkedChat();
      stage.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 0 });
      const { sid } = stage.customerWrites(chat, 'hello');
      await stage.during(
        { fault: 'rest.answer-lost', p: 1, loss: 'destroy', only: 'POST conversations.messages' },
        0.01,
      );
      if (then === 'edited') stage.twilio.customer.edits(chat.channel, sid, 'better');
      else stage.twilio.customer.deletes(chat.channel, sid);
      await stage.settle(10);

      const left = then === 'edited' ? ['better'] : [];
      expect(stage.said('frontline', chat)).toEqual(left);
      expect(stage.said('flex', chat)).toEqual(left);
    },
  );

  test('a message that does not stand there is sent once', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.customerWrites(chat, 'hello');
    await stage.during({ fault: 'rest.5xx-before', p: 1, status: 500, only: 'POST conversations.messages' }, 0.01);
    await stage.settle(5);

    expect(stage.twilio.faults.counts()['rest.5xx-before']).toBe(1);
    expect(stage.said('frontline', chat)).toEqual(['hello']);
  });

  test.each(['hang', 'destroy'] as const)(
    'a message that comes to stand there late, within the time of settling, stands there once (%s)',
    async (loss) => {
      for (let seed = 1; seed <= 4; seed += 1) {
        const stage = openStage({ seed });
        const chat = await stage.linkedChat();
        stage.customerWrites(chat, 'hello');
        await stage.during(
          { fault: 'rest.late-commit', p: 1, loss, maxMs: 30_000, only: 'POST conversations.messages' },
          0.01,
        );
        stage.frontlineAgentWrites(chat, 'anybody?');
        await stage.settle(5);

        expect(stage.twilio.faults.counts()['rest.late-commit']).toBe(1);
        // Once, and not twice and one of them taken away again.
        expect(stage.calls()['frontline POST conversations.messages']).toBe(1);
        expect([...stage.said('frontline', chat)].sort()).toEqual(['anybody?', 'hello']);
        expect([...stage.said('flex', chat)].sort()).toEqual(['anybody?', 'hello']);
      }
    },
  );

  test('a second function that is given the same message meanwhile waits for it to settle, too', async () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const stage = openStage({ seed });
      const chat = await stage.linkedChat();
      stage.setFaults({ ...CALM, twin: 1 });
      stage.customerWrites(chat, 'hello');
      const only = 'POST conversations.messages';
      await stage.during({ fault: 'rest.late-commit', p: 1, loss: 'destroy', maxMs: 30_000, only }, 0.01);
      await stage.settle(5);

      expect(stage.twilio.faults.counts()['rest.late-commit']).toBe(1);
      expect(stage.calls()['frontline POST conversations.messages']).toBe(1);
      expect(stage.said('frontline', chat)).toEqual(['hello']);
    }
  });

  test.each(['answer lost', 'nothing done'])('the same holds on the way to Flex (%s)', async (what) => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.frontlineAgentWrites(chat, 'hello');
    const only = 'POST chat.messages';
    if (what === 'answer lost') await stage.during({ fault: 'rest.answer-lost', p: 1, loss: 'hang', only }, 0.01);
    else await stage.during({ fault: 'rest.5xx-before', p: 1, status: 502, only }, 0.01);
    await stage.settle(5);

    expect(stage.said('flex', chat)).toEqual(['hello']);
    expect(stage.said('frontline', chat)).toEqual(['hello']);
  });
});

describe('a message that Twilio will never take', () => {
  /** Its line of text would be longer than a message may be (error 50504). */
  const secret = 'S'.repeat(33_000);
  const file = { filename: secret, contentType: 'image/png', size: 1 };

  const parkedList = async (stage: Stage) => (await stage.store.list('parked', { limit: 10 })).items;

  test.each([
    ['its own webhook', false],
    ['the one after it', true],
  ])('lets the chat go on, and stands in the dead-letter queue without its text (found by %s)', async (_, lost) => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const conversation = stage.conversation(chat).sid;
    stage.frontlineAgentWrites(chat, 'before');
    const end = lost ? stage.twilio.faults.add({ fault: 'webhook.lost', p: 1 }) : () => {};
    const { sid, index } = stage.twilio.frontlineAgent.sends(ann.email, conversation, file);
    end();
    stage.frontlineAgentWrites(chat, 'after');
    await stage.settle(5);

    expect(stage.said('flex', chat)).toEqual(['before', 'after']);
    expect(stage.journal('parked(refused)')).toHaveLength(1);
    const dead = await stage.dead('frontline-events');
    expect(dead.map(({ reason, group }) => [reason, group])).toEqual([['refused', conversation]]);
    expect(decodeEnvelope(dead[0]?.body ?? '')?.work).toMatchObject({
      kind: 'parked',
      parked: { pair: `flex#${chat.channel}`, lane: 'toFlex', sid, index, reason: 'refused', code: 50504 },
    });
    expect(dead[0]?.body).not.toContain('SSSS');
    expect(await parkedList(stage)).toMatchObject([
      {
        ...ledgerKey(pairId('flex', chat.channel), 'toFlex', sid),
        [LEDGER.state]: 'parked',
        reason: 'refused',
        index,
        code: 50504,
      },
    ]);
    expect(JSON.stringify(await parkedList(stage))).not.toContain('SSSS');
  });

  test('of the customer is parked on the way to Frontline just so', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.customerWrites(chat, 'before');
    const { sid } = stage.twilio.customer.sends(chat.channel, file);
    stage.customerWrites(chat, 'after');
    await stage.settle(5);

    const people = stage.said('frontline', chat).filter((text) => !text.startsWith('[Bridge]'));
    expect(people).toEqual(['before', 'after']);
    expect((await stage.dead('flex-events')).map(({ reason }) => reason)).toEqual(['refused']);
    expect(await parkedList(stage)).toMatchObject([
      { sk: ledgerKey(pairId('flex', chat.channel), 'toFrontline', sid).sk, [LEDGER.state]: 'parked', code: 50504 },
    ]);
  });

  test('is not tried again by anything that comes later', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const end = stage.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 30 * 60_000 });
    stage.twilio.customer.sends(chat.channel, file);
    end();
    await stage.settle(60);

    expect(await stage.dead('flex-events')).toHaveLength(1);
  });
});
