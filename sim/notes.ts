/** What is noted of a world while it runs, for the judges and for the table at the end. */
import type { QueueName } from '../src/contract.ts';
import { type Entry, type Journal, reasonWords } from '../src/core/ports/journal.ts';
import type { Caller } from './calls.ts';
import type { Meter } from './meter.ts';
import type { ProcessKind, WorldPlan } from './plan.ts';
import type { SimTime } from './time.ts';

export type Noted = {
  readonly at: number;
  readonly by: ProcessKind;
  /** undefined: what processes share on one machine. */
  readonly process: Caller | undefined;
  readonly entry: Entry;
};

/** What a webhook put, or wanted to put, on a queue. */
export type QueuedByWebhook = {
  readonly at: number;
  readonly queue: QueueName;
  readonly dedupe: string;
  readonly body: string;
  readonly refused: boolean;
  /** Twilio heard that it is stored, and will not say it again. */
  accepted: boolean;
};

export type Notes = {
  /** Every process's journal. */
  readonly entries: Noted[];
  readonly journalOf: (by: ProcessKind, process?: Caller) => Journal;
  /** In the order in which webhooks sent it. */
  readonly queued: QueuedByWebhook[];
  /** Messages on their way to Flex's own webhook, in the order in which the queue took them. */
  readonly lined: string[];
  /** What a process asked for without a grant of its role. */
  readonly notGranted: string[];
  /** What was noted until now, for a play that is too long to keep it. */
  readonly forget: () => void;
};

export const createNotes = (time: SimTime, meter: Meter, diary: WorldPlan['diary']): Notes => {
  const entries: Noted[] = [];
  const queued: QueuedByWebhook[] = [];
  const lined: string[] = [];
  return {
    ...{ entries, queued, lined },
    journalOf: (by, process) => (entry) => {
      entries.push({ at: time.now(), by, process, entry });
      const { step, type, lane, sids, ms } = entry;
      const because = reasonWords(entry).join(' ');
      diary?.(time.now(), ['journal', step, type, lane, because, ...sids, ms].filter(Boolean).join(' '));
      meter.met(`event ${step}${because === '' || step === 'failed' ? '' : ` (${because})`}`);
    },
    notGranted: [],
    forget: () => {
      for (const all of [entries, queued, lined]) all.length = 0;
    },
  };
};
