/** What the state machine is handed, and what its parts share. */
import type { CallCounts } from './counts.ts';
import type { Faults } from './faults.ts';
import type { Account, AccountName, Actor, Container, Message, Phones } from './model.ts';
import type { Random } from './sid.ts';

/** Runs `fn` after so many milliseconds, unless the returned function is called before. */
export type Timers = { readonly after: (ms: number, fn: () => void) => () => void };

/** A webhook on its way. `url` is the one to call, without a fragment; `signal` aborts when Twilio's patience ends. */
export type WebhookCall = {
  readonly account: AccountName;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
};

/** `refused`: no connection. `timeout` is what the state machine itself says when the answer takes too long. */
export type WebhookAnswer = { readonly status: number } | 'timeout' | 'refused';
export type DeliverWebhook = (call: WebhookCall) => Promise<WebhookAnswer>;

/** What is unconfirmed of Twilio, or a matter of the account's settings. All may be changed at run time. */
export type Switches = {
  /** How lists sort a message created with an old DateCreated. */
  listOrder: 'index' | 'date';
  /** Dates in REST answers; the published examples have whole seconds. Webhooks always have milliseconds. */
  restDates: 'seconds' | 'milliseconds';
  /** Whether Proxy sends one SMS per message, however often it is told. */
  proxyIdempotent: boolean;
  /** Whether a Proxy interaction names the chat message. */
  interactionsNameMessages: boolean;
  /** undefined: no limit. */
  actionsPerSecond: number | undefined;
  /** Milliseconds that each REST call takes; a function draws one per call. */
  latency: number | (() => number);
  /** Between two tries of a chat webhook, in milliseconds. */
  webhookRetryMs: number;
};

/**
 * Hears of every message as it is written, changed and removed, past every fault: the model itself forgets what was
 * removed and what a text was before.
 */
export type Witness = (
  deed: 'added' | 'updated' | 'removed',
  container: Container,
  message: Message,
  by: Actor,
  at: number,
) => void;

/** Hears who comes into a chat and goes from it, and of each change of the chat itself, past every fault. */
export type Onlooker = (
  deed: 'joined' | 'left' | 'changed' | 'removed',
  container: Container,
  /** Of who came or went. */
  identity: string | undefined,
  by: Actor,
  at: number,
) => void;

export type TwilioWorld = {
  readonly now: () => number;
  readonly random: Random;
  readonly after: Timers['after'];
  readonly accounts: readonly Account[];
  readonly phones: Phones;
  readonly switches: Switches;
  readonly faults: Faults;
  readonly counts: CallCounts;
  /** Sends a webhook, with Twilio's rules. */
  readonly send: (webhook: Webhook) => void;
  readonly witness: Witness;
  readonly onlooker: Onlooker;
};

export type RetryRule = {
  readonly timeoutMs: number;
  /** Milliseconds over all tries. */
  readonly budgetMs: number;
  readonly retries: number;
  readonly retryOn: (delivered: WebhookAnswer) => boolean;
};

/** A webhook to send. `params` gets RetryCount on each try when `countsRetries`. */
export type Webhook = {
  readonly account: Account;
  readonly url: string;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly countsRetries: boolean;
  readonly rule: RetryRule;
};
