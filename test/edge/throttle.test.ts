import { expect, test } from '@jest/globals';
import { createThrottle } from '../../src/edge/throttle.ts';

test('a throttle allows so many at once, and so many a second after that', () => {
  let at = 0;
  const allows = createThrottle(20, { now: () => at });
  const allowed = (asked: number): number => Array.from({ length: asked }, allows).filter((one) => one).length;
  expect(allowed(100)).toBe(20);
  at += 49;
  expect(allowed(100)).toBe(0);
  at += 1;
  expect(allowed(100)).toBe(1);
  at += 500;
  expect(allowed(100)).toBe(10);
  at += 3_600_000;
  expect(allowed(100)).toBe(20);
  // A clock that is set back gives nothing away, and locks nobody out.
  at -= 10_000;
  expect(allowed(100)).toBe(0);
  at += 50;
  expect(allowed(100)).toBe(1);
});
