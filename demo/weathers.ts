/** What goes wrong while a use case is played. */
import type { Fault } from '../local-twilio/faults.ts';

/** `crash`: after each single write over REST, in a run of its own, the bridge's process dies. */
export const WEATHERS = ['calm', 'doubled', 'swapped', 'lost', 'crash'] as const;
export type DemoWeather = (typeof WEATHERS)[number];

export const FAULT_OF: Readonly<Record<DemoWeather, Fault | undefined>> = {
  calm: undefined,
  doubled: { fault: 'webhook.doubled', p: 1, maxMs: 20_000 },
  swapped: { fault: 'webhook.swapped', p: 1, maxMs: 2_000 },
  lost: { fault: 'webhook.lost', p: 1 },
  crash: undefined,
};
