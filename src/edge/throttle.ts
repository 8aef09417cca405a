import type { Clock } from '../core/ports/clock.ts';

/** Whether one more is allowed now: so many a second in the long run, and as many at once. */
export const createThrottle = (perSecond: number, { now }: Pick<Clock, 'now'>): (() => boolean) => {
  let left = perSecond;
  let at = now();
  return () => {
    const passed = Math.max(0, now() - at);
    at = now();
    left = Math.min(perSecond, left + (passed * perSecond) / 1000);
    if (left < 1) return false;
    left -= 1;
    return true;
  };
};
