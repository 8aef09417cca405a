import { NOW } from './bridge.ts';

/** A clock that goes on when somebody waits, and timers that ring as it does. */
export const createHours = () => {
  let now = NOW;
  let timers: { readonly at: number; readonly ring: () => void }[] = [];
  const pass = (ms: number): void => {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { ring } of due) ring();
  };
  return {
    now: () => now,
    pass,
    sleep: async (ms: number) => pass(ms),
    after: (ms: number, ring: () => void) => {
      const timer = { at: now + ms, ring };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  };
};
