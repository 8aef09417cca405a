import type { Lane } from '../model/event.ts';

/**
 * What happened to an event, for logs, metrics and the page. No personal data: SIDs, types, counts, durations, reasons.
 */
export type Entry = {
  readonly step:
    | 'received'
    | 'refused'
    | 'queued'
    | 'replicated'
    | 'linked'
    | 'forwarded'
    | 'reconciled'
    /** A double of the bridge's own was found and deleted. */
    | 'undone'
    | 'skipped'
    | 'parked'
    | 'deferred'
    | 'retried'
    | 'failed'
    | 'swept'
    /** A side was found dead and is left alone for a while, or is back: reason `open` or `closed`. */
    | 'breaker';
  /** The event's type (`message.added`, Twilio's own for what is refused) or the job's kind. */
  readonly type: string;
  readonly lane?: Lane | 'forward' | undefined;
  readonly reason?: string | undefined;
  /** Twilio's error, of what was parked. */
  readonly code?: number | undefined;
  /** The SIDs it is about, both sides', the source first. */
  readonly sids: readonly string[];
  /** Milliseconds since the webhook arrived. */
  readonly ms?: number | undefined;
  readonly count?: number | undefined;
};

export type Journal = (entry: Entry) => void;
