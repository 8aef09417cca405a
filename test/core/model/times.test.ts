/** What must hold between the times and limits of core, its adapters and its settings: each test's name says why. */
import { describe, expect, test } from '@jest/globals';
import { MAX_RECEIVE_COUNT } from '../../../lib/constructs/event-queue.ts';
import { FUNCTIONS } from '../../../lib/functions.ts';
import { toExpression } from '../../../src/adapters/dynamodb/expression.ts';
import { TIMES } from '../../../src/contract.ts';
import { doubtEndsAt, dueBy } from '../../../src/core/forward/row.ts';
import { redeliveryDelay, retryDelay } from '../../../src/core/model/retry-delay.ts';
import * as times from '../../../src/core/model/times.ts';
import {
  ASKED_SECONDS,
  FORWARD_SECONDS,
  laneAttributes,
  OFF_LIST,
  TICKET_SECONDS,
} from '../../../src/core/state/items.ts';
import { createWebhook } from '../../../src/edge/routes.ts';
import { readSettings } from '../../../src/runtime/settings.ts';
import { config, secrets } from '../../edge/harness.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

const environment = {
  ACCOUNT_SID: `AC${'a'.repeat(32)}`,
  CHAT_SERVICE_SID: `IS${'a'.repeat(32)}`,
  FRONTLINE_ACCOUNT_SID: `AC${'b'.repeat(32)}`,
  CONVERSATION_SERVICE_SID: `IS${'b'.repeat(32)}`,
};
/** As a deployment has them that sets neither. */
const { settleMs, leaseMs } = readSettings(environment);
const requestMs = times.requestMsFor(leaseMs);
const { least: shortestLease, most: longestLease } = times.LEASE_SECONDS;

const functionMs = TIMES.functionTimeout * SECOND;
const visibilityMs = TIMES.visibility * SECOND;
const sweepEveryMs = TIMES.sweepEvery * SECOND;
const sweepTimeoutMs = TIMES.sweepTimeout * SECOND;

describe('one call', () => {
  test('a lease can be set no shorter and no longer than the relations below are asserted for', () => {
    const withLease = (seconds: number) => readSettings({ ...environment, LEASE_SECONDS: String(seconds) }).leaseMs;
    expect(withLease(shortestLease)).toBe(shortestLease * SECOND);
    expect(withLease(longestLease)).toBe(longestLease * SECOND);
    expect(() => withLease(shortestLease / 2)).toThrow('LEASE_SECONDS');
    expect(() => withLease(longestLease + 1)).toThrow('LEASE_SECONDS');
  });

  test('a lease is long enough for its writes and then a whole call, or its last check would begin none', () => {
    for (const seconds of [shortestLease, leaseMs / SECOND, longestLease])
      expect(times.requestMsFor(seconds * SECOND)).toBeLessThanOrEqual((seconds * SECOND) / 2);
    expect(requestMs).toBe(times.REQUEST_MS);
  });

  test('a message is begun only where a whole call and the wait for the other lane fit before the deadline', () => {
    const accounting = times.ACCOUNTING_LOOKS.times * times.ACCOUNTING_LOOKS.everyMs;
    expect(accounting + times.REQUEST_MS).toBeLessThan(times.LEAST_DELIVERY_MS);
  });

  test('a function that starts has time for a message before it must report', () => {
    expect(times.LEAST_DELIVERY_MS + times.DEADLINE_MARGIN_MS).toBeLessThan(functionMs);
  });

  test('what a function holds when it is cut off is free again before its messages come back', () => {
    for (const lease of [leaseMs, longestLease * SECOND]) expect(functionMs + lease).toBeLessThan(visibilityMs);
  });

  test('a consumer that stops in time can tell SQS when messages come again, even if only the last try succeeds', () => {
    expect(longestSqsCall()).toBeLessThanOrEqual(3_500);
    expect(longestSqsCall()).toBeLessThan(times.DEADLINE_MARGIN_MS);
  });

  test('all tries of a write to DynamoDB fit into the time of the function', () => {
    const { tries, requestMs: tryMs } = times.DYNAMODB_CALL;
    expect(tries * tryMs + times.DEADLINE_MARGIN_MS).toBeLessThan(functionMs);
  });

  test('a webhook is answered before Twilio gives up, before its function is cut off, and after the tries of SQS', () => {
    const answered = answerWithinMs();
    expect(answered).toBeGreaterThan(longestSqsCall());
    expect(answered).toBeLessThan(4 * SECOND);
    // https://www.twilio.com/docs/api/errors/50076
    expect(answered).toBeLessThan(5 * SECOND);
    expect(answered).toBeLessThan(FUNCTIONS.Webhook.timeoutSeconds * SECOND);
  });

  test('the functions have the times of the contract', () => {
    for (const name of ['ReplicateFlex', 'ReplicateFrontline', 'Forward'] as const)
      expect(FUNCTIONS[name].timeoutSeconds).toBe(TIMES.functionTimeout);
    expect(FUNCTIONS.Sweep.timeoutSeconds).toBe(TIMES.sweepTimeout);
  });
});

/** Tries, and the pauses of the SDK's standard retry between them: at most 100 ms, then at most 200. */
const longestSqsCall = (): number => {
  const { tries, requestMs: tryMs } = times.SQS_CALL;
  const pauses = Array.from({ length: tries - 1 }, (_, n) => 100 * 2 ** n);
  return tries * tryMs + pauses.reduce((sum, pause) => sum + pause, 0);
};

/** The time that the edge gives itself. */
const answerWithinMs = (): number => {
  let given = Number.NaN;
  const webhook = createWebhook({
    queues: { send: async () => {} },
    journal: () => {},
    clock: { now: () => 0 },
    config,
    secrets: async () => secrets,
    deadline: (ms) => {
      given = ms;
      return () => {};
    },
  });
  void webhook(new Request('https://bridge.example.com/'));
  return given;
};

/** A row of the forwarder whose try began now, so long after the first one. */
const triedAt = (after: number) => ({
  state: 'trying' as const,
  ...{ since: 0, fence: 1, again: 0, until: after + leaseMs, settlesAt: after + leaseMs + settleMs },
});

describe('settling', () => {
  test('SQS can hide a message until the longest lease is over and its call has settled', () => {
    const longest = longestLease + times.SETTLE_SECONDS.most;
    expect(longest).toBeLessThan(times.LONGEST_VISIBILITY_SECONDS - TIMES.visibility);
  });

  test('an event whose call got no answer is settled before patience with it is over', () => {
    expect(leaseMs + settleMs).toBeLessThan(times.PATIENCE_MS);
  });

  test('what Twilio itself answered settles no later than what it did not, and is looked for on the way', () => {
    const { least, most, default: usual } = times.ANSWERED_SETTLE_SECONDS;
    expect(usual).toBeLessThan(times.SETTLE_SECONDS.default);
    expect({ least, most }).toEqual({ least: times.SETTLE_SECONDS.least, most: times.SETTLE_SECONDS.most });
    expect(times.LOOK_EVERY_AT_MOST_MS).toBeLessThan(usual * SECOND);
  });

  test('a side that is back is asked, and its chats come again, within fifteen seconds', () => {
    expect(times.BREAKER_PROBE_MS).toBeLessThan(times.BREAKER_OPEN_MS);
    expect(times.BREAKER_OPEN_MS + times.LOOK_EVERY_AT_MOST_MS).toBeLessThan(15 * SECOND);
    expect(retryDelay(99) * SECOND).toBe(times.LOOK_EVERY_AT_MOST_MS);
  });

  test('a copy that may still be settling is not taken for gone', () => {
    expect(settleMs).toBeLessThanOrEqual(times.SURELY_VISIBLE_MS);
  });

  test('a forward that may still be settling is not recalled, and its line is alive', () => {
    expect(leaseMs + settleMs).toBeLessThan(times.FORWARD_RECENT_MS);
    expect(dueBy(triedAt(0))).toBeGreaterThan(leaseMs + settleMs);
  });
});

describe('lists', () => {
  test('what all looks at one message miss, a list may still show: a hole is waited for longer', () => {
    const looked = times.LOOKS * times.LOOK_AGAIN_SECONDS * SECOND;
    expect(looked).toBeLessThan(times.SURELY_VISIBLE_MS);
    expect(times.SURELY_VISIBLE_MS).toBeLessThan(times.GONE_AFTER_MS);
  });

  test("a link looks for its origin's pair no longer than until the origin's sweep", () => {
    expect(times.ORIGIN_LOOKS * times.LOOK_AGAIN_SECONDS).toBeLessThan(TIMES.sweepEvery);
  });

  test('a hole is listed by several sweeps before it is dropped', () => {
    expect(times.GONE_AFTER_MS).toBeGreaterThan(5 * sweepEveryMs);
  });

  test('the pages of members that are read hold as many as a container can', () => {
    // https://www.twilio.com/docs/conversations/conversations-limits
    expect(times.MEMBER_PAGES * times.TWILIO_PAGE).toBeGreaterThanOrEqual(1_000);
  });

  test('an answer may be as long as a page of the longest texts and attributes, each character escaped', () => {
    const [text, attributes] = [32 * 1024, 4 * 1024];
    expect(times.TWILIO_PAGE * 6 * (text + attributes)).toBeLessThan(times.LARGEST_ANSWER_BYTES);
  });

  test('the slack between clocks covers times that are given by the second', () => {
    expect(times.CLOCK_SLACK_MS).toBeGreaterThan(times.LISTED_TIME_MS);
  });
});

describe('patience', () => {
  test('no pause between two tries is so long that patience ends after a few', () => {
    const longest = Math.max(
      ...[1, 10, 1_000].flatMap((attempts) => [retryDelay(attempts), redeliveryDelay(attempts)]),
    );
    expect(10 * longest * SECOND).toBeLessThan(times.PATIENCE_MS);
  });

  test('the breaker finds out many times whether a side is back before patience ends', () => {
    expect(10 * times.BREAKER_OPEN_MS).toBeLessThan(times.PATIENCE_MS);
    expect(times.BREAKER_PROBING_MS).toBeLessThan(times.REQUEST_MS);
  });

  test('an outage of a minute, found out late, ends before events are deferred at once; a long one does not', () => {
    expect(times.SIDE_DOWN_MS).toBeGreaterThanOrEqual(MINUTE + 2 * times.BREAKER_OPEN_MS + requestMs);
    expect(times.SIDE_DOWN_MS).toBeLessThan(times.PATIENCE_MS / 2);
  });

  test('the tries after which a message may be given up fit into the time after which it may be', () => {
    const pauses = Array.from({ length: times.GIVE_UP.tries }, (_, n) => retryDelay(n + 1) * SECOND);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(times.GIVE_UP.afterMs);
  });

  test('what a stuck lane copied before it got stuck does not count as getting through', () => {
    expect(times.GOT_THROUGH_WITHIN_MS).toBeLessThan(times.GIVE_UP.afterMs);
  });

  test('a lane is tried by the sweep, too, before one of its messages is given up', () => {
    expect(times.PATIENCE_MS + sweepEveryMs).toBeLessThan(times.GIVE_UP.afterMs);
  });

  test('one message a second, for four minutes, is more than a person types', () => {
    expect(times.PACE.withinMs / times.PACE.messages).toBeLessThanOrEqual(SECOND);
    expect(times.PACE.withinMs).toBeGreaterThanOrEqual(4 * MINUTE);
  });

  test('a held pair rests for longer than it took to be held', () => {
    expect(times.HELD_MS).toBeGreaterThan(times.PACE.withinMs);
  });

  test("an operator's command can hear how its job ended, for patience with the job ends before the ticket is gone", () => {
    expect(times.PATIENCE_MS).toBeLessThan(TICKET_SECONDS * SECOND);
    expect(times.TICKET_LOOK_EVERY_MS).toBeLessThan(times.JOB_ENDS_WITHIN_MS);
  });
});

describe('the sweep', () => {
  const { active, quiet } = times.SWEEP_SHARE;
  const { SWEEP_PACE_MS: pace, SWEEP_READS: reads } = times;
  const activeMs = active * pace.active;
  const quietMs = quiet * pace.quiet;

  test('a run compares its share of either kind before it must end', () => {
    expect(activeMs).toBeLessThan(times.SWEEP_END_MS.active);
    expect(activeMs + quietMs).toBeLessThan(times.SWEEP_END_MS.quiet);
  });

  test('the active pairs leave the quiet ones time', () => {
    expect(times.SWEEP_END_MS.active).toBeLessThan(times.SWEEP_END_MS.quiet);
  });

  test('a run begins no pair without its lease, which is over within the minute', () => {
    expect(times.SWEEP_END_MS.quiet).toBeLessThan(times.SWEEP_LEASE_MS);
    expect(times.SWEEP_LEASE_MS).toBeLessThan(sweepEveryMs);
  });

  test("a run is over, with the calls under way, before its function is cut off, and so is a killed one's lease", () => {
    const accepts = times.ACCEPTS_MS + requestMs;
    expect(accepts + times.SWEEP_END_MS.quiet + requestMs).toBeLessThan(sweepTimeoutMs);
    expect(accepts + times.SWEEP_LEASE_MS).toBeLessThan(sweepTimeoutMs);
  });

  test('a run that was killed costs the next one at most, not the one after', () => {
    expect(times.ACCEPTS_MS + requestMs + times.SWEEP_LEASE_MS).toBeLessThan(2 * sweepEveryMs);
  });

  test('a run begins no pair when the next one asks for accepts, so that their reads do not add up', () => {
    expect(times.ACCEPTS_MS + times.SWEEP_END_MS.quiet).toBeLessThanOrEqual(sweepEveryMs);
  });

  test.each(['active', 'quiet'] as const)('as a rule no second sees more than 40 reads of %s pairs', (kind) => {
    expect((reads[kind] * SECOND) / pace[kind]).toBeLessThanOrEqual(40);
    expect(SECOND / times.ACCEPT_PACE_MS).toBeLessThan(34);
    expect(times.SWEEP_CATCH_UP).toBeLessThan(1);
  });

  test('2 000 active pairs are compared in five minutes, and 10 000 quiet ones in an hour', () => {
    expect(2_000 / active).toBeLessThanOrEqual(5);
    expect(10_000 / quiet).toBeLessThanOrEqual(60);
    expect(SECOND / times.PRESENCE_PACE_MS).toBeLessThan(34);
  });

  test('a run that begins asks about accepts when the one before asks nothing about agents any more', () => {
    expect(times.PRESENCE_END_MS).toBeLessThanOrEqual(sweepEveryMs);
    expect(times.PRESENCE_END_MS + requestMs).toBeLessThan(sweepTimeoutMs);
  });

  test('a run has time for all the users that it asks about, though pairs take what they may', () => {
    const fullMs = activeMs + quietMs;
    expect(fullMs + times.USERS_A_RUN * times.PRESENCE_PACE_MS + requestMs / 2).toBeLessThan(times.PRESENCE_END_MS);
  });

  test('jobs for agents cost less than their share of the minute', () => {
    const callsOfAJob = 6;
    expect((times.PRESENCE_JOBS * callsOfAJob * SECOND) / sweepEveryMs).toBeLessThanOrEqual(5);
  });

  test('pairs that are compared once cost no second more than 40 reads besides', () => {
    const jobs = 2;
    const readsOfAJob = 2;
    expect((jobs * readsOfAJob * SECOND) / times.SENT_BY_AND_BY_MS).toBeLessThanOrEqual(40);
  });

  test('links that are finished and accepts that waited leave a third of the new chats of a second to others', () => {
    const ways = 2;
    expect((ways * SECOND) / times.SENT_BY_AND_BY_MS).toBeLessThanOrEqual((times.TWILIO_NEW_CHATS_A_SECOND * 2) / 3);
  });

  test('the pause for what is found makes room for a few reads more', () => {
    expect(times.SWEEP_REPAIR_MS).toBeGreaterThanOrEqual(3 * (pace.active / reads.active));
  });

  test('a run can ask about accepts as often as it may in its time for them, and asks five times a second on average', () => {
    expect(times.ACCEPT_READS * times.ACCEPT_PACE_MS).toBeLessThanOrEqual(times.ACCEPTS_MS);
    expect(times.ACCEPT_READS / TIMES.sweepEvery).toBeLessThanOrEqual(5);
  });

  test('2 000 active pairs are compared within 5 minutes, 10 000 quiet ones within 60 (docs/guarantee.md)', () => {
    const minutes = (pairs: number, share: number) => Math.ceil(pairs / share) * (sweepEveryMs / MINUTE);
    expect(minutes(2_000, active)).toBeLessThanOrEqual(5);
    expect(minutes(10_000, quiet)).toBeLessThanOrEqual(60);
  });

  test('what is known of a task is written anew before it is forgotten', () => {
    expect(times.ACCEPT_AGAIN_MS.least).toBeLessThan(times.ACCEPT_AGAIN_MS.most);
    expect(2 * times.ACCEPT_AGAIN_MS.most).toBeLessThan(ASKED_SECONDS * SECOND);
  });
});

describe('the forwarder', () => {
  test('what became of a forward is known until no event of it can come and no sweep recalls it', () => {
    // What the queues keep is asserted in test/stack/template.test.ts.
    expect(times.FORWARD_RECALL_MS).toBeLessThan(FORWARD_SECONDS * SECOND);
  });

  test('a message is recalled until long after its SMS is pointless, or nothing would say that it was never sent', () => {
    expect(times.FORWARD_POINTLESS_MS + DAY).toBeLessThan(times.FORWARD_RECALL_MS);
  });

  test('a lost SMS is found while its pair is compared every few minutes and the SMS is not pointless yet', () => {
    expect(times.ACTIVE_MS).toBeGreaterThanOrEqual(times.FORWARD_POINTLESS_MS);
    expect(times.FORWARD_RECENT_MS + 5 * MINUTE).toBeLessThan(times.FORWARD_POINTLESS_MS);
  });

  test('a message is not recalled while a killed function still has it', () => {
    expect(functionMs + visibilityMs).toBeLessThan(times.FORWARD_RECENT_MS);
  });

  test('a line is called dead only after its messages could be recalled', () => {
    expect(times.FORWARD_RECENT_MS).toBeLessThan(times.PATIENCE_MS + times.FORWARD_ALIVE_MS);
  });

  test('a line is alive until patience with a look-up of its head is over, however long its head has been tried', () => {
    for (const hours of [0, 1, 20]) {
      const row = triedAt(hours * 60 * MINUTE);
      expect(dueBy(row)).toBe(doubtEndsAt(row));
      expect(doubtEndsAt(row)).toBeGreaterThanOrEqual(row.settlesAt + times.PATIENCE_MS);
    }
  });

  test('by then whoever holds it has come again: after the longest wait, and a delivery that was killed', () => {
    const longest = Math.max(times.FORWARD_RECEIVES.thenEverySeconds, retryDelay(99), redeliveryDelay(99)) * SECOND;
    expect(longest + functionMs + visibilityMs).toBeLessThan(times.FORWARD_ALIVE_MS);
  });

  test('its line holds for a day before its queue has handed it out too often, twins and kills among that', () => {
    const { hurried, thenEverySeconds } = times.FORWARD_RECEIVES;
    const receives = hurried + times.FORWARD_POINTLESS_MS / (thenEverySeconds * SECOND);
    expect(receives).toBeLessThan(MAX_RECEIVE_COUNT * 0.95);
    // Its looks and tries of the first minutes are not among those that are spread over the day.
    expect(hurried * retryDelay(1) * SECOND).toBeGreaterThan(2 * MINUTE);
  });

  test('two answers with an error of its own, one after the other, are over within fifteen seconds', () => {
    const queueRounds = SECOND;
    expect(2 * (times.FORWARD_ANSWERED_MS + queueRounds)).toBeLessThan(15 * SECOND);
    expect(times.FORWARD_ANSWERED_MS).toBeLessThan(settleMs);
    // Looks fall after 0, 1, 2 and 4 s.
    expect(times.FORWARD_ANSWERED_MS).toBeGreaterThan(4 * SECOND);
    expect(times.FORWARD_HARMLESS_MS.least).toBeLessThan(times.FORWARD_HARMLESS_MS.most);
    expect(times.FORWARD_HARMLESS_MS.most).toBeLessThan(times.FORWARD_ANSWERED_MS);
  });

  test('a delivery that waited for a side that asked to be left alone has time left for the post', () => {
    const delivery = functionMs - times.DEADLINE_MARGIN_MS;
    expect(times.FORWARD_WAIT_SECONDS * SECOND + requestMs).toBeLessThan(delivery);
  });
});

describe('numbers at once', () => {
  test('one comparison notes and takes away as much as it may in a single change', () => {
    const others = Object.keys(laneAttributes('toFlex')).length + OFF_LIST.length;
    expect(times.HOLES_AT_ONCE + times.DROPS_AT_ONCE + others).toBeLessThan(times.MOST_PATHS);
  });

  test('the largest change fits into an expression of DynamoDB: 300 operators in 4 KB', () => {
    const entries = Object.fromEntries(Array.from({ length: times.MOST_PATHS - 1 }, (_, n) => [`IM${n}`, n]));
    const put = toExpression({ when: [], put: { holes: entries }, nonce: ['nonce', 'a'] });
    const drop = toExpression({ when: [], drop: { holes: Object.keys(entries) }, nonce: ['nonce', 'a'] });
    for (const { UpdateExpression } of [put, drop]) expect(UpdateExpression.length).toBeLessThanOrEqual(4 * 1024);
    expect(times.MOST_PATHS).toBeLessThanOrEqual(300);
  });
});
