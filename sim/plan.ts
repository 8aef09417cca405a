/** What a world is made of, and how badly it goes there. */
import type { Respond } from '../local-twilio/respond.ts';
import type { QueueName } from '../src/contract.ts';
import type { Config } from '../src/runtime/settings.ts';
import type { StoreFaults } from './faulty-store.ts';
import type { Doom } from './process.ts';

/** By what it runs. */
export type ProcessKind = 'webhook' | QueueName | 'sweep';

export type WorldFaults = StoreFaults & {
  /** A delivery is given to a second consumer too. */
  readonly twin: number;
  /** A queue refuses a message. */
  readonly notQueued: number;
  /** Milliseconds by which a process's clock may be off, either way. */
  readonly skewMs: number;
};

export const CALM: WorldFaults = { throttled: 0, askedAgain: 0, unheard: 0, twin: 0, notQueued: 0, skewMs: 0 };

export type WorldPlan = {
  readonly seed: number;
  readonly settleMs: number;
  /** Of the bridge's settings what is not as usual. */
  readonly config?: Partial<Config>;
  /** What happens to the n-th process of a run, counted from 1 in the order in which they begin. */
  readonly doom: (process: number, kind: ProcessKind) => Doom | undefined;
  /** Stands between the bridge and Twilio, and sees every call. */
  readonly tap?: (respond: Respond, now: () => number) => Respond;
  /** Hears of everything that happens, in order. */
  readonly diary?: (at: number, line: string) => void;
  /** All sweeps are one process, as on one machine: it remembers what it has seen. Else each begins afresh. */
  readonly keepsSweep?: boolean;
  /** So many chats of a queue are worked on side by side; as many as there are when it is left out. */
  readonly consumers?: number;
  /** The store forgets an item so long after its time, as DynamoDB may. */
  readonly forgetsLateMs?: number;
};
