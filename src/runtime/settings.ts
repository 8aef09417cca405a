/** Reads what a running bridge must be told from environment variables; the only place that knows their spelling. */

import { contradictions, OLD_NAMES, REQUIRED_SETTINGS, type RequiredSetting, type Setting } from '../contract.ts';
import { activityPairs, type PresenceRules, usualPresence } from '../core/model/presence.ts';
import { type AccountSid, isSid, type ServiceSid, type WorkflowSid, type WorkspaceSid } from '../core/model/sids.ts';
import { ANSWERED_SETTLE_SECONDS, LEASE_SECONDS, SETTLE_SECONDS } from '../core/model/times.ts';
import { type CallbackConfig, readCallbackSettings } from './callback-settings.ts';
import { type OutboundConfig, readOutboundSettings } from './outbound-settings.ts';

/** {@link Config} as settings give it: the public address may be known only from the first request. */
export type Settings = Omit<Config, 'publicBaseUrl'> & { readonly publicBaseUrl: string | undefined };

type Environment = Readonly<Record<string, string | undefined>>;

export class WrongSettings extends Error {
  readonly problems: readonly string[];
  /** Names and what is wrong with each; never a value. */
  constructor(problems: readonly string[]) {
    super(`The bridge cannot start:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'WrongSettings';
    this.problems = problems;
  }
}

const name = (text: string): string | undefined => (/^[\w.-]{1,32}$/.test(text) ? text : undefined);

/** A base that paths are appended to. */
const base = (text: string): string | undefined => {
  const read = URL.parse(text);
  const plain = read !== null && /^https?:$/.test(read.protocol) && !/[?#@\s]/.test(text);
  return plain ? text.replace(/\/+$/, '') : undefined;
};

/** Customers' messages are posted there, so in the clear only to this machine: a local Twilio. */
const webhook = (text: string): string | undefined => {
  const read = URL.parse(text);
  const here = read?.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(read.hostname);
  return read?.protocol === 'https:' || here ? text : undefined;
};

const workspace = (text: string): WorkspaceSid | undefined => (isSid('WS', text) ? text : undefined);

const workflow = (text: string): WorkflowSid | undefined => (isSid('WW', text) ? text : undefined);

/** An attribute at the top of a worker's JSON, as TaskRouter's expressions spell it. */
const attribute = (text: string): string | undefined => (/^[A-Za-z_]\w{0,63}$/.test(text) ? text : undefined);

const yesOrNo = (text: string): boolean | undefined => (/^(true|false)$/.test(text) ? text === 'true' : undefined);

type Bounds = typeof SETTLE_SECONDS | typeof ANSWERED_SETTLE_SECONDS | typeof LEASE_SECONDS;

const seconds =
  ({ least, most }: Bounds) =>
  (text: string): number | undefined => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };

/**
 * Settings from environment variables; an empty one counts as not set. Defaults: DEPLOYMENT_ID `bridge`, times as in
 * core/model/times.ts.
 * @throws WrongSettings naming every missing or malformed one at once.
 */
export const readSettings = (environment: Environment): Settings => {
  const problems: string[] = [];
  const text = (name: Setting): string | undefined =>
    environment[name]?.trim() || environment[OLD_NAMES[name] ?? name]?.trim() || undefined;
  const required = (name: RequiredSetting): string => {
    const value = text(name);
    if (value === undefined) problems.push(`${name} is missing`);
    else if (!new RegExp(`^${REQUIRED_SETTINGS[name]}$`).test(value))
      problems.push(`${name} does not look like ${REQUIRED_SETTINGS[name]}`);
    return value ?? '';
  };
  const optional = <T>(name: Setting, read: (text: string) => T | undefined, expected: string): T | undefined => {
    const value = text(name);
    const result = value === undefined ? undefined : read(value);
    if (value !== undefined && result === undefined) problems.push(`${name} is not ${expected}`);
    return result;
  };
  const duration = (name: Setting, bounds: Bounds): number => {
    const expected = `a number of seconds, ${bounds.least} to ${bounds.most}`;
    return (optional(name, seconds(bounds), expected) ?? bounds.default) * 1000;
  };
  const usual = usualPresence(text('FRONTLINE_AVAILABLE_STATUS'));
  const settings: Settings = {
    flex: {
      accountSid: required('ACCOUNT_SID') as AccountSid,
      serviceSid: required('CHAT_SERVICE_SID') as ServiceSid,
      defaultWebhook: optional('FLEX_CHAT_DEFAULT_WEBHOOK', webhook, 'an https URL'),
      workspaceSid: optional('WORKSPACE_SID', workspace, 'WS and 32 hex digits'),
      workflowSid: optional('WORKFLOW_SID', workflow, 'WW and 32 hex digits'),
    },
    outbound: readOutboundSettings(text, problems),
    frontline: {
      accountSid: required('FRONTLINE_ACCOUNT_SID') as AccountSid,
      serviceSid: required('CONVERSATION_SERVICE_SID') as ServiceSid,
      workspaceSid: optional('FRONTLINE_WORKSPACE_SID', workspace, 'WS and 32 hex digits'),
    },
    presence: {
      ...usual,
      pairs: optional('PRESENCE_MAP', activityPairs, 'pairs like Available=Available,Break=Unavailable') ?? usual.pairs,
      mirrorsTimeouts: optional('PRESENCE_MIRRORS_TIMEOUTS', yesOrNo, 'true or false') ?? false,
      rejectsOffers: optional('PRESENCE_REJECTS_OFFERS', yesOrNo, 'true or false') ?? false,
    },
    workerMatchAttribute: optional('WORKER_MATCH_ATTRIBUTE', attribute, 'a name of letters, digits and _'),
    acceptsOffers: optional('AUTO_ACCEPT_TASKS', yesOrNo, 'true or false') ?? false,
    refusesHandovers: optional('DISABLE_FRONTLINE_TRANSFER', yesOrNo, 'true or false') ?? false,
    publicBaseUrl: optional('PUBLIC_BASE_URL', base, 'a URL of scheme, host and path only'),
    twilioBaseUrl: optional('TWILIO_BASE_URL', base, 'a URL of scheme, host and path only'),
    deployment: optional('DEPLOYMENT_ID', name, '1 to 32 letters, digits, _ . or -') ?? 'bridge',
    settleMs: duration('SETTLE_SECONDS', SETTLE_SECONDS),
    answeredSettleMs: duration('ANSWERED_SETTLE_SECONDS', ANSWERED_SETTLE_SECONDS),
    leaseMs: duration('LEASE_SECONDS', LEASE_SECONDS),
    callbacks: readCallbackSettings(text, problems),
  };
  if (!settings.presence.pairs.some(({ frontline }) => frontline === usual.available))
    problems.push('PRESENCE_MAP has no pair for FRONTLINE_AVAILABLE_STATUS');
  problems.push(...contradictions((name) => text(name) ?? ''));
  if (problems.length > 0) throw new WrongSettings(problems);
  return settings;
};

export type AccountConfig = { readonly accountSid: AccountSid; readonly serviceSid: ServiceSid };

export type Config = {
  readonly flex: AccountConfig & {
    readonly defaultWebhook: string | undefined;
    /** The TaskRouter workspace, WS…; without it no accept whose webhook was lost is found. */
    readonly workspaceSid?: WorkspaceSid | undefined;
    /** The workflow, WW…, of tasks that the bridge makes; without it, the one of the task before. */
    readonly workflowSid?: WorkflowSid | undefined;
  };
  /** undefined: nobody begins a chat of Flex's in Frontline. */
  readonly outbound?: OutboundConfig | undefined;
  readonly frontline: AccountConfig & {
    /** The TaskRouter workspace, WS…; without it, or without Flex's, nobody's presence is carried over. */
    readonly workspaceSid?: WorkspaceSid | undefined;
  };
  readonly presence: PresenceRules;
  /** The attribute by which workers are matched; by their names without it. */
  readonly workerMatchAttribute?: string | undefined;
  /** AUTO_ACCEPT_TASKS: nobody is asked in Frontline whether he takes a task. */
  readonly acceptsOffers?: boolean | undefined;
  /** DISABLE_FRONTLINE_TRANSFER: a chat is handed over in Flex only. */
  readonly refusesHandovers?: boolean | undefined;
  /** The address Twilio signs for, without a slash at the end. */
  readonly publicBaseUrl: string;
  /** Every Twilio call for https://HOST/PATH goes to this + /HOST/PATH when set. */
  readonly twilioBaseUrl: string | undefined;
  /** Names this deployment in every stamp. */
  readonly deployment: string;
  readonly settleMs: number;
  /** Counts where it is shorter than settleMs. */
  readonly answeredSettleMs: number;
  readonly leaseMs: number;
  /** What Frontline's app, and the page that asks for agents, are answered with. */
  readonly callbacks: CallbackConfig;
};
