/**
 * Megabytes of each function, measured (docs/cost.md). A function's share of a processor grows with them. The webhook
 * function has most, because Twilio waits at most 5 s for its answer, even while it starts; so have the callbacks, for
 * which Frontline waits 6 s. Nobody waits for another.
 */
export const MEMORY_MB = { webhook: 512, callbacks: 512, replicate: 256, forward: 192, sweep: 304 } as const;
