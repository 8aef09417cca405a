import { describe, expect, test } from '@jest/globals';
import { CALM } from '../../sim/plan.ts';
import { decodeEnvelope } from '../../src/core/jobs/envelope.ts';
import { LEDGER, ledgerKey, pairId } from '../../src/core/state/items.ts';
import { AGENTS, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;

const numbered = (who: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${who} ${n + 1}`);

describe('when Frontline is down', () => {
  test.each(['503', 'hang', 'destroy'] as const)(
    'for 20 minutes (%s), messages wait, and all stand there in order when it is back',
    async (how) => {
      const harness = scenarioHarness();
      const chat = await harness.linkedChat();
      const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, how, account: 'frontline' });
      for (let n = 1; n <= 10; n += 1) {
        harness.customerWrites(chat, `customer ${n}`);
        await harness.settle(2);
      }
      const waited = harness.journal('deferred').length;
      end();
      await harness.settle(5);

      expect(waited).toBeGreaterThan(0);
      expect(harness.said('frontline', chat)).toEqual(numbered('customer', 10));
      harness.customerWrites(chat, 'back to normal');
      await harness.settle(0.1);
      expect(harness.said('frontline', chat).at(-1)).toBe('back to normal');
    },
  );

  test('a message is not set aside before 90 seconds are over', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.customerWrites(chat, 'hello?');
    await harness.during({ fault: 'side.down', p: 1, how: '503', account: 'frontline' }, 1.4);
    const ofMessages = () => harness.journal('deferred').filter(({ type }) => type === 'message.added');
    expect(ofMessages()).toEqual([]);
    expect(harness.journal('retried').length).toBeGreaterThan(5);
    await harness.settle(1);

    expect(harness.said('frontline', chat)).toEqual(['hello?']);
    expect(ofMessages()).toEqual([]);
  });

  test('what comes when it has been down for longer is set aside at once, and crosses once it is back', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
    harness.customerWrites(chat, 'hello?');
    await harness.settle(4);
    const ofMessages = () => harness.journal('deferred').filter(({ type }) => type === 'message.added');
    const before = harness.journal('retried').length;
    expect(ofMessages()).toHaveLength(1);
    harness.customerWrites(chat, 'anybody there?');
    await harness.settle(0.05);
    expect(harness.journal('retried').length).toBe(before);
    expect(ofMessages()).toHaveLength(2);
    end();
    await harness.settle(2.5);
    expect(harness.said('frontline', chat)).toEqual(['hello?', 'anybody there?']);
  });

  test('the other direction goes on: what the agent writes reaches Flex', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
    harness.customerWrites(chat, 'a question');
    await harness.settle(1);
    harness.frontlineAgentWrites(chat, 'an answer');
    await harness.settle(1);
    expect(harness.said('flex', chat)).toEqual(['a question', 'an answer']);
    end();
    await harness.settle(5);
    expect(harness.said('frontline', chat)).toEqual(['an answer', 'a question']);
  });
});

describe('when Flex is down', () => {
  test.each(['503', 'hang', 'destroy'] as const)(
    "for 20 minutes (%s), the agent's messages wait, and all stand there in order when it is back",
    async (how) => {
      const harness = scenarioHarness();
      const chat = await harness.linkedChat();
      const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, how, account: 'flex' });
      for (let n = 1; n <= 10; n += 1) {
        harness.frontlineAgentWrites(chat, `agent ${n}`);
        await harness.settle(2);
      }
      end();
      await harness.settle(5);

      expect(harness.journal('deferred').length).toBeGreaterThan(0);
      expect(harness.said('flex', chat)).toEqual(numbered('agent', 10));
      expect(harness.said('frontline', chat)).toEqual(numbered('agent', 10));
    },
  );
});

describe('when Twilio says "too many requests"', () => {
  test.each([
    ['after 7 seconds, as it asked', 7, 7],
    ['after a second or two, when it did not say', undefined, 1],
  ])('the message is sent again %s', async (_, retryAfter, atLeast) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.counts.reset();
    const said = harness.time.now();
    harness.customerWrites(chat, 'hello');
    const refused = { fault: 'rest.429', p: 1, retryAfter, only: 'POST conversations.messages' } as const;
    await harness.during(refused, 0.01);
    await harness.settle();

    expect(harness.said('frontline', chat)).toEqual(['hello']);
    expect(harness.calls()['frontline POST conversations.messages']).toBe(2);
    expect(((harness.written(chat)[0] ?? 0) - said) / 1000).toBeGreaterThanOrEqual(atLeast);
    expect(((harness.written(chat)[0] ?? 0) - said) / 1000).toBeLessThan(atLeast + 2);
  });
});

describe('when the answer to a message is lost', () => {
  test.each(['hang', 'destroy'] as const)(
    'the message that stands there is found and not sent again (%s)',
    async (loss) => {
      const harness = scenarioHarness();
      const chat = await harness.linkedChat();
      harness.twilio.counts.reset();
      harness.customerWrites(chat, 'hello');
      await harness.during({ fault: 'rest.answer-lost', p: 1, loss, only: 'POST conversations.messages' }, 0.01);
      harness.customerWrites(chat, 'are you there?');
      await harness.settle(5);

      expect(harness.said('frontline', chat)).toEqual(['hello', 'are you there?']);
      expect(harness.calls()['frontline POST conversations.messages']).toBe(2);
    },
  );

  test("the message is found although the agent's app replaced its stamp", async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 1_000 });
    harness.customerWrites(chat, 'hello');
    await harness.during(
      { fault: 'rest.answer-lost', p: 1, loss: 'destroy', only: 'POST conversations.messages' },
      0.01,
    );
    await harness.settle(5);

    expect(harness.said('frontline', chat)).toEqual(['hello']);
    expect(harness.said('flex', chat)).toEqual(['hello']);
  });

  test.each(['edited', 'removed'] as const)(
    'the message is found although its stamp was replaced and its source %s',
    async (then) => {
      const harness = scenarioHarness();
      const chat = await harness.linkedChat();
      harness.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 0 });
      const { sid } = harness.customerWrites(chat, 'hello');
      await harness.during(
        { fault: 'rest.answer-lost', p: 1, loss: 'destroy', only: 'POST conversations.messages' },
        0.01,
      );
      if (then === 'edited') harness.twilio.customer.edits(chat.channel, sid, 'better');
      else harness.twilio.customer.deletes(chat.channel, sid);
      await harness.settle(10);

      const left = then === 'edited' ? ['better'] : [];
      expect(harness.said('frontline', chat)).toEqual(left);
      expect(harness.said('flex', chat)).toEqual(left);
    },
  );

  test('a message that does not stand there is sent once', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.customerWrites(chat, 'hello');
    await harness.during({ fault: 'rest.5xx-before', p: 1, status: 500, only: 'POST conversations.messages' }, 0.01);
    await harness.settle(5);

    expect(harness.twilio.faults.counts()['rest.5xx-before']).toBe(1);
    expect(harness.said('frontline', chat)).toEqual(['hello']);
  });

  test.each(['hang', 'destroy'] as const)(
    'a message that comes to stand there late, within the time of settling, stands there once (%s)',
    async (loss) => {
      for (let seed = 1; seed <= 4; seed += 1) {
        const harness = scenarioHarness({ seed });
        const chat = await harness.linkedChat();
        harness.customerWrites(chat, 'hello');
        await harness.during(
          { fault: 'rest.late-commit', p: 1, loss, maxMs: 30_000, only: 'POST conversations.messages' },
          0.01,
        );
        harness.frontlineAgentWrites(chat, 'anybody?');
        await harness.settle(5);

        expect(harness.twilio.faults.counts()['rest.late-commit']).toBe(1);
        // Once, and not twice and one of them taken away again.
        expect(harness.calls()['frontline POST conversations.messages']).toBe(1);
        expect([...harness.said('frontline', chat)].sort()).toEqual(['anybody?', 'hello']);
        expect([...harness.said('flex', chat)].sort()).toEqual(['anybody?', 'hello']);
      }
    },
  );

  test('a second function that is given the same message meanwhile waits for it to settle, too', async () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const harness = scenarioHarness({ seed });
      const chat = await harness.linkedChat();
      harness.setFaults({ ...CALM, twin: 1 });
      harness.customerWrites(chat, 'hello');
      const only = 'POST conversations.messages';
      await harness.during({ fault: 'rest.late-commit', p: 1, loss: 'destroy', maxMs: 30_000, only }, 0.01);
      await harness.settle(5);

      expect(harness.twilio.faults.counts()['rest.late-commit']).toBe(1);
      expect(harness.calls()['frontline POST conversations.messages']).toBe(1);
      expect(harness.said('frontline', chat)).toEqual(['hello']);
    }
  });

  test.each(['answer lost', 'nothing done'])('the same holds on the way to Flex (%s)', async (what) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.frontlineAgentWrites(chat, 'hello');
    const only = 'POST chat.messages';
    if (what === 'answer lost') await harness.during({ fault: 'rest.answer-lost', p: 1, loss: 'hang', only }, 0.01);
    else await harness.during({ fault: 'rest.5xx-before', p: 1, status: 502, only }, 0.01);
    await harness.settle(5);

    expect(harness.said('flex', chat)).toEqual(['hello']);
    expect(harness.said('frontline', chat)).toEqual(['hello']);
  });
});

describe('a message that Twilio will never take', () => {
  /** Its line of text would be longer than a message may be (error 50504). */
  const secret = 'S'.repeat(33_000);
  const file = { filename: secret, contentType: 'image/png', size: 1 };

  const parkedList = async (harness: ScenarioHarness) => (await harness.store.list('parked', { limit: 10 })).items;

  test.each([
    ['its own webhook', false],
    ['the one after it', true],
  ])('lets the chat go on, and stands in the dead-letter queue without its text (found by %s)', async (_, lost) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const conversation = harness.conversation(chat).sid;
    harness.frontlineAgentWrites(chat, 'before');
    const end = lost ? harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 }) : () => {};
    const { sid, index } = harness.twilio.frontlineAgent.sends(ann.email, conversation, file);
    end();
    harness.frontlineAgentWrites(chat, 'after');
    await harness.settle(5);

    expect(harness.said('flex', chat)).toEqual(['before', 'after']);
    expect(harness.journal('parked(refused)')).toHaveLength(1);
    const dead = await harness.dead('frontline-events');
    expect(dead.map(({ reason, group }) => [reason, group])).toEqual([['refused', conversation]]);
    expect(decodeEnvelope(dead[0]?.body ?? '')?.work).toMatchObject({
      kind: 'parked',
      parked: { pair: `flex#${chat.channel}`, lane: 'toFlex', sid, index, reason: 'refused', code: 50504 },
    });
    expect(dead[0]?.body).not.toContain('SSSS');
    expect(await parkedList(harness)).toMatchObject([
      {
        ...ledgerKey(pairId('flex', chat.channel), 'toFlex', sid),
        [LEDGER.state]: 'parked',
        reason: 'refused',
        index,
        code: 50504,
      },
    ]);
    expect(JSON.stringify(await parkedList(harness))).not.toContain('SSSS');
  });

  test('of the customer is parked on the way to Frontline just so', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.customerWrites(chat, 'before');
    const { sid } = harness.twilio.customer.sends(chat.channel, file);
    harness.customerWrites(chat, 'after');
    await harness.settle(5);

    const people = harness.said('frontline', chat).filter((text) => !text.startsWith('[Bridge]'));
    expect(people).toEqual(['before', 'after']);
    expect((await harness.dead('flex-events')).map(({ reason }) => reason)).toEqual(['refused']);
    expect(await parkedList(harness)).toMatchObject([
      { sk: ledgerKey(pairId('flex', chat.channel), 'toFrontline', sid).sk, [LEDGER.state]: 'parked', code: 50504 },
    ]);
  });

  test('is not tried again by anything that comes later', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const end = harness.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 30 * 60_000 });
    harness.twilio.customer.sends(chat.channel, file);
    end();
    await harness.settle(60);

    expect(await harness.dead('flex-events')).toHaveLength(1);
  });
});
