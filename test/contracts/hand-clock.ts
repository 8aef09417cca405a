/** Time that stands still until it is moved. */
export const handClock = (start = 1_790_000_000_000) => {
  let time = start;
  return {
    now: () => time,
    advance: (ms: number): void => {
      time += ms;
    },
  };
};
export type HandClock = ReturnType<typeof handClock>;
