import { expect, test } from '@jest/globals';
import { lookDelay, redeliveryDelay, retryDelay } from '../../../src/core/model/retry-delay.ts';

test("a chat's own waits grow to eight seconds", () => {
  expect([1, 2, 3, 4, 5, 200].map(retryDelay)).toEqual([1, 2, 4, 8, 8, 8]);
  expect([1, 2, 3, 7, 8].map(redeliveryDelay)).toEqual([1, 2, 4, 60, 60]);
});

/** When looks fall, in seconds, each so long after the one before as it says. */
const looks = (settleSeconds: number, lag = 0): readonly number[] => {
  const at = [0];
  for (let now = 0; now < settleSeconds; at.push(now))
    now += lookDelay(now * 1_000, (settleSeconds - now) * 1_000) + lag;
  return at;
};

test('a copy is looked for at once, after 1, 2, 4, 8, 16 s, then every eight, and when it is settled', () => {
  expect(looks(60)).toEqual([0, 1, 2, 4, 8, 16, 24, 32, 40, 48, 56, 60]);
  expect(looks(10)).toEqual([0, 1, 2, 4, 8, 10]);
});

test('a late look is followed by the next one in time, and none comes sooner than a second after the last', () => {
  const late = looks(60, 0.3);
  expect(late.length).toBeLessThanOrEqual(12);
  for (const [n, at] of late.entries()) if (n > 0) expect(at - (late[n - 1] ?? 0)).toBeGreaterThanOrEqual(1);
  expect(lookDelay(-1, 0)).toBe(1);
});
