import { expect, test } from '@jest/globals';
import { waitsFigure, waitsOf } from '../../bench/trouble/waits.ts';

const SECOND = 1_000;
const twenty = (last: number) => [...Array.from({ length: 19 }, () => SECOND), last];

test('A goal for most chats is met although one waits long; a goal for all is not', () => {
  const waits = waitsOf(twenty(60 * SECOND));
  expect(waitsFigure('next message', 2 * SECOND, waits, 'p95')).toEqual({
    what: 'next message (20)',
    goal: 'p95 <= 2 s',
    measured: 'p50 1.0 s, p95 1.0 s, max 60.0 s',
    met: true,
  });
  expect(waitsFigure('next message', 2 * SECOND, waits, 'all').met).toBe(false);
});

test.each([[Number.NaN], [null]])('A chat that nobody saw go on misses the goal of all (%s)', (never) => {
  const waits = waitsOf([SECOND, never]);
  expect(waits).toEqual({ waits: [SECOND], never: 1 });
  expect(waitsFigure('next message', 2 * SECOND, waits, 'all')).toMatchObject({
    measured: 'p50 1.0 s, p95 not in time, max not in time',
    met: false,
  });
});

test('Where no chat was struck, no goal is met or missed', () => {
  expect(waitsFigure('next message', SECOND, waitsOf([]), 'all')).toMatchObject({ measured: 'none', met: undefined });
});
