/**
 * Megabytes of each function, measured (docs/cost.md): a processor's share grows with them. The webhook has more, for
 * Twilio waits for it, 5 s at most, also while it starts; whoever consumes waits for Twilio himself.
 */
export const MEMORY_MB = { webhook: 512, replicate: 256, forward: 192, sweep: 304 } as const;
