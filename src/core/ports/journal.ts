import type { Lane } from '../model/event.ts';
import type { NotOn } from '../model/mode.ts';
import type {
  Agreement,
  Deferred,
  Parked,
  Refused,
  Retried,
  Skipped,
  Unanswered,
  Unavailable,
} from '../model/outcome.ts';
import type { LeftAlone, NotCompared, SweepVerdict } from '../model/sweep-verdict.ts';
import { describeTwilioAnswer, type TwilioAnswer } from '../model/twilio-error.ts';
import type { TwilioWrite } from './writes.ts';

/** What an event would do at Twilio. */
export type Decided = TwilioWrite | 'nothing' | 'unread';

/** What every line says. No personal data: SIDs, types, counts, durations, reasons. */
type About = {
  /** The event's type (`message.added`, Twilio's own for what is refused) or the job's kind. */
  readonly type: string;
  readonly lane?: Lane | 'forward' | undefined;
  /** The SIDs it is about, both sides', the source first. */
  readonly sids: readonly string[];
  /** Milliseconds since the webhook arrived. */
  readonly ms?: number | undefined;
};

/** The fields that some lines have; a line that has none of them says so, so that any line may be asked. */
type Fields = {
  readonly reason?: undefined;
  readonly why?: undefined;
  readonly error?: undefined;
  readonly parameter?: undefined;
  readonly count?: undefined;
} & { readonly [field in keyof TwilioAnswer]?: undefined };

type Line<Step extends string, Own extends object = object> = { readonly step: Step } & Own & Omit<Fields, keyof Own>;

/** Lanes of the active or the quiet pairs, the accepts, the offers, or agents, as one run of the sweep found them. */
type SweptPart = 'active_lanes' | 'quiet_lanes' | 'accepts' | 'offers' | 'starts' | 'presence';

type SweptLine =
  /** A direction, `lane`, in which nothing is written now. `count`: lanes that wait for nothing else. */
  | { readonly type: 'mode'; readonly reason: NotOn; readonly count: number }
  /** A run began. `count`: pairs that waited, whose jobs it has put on the queues. */
  | { readonly type: 'sweep'; readonly count: number }
  /** A run left at once: another holds the sweep's lease. */
  | { readonly type: 'sweep'; readonly reason: 'overlapped' }
  | { readonly type: 'dirty_lanes'; readonly count: number }
  /** A verdict, with `count` lanes, accepts or agents that it holds for, or with the one lane that it is about. */
  | ({
      readonly type: SweptPart;
      readonly reason: SweepVerdict['verdict'];
      readonly why?: LeftAlone | NotCompared | undefined;
      readonly error?: string | undefined;
      readonly count?: number | undefined;
    } & TwilioAnswer);

/** Of every union member; `Omit` alone would merge them. */
type SweptAs<One> = One extends object ? Line<'swept', One> : never;

/** What happened to an event, for logs, metrics and the page: one kind of line a step. */
export type Entry = About &
  /** `parameter`: the name of the one that is missing or malformed. */
  (
    | Line<'refused', { readonly reason: Refused; readonly parameter?: string | undefined }>
    /** `reason` where it is no plain webhook. `count`: how many queues it stands on. */
    | Line<
        'queued',
        {
          readonly reason?: 'media_unreadable' | 'found_by_sweep' | 'composed' | undefined;
          readonly count?: number | undefined;
        }
      >
    /** A caller waited for it. `reason` when it is not what was asked for. `count`: how many things were found. */
    | Line<
        'answered',
        {
          readonly reason?: Unanswered | `${Unavailable}:${string}` | undefined;
          readonly count?: number | undefined;
        }
      >
    | Line<'replicated' | 'linked'>
    | Line<'forwarded', { readonly reason?: 'perhaps_sent_twice' | undefined }>
    /** `count`: messages repaired. */
    | Line<'reconciled', { readonly count: number }>
    /** Both sides of a chat agree on who serves it, and on its end. */
    | Line<'agreed', { readonly reason: Agreement }>
    /** A duplicate of the bridge's own was found and deleted. */
    | Line<'undone'>
    /** `code`: Twilio's error, where that is why. */
    | Line<
        'skipped',
        { readonly reason: Skipped; readonly count?: number | undefined; readonly code?: number | undefined }
      >
    /** In read-only: what would be written first. */
    | Line<'decided', { readonly reason: Decided }>
    /** `code`: Twilio's error. */
    | Line<'parked', { readonly reason: Parked; readonly code?: number | undefined }>
    | Line<'deferred', { readonly reason: Deferred }>
    | Line<'retried', { readonly reason: Retried } & TwilioAnswer>
    /** A defect, or a part of AWS that did not do as asked: the error's name, and where it was thrown. */
    | Line<'failed', { readonly reason: string }>
    | SweptAs<SweptLine>
    /** A side was found dead and is left alone for a while, or is back. */
    | Line<'breaker', { readonly reason: 'open' | 'closed' }>
  );

export type Journal = (entry: Entry) => void;

/**
 * A line's reason for people, with what Twilio said in the place of the word for it: `not_compared`, `twilio 20429`; or
 * behind it: `unauthorized`, `twilio 20003`.
 */
export const reasonWords = (entry: Entry): readonly string[] =>
  [entry.reason, entry.why, entry.parameter, entry.error]
    .filter((word) => word !== undefined)
    .flatMap((word) => [
      ...(word === 'twilio' ? [] : [word]),
      ...(word === 'twilio' || word === 'unauthorized' ? [describeTwilioAnswer(entry)] : []),
    ]);
