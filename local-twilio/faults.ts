/**
 * How the local Twilio misbehaves. A fault is a rule with a probability; the first rule that applies and whose dice
 * fall is drawn, and counted once it has an effect. Faults touch REST calls, webhooks and what Twilio does by itself,
 * never a person's action.
 */
import type { AccountName } from './model.ts';
import type { Random } from './sid.ts';

/** How an answer is lost: the connection stays open until the caller gives up, or breaks at once. */
export type Loss = 'hang' | 'destroy';

type Scope = {
  /** 0 to 1. */
  readonly p: number;
  readonly account?: AccountName | undefined;
  /** How a call's name begins (`POST chat.messages`, `POST`), or an event type for webhooks. */
  readonly only?: string | undefined;
  /** What a REST call's path or form holds, as it travels: a container's SID, a word of a text. */
  readonly at?: string | undefined;
  /** It is drawn so often; always when absent. */
  readonly times?: number | undefined;
};

export type Fault = Scope &
  (
    | { readonly fault: 'webhook.lost' }
    /** A second one follows within so many milliseconds. */
    | { readonly fault: 'webhook.doubled'; readonly maxMs: number }
    | { readonly fault: 'webhook.delayed'; readonly maxMs: number }
    /** Waits for the account's next webhook and goes after it, or alone after so many milliseconds. */
    | { readonly fault: 'webhook.swapped'; readonly maxMs: number }
    /** `retryAfter` in seconds; no header without it. */
    | { readonly fault: 'rest.429'; readonly retryAfter?: number | undefined }
    /** 500 and 503 with Twilio's own error body, others as from the edge before it, without. */
    | { readonly fault: 'rest.5xx-before'; readonly status: number }
    /** The write is done, the answer says otherwise. */
    | { readonly fault: 'rest.5xx-after'; readonly status: number }
    /** The answer says otherwise, and the write is done within so many milliseconds after it. */
    | { readonly fault: 'rest.5xx-late'; readonly status: number; readonly maxMs: number }
    | { readonly fault: 'rest.answer-lost'; readonly loss: Loss }
    /** The answer is lost, and the write is done within so many milliseconds after the caller gave up. */
    | { readonly fault: 'rest.late-commit'; readonly loss: Loss; readonly maxMs: number }
    /** A list of messages shows what there was up to so many milliseconds ago. */
    | { readonly fault: 'list.stale'; readonly maxMs: number }
    /** A list of members or participants shows who there was up to so many milliseconds ago. */
    | { readonly fault: 'members.stale'; readonly maxMs: number }
    /** A look at one message or container shows what it was up to so many milliseconds ago; nothing, if it may hide. */
    | { readonly fault: 'read.stale'; readonly maxMs: number; readonly hides: boolean }
    /** A message is in no list for up to so many milliseconds, while its successors are. */
    | { readonly fault: 'message.late'; readonly maxMs: number }
    /** Up to so many indices are left out before a message. */
    | { readonly fault: 'index.skipped'; readonly max: number }
    /** Within so many milliseconds after a message the conversation is closed by a timer. */
    | { readonly fault: 'conversation.closed-by-timer'; readonly maxMs: number }
    /** The agent's app replaces the attributes of a message that a program wrote. */
    | { readonly fault: 'attributes.replaced'; readonly maxMs: number }
    /** A program's text is stored trimmed, or with its accents composed (NFC). */
    | { readonly fault: 'text.normalised'; readonly how: 'trimmed' | 'composed' }
    /** A write whose text holds this is refused for good. */
    | { readonly fault: 'content.refused'; readonly holds: string }
    /** No credentials are good, as while somebody changes them. */
    | { readonly fault: 'rest.denied'; readonly status: 401 | 403 }
    /** Every call to the account's hosts fails. */
    | { readonly fault: 'side.down'; readonly how: '503' | Loss }
  );

export const FAULTS = [
  'webhook.lost',
  'webhook.doubled',
  'webhook.delayed',
  'webhook.swapped',
  'rest.429',
  'rest.5xx-before',
  'rest.5xx-after',
  'rest.5xx-late',
  'rest.answer-lost',
  'rest.late-commit',
  'list.stale',
  'members.stale',
  'read.stale',
  'message.late',
  'index.skipped',
  'conversation.closed-by-timer',
  'attributes.replaced',
  'text.normalised',
  'content.refused',
  'rest.denied',
  'side.down',
] as const satisfies readonly Fault['fault'][];

export type FaultName = Fault['fault'];
export type Met<N extends FaultName> = Extract<Fault, { fault: N }>;

export type Faults = {
  /** Adds a rule; the returned function takes it away. */
  readonly add: (fault: Fault) => () => void;
  readonly clear: () => void;
  readonly rules: () => readonly Fault[];
  /**
   * The rule whose dice fall now, if any. Whoever asked says whether it had an effect.
   * @param call - path and form of a REST call.
   */
  readonly draws: <N extends FaultName>(
    name: N,
    account: AccountName,
    about: string,
    call?: string,
  ) => Met<N> | undefined;
  /** It had an effect: counts it. */
  readonly happened: (name: FaultName, account: AccountName, about: string) => void;
  /** For what has its effect as soon as it is drawn. */
  readonly meets: Faults['draws'];
  /** How often each fault had an effect since the last reset. */
  readonly counts: () => Readonly<Partial<Record<FaultName, number>>>;
  readonly resetCounts: () => void;
};

/** @param told hears of every effect. */
export const createFaults = (
  random: Random,
  told: (name: FaultName, account: AccountName, about: string) => void = () => {},
): Faults => {
  let rules: readonly Fault[] = [];
  const counts = new Map<FaultName, number>();
  const drawn = new Map<Fault, number>();
  const draws: Faults['draws'] = <N extends FaultName>(name: N, account: AccountName, about: string, call = '') => {
    for (const rule of rules) {
      if (rule.fault !== name) continue;
      if (rule.at !== undefined && !call.includes(rule.at)) continue;
      const before = drawn.get(rule) ?? 0;
      if (rule.times !== undefined && before >= rule.times) continue;
      if (rule.account !== undefined && rule.account !== account) continue;
      if (rule.only !== undefined && !about.startsWith(rule.only)) continue;
      if (rule.p < 1 && random() >= rule.p) continue;
      if (rule.times !== undefined) drawn.set(rule, before + 1);
      return rule as Met<N>;
    }
    return undefined;
  };
  const happened: Faults['happened'] = (name, account, about) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    told(name, account, about);
  };
  return {
    add: (fault) => {
      rules = [...rules, fault];
      return () => {
        rules = rules.filter((rule) => rule !== fault);
        drawn.delete(fault);
      };
    },
    clear: () => {
      rules = [];
      drawn.clear();
    },
    rules: () => rules,
    draws,
    happened,
    meets: (name, account, about, call) => {
      const rule = draws(name, account, about, call);
      if (rule !== undefined) happened(name, account, about);
      return rule;
    },
    counts: () => Object.fromEntries(counts),
    resetCounts: () => counts.clear(),
  };
};
