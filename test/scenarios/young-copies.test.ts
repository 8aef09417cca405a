/** What one read does not show is not taken for deleted while it is young enough to be missing there. */
import { describe, expect, test } from '@jest/globals';
import type { AccountName } from '../../local-twilio/model.ts';
import { AGENTS, type ScenarioHarness, scenarioHarness } from './harness.ts';

const SECOND = 1 / 60;

/** For a while, what this account shows is up to five seconds old. @returns ends it */
const isBehind = (harness: ScenarioHarness, account: AccountName): (() => void) => {
  const ends = (['list.stale', 'read.stale'] as const).map((fault) =>
    harness.twilio.faults.add({
      ...{ fault, p: 1, maxMs: 5_000, hides: true, account },
      only: account === 'flex' ? 'GET chat.message' : 'GET conversations.message',
    }),
  );
  return () => {
    for (const end of ends) end();
  };
};

describe('an edit that waits for Twilio', () => {
  test.each([
    ['reads as it was', false],
    ['is missing in reads', true],
  ])('takes no copy away while its message %s', async (_, behind) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.customerWrites(chat, 'hello');
    await harness.settle(3);
    harness.customerWrites(chat, 'question');
    await harness.settle(0.5 * SECOND);
    const copy = harness.transcript('frontline', chat).find(({ body }) => body === 'question');
    // Somebody changes the copy, and the write that puts it back meets one 503.
    harness.twilio.faults.add({
      ...{ fault: 'rest.5xx-before', status: 503, p: 1, times: 1, account: 'frontline' },
      only: 'POST conversations.message',
      at: copy?.sid,
    });
    const conversation = harness.conversation(chat).sid;
    harness.twilio.frontlineAgent.edits(AGENTS.ann.email, conversation, copy?.sid ?? '', 'never said');
    await harness.settle(SECOND);
    const catchesUp = behind ? isBehind(harness, 'flex') : () => {};
    harness.sweepNow();
    await harness.settle(2 * SECOND);
    catchesUp();
    await harness.settle(5);
    expect(harness.said('flex', chat)).toEqual(['hello', 'question']);
    expect(harness.said('frontline', chat)).toEqual(['hello', 'question']);
  });

  test('of a message that is deleted takes its copy away all the same', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const { sid } = harness.customerWrites(chat, 'question');
    await harness.settle(0.5 * SECOND);
    harness.twilio.faults.add({
      ...{ fault: 'rest.5xx-before', status: 503, p: 1, times: 1, account: 'frontline' },
      only: 'DELETE conversations.message',
    });
    harness.twilio.customer.deletes(chat.channel, sid);
    await harness.settle(5);
    expect(harness.said('frontline', chat)).toEqual([]);
  });
});

describe('a copy of what was said long before the accept', () => {
  // Which reads are how far behind differs by seed.
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
  test.each(seeds)('is not taken for deleted while it is young itself (seed %i)', async (seed) => {
    const harness = scenarioHarness({ seed });
    const chat = harness.begins();
    const { sid } = harness.customerWrites(chat, 'question');
    // He waits for an agent.
    await harness.settle(3.5);
    const catchesUp = isBehind(harness, 'frontline');
    harness.accepts(chat);
    await harness.settle(2 * SECOND);
    // The sweep compares once what was just linked.
    harness.sweepNow();
    await harness.settle(3 * SECOND);
    catchesUp();
    await harness.settle(5);
    harness.twilio.customer.edits(chat.channel, sid, 'a better question');
    await harness.settle(1);
    expect(harness.said('frontline', chat)).toEqual(['a better question']);
  });
});
