/** Reads what a running bridge must be told from environment variables; the only place that knows their spelling. */
import { OLD_NAMES, REQUIRED_SETTINGS, type RequiredSetting, type Setting } from '../contract.ts';
import type { Config } from './config.ts';

/** {@link Config} as settings give it: the public address may be known only from the first request. */
export type Settings = Omit<Config, 'publicBaseUrl'> & { readonly publicBaseUrl: string | undefined };

type Environment = Readonly<Record<string, string | undefined>>;

export class WrongSettings extends Error {
  /** Names and what is wrong with each; never a value. */
  constructor(problems: readonly string[]) {
    super(`The bridge cannot start:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'WrongSettings';
  }
}

const url = (text: string): string | undefined =>
  /^https?:$/.test(URL.parse(text)?.protocol ?? '') ? text.replace(/\/+$/, '') : undefined;

const seconds = (text: string): number | undefined => {
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
};

/**
 * Settings from environment variables; an empty one counts as not set. Defaults: SETTLE_SECONDS 60, LEASE_SECONDS 20,
 * DEPLOYMENT_ID `bridge`.
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
  const settings: Settings = {
    flex: {
      accountSid: required('ACCOUNT_SID'),
      serviceSid: required('CHAT_SERVICE_SID'),
      defaultWebhook: optional(
        'FLEX_CHAT_DEFAULT_WEBHOOK',
        (given) => (url(given) === undefined ? undefined : given),
        'a URL',
      ),
    },
    frontline: {
      accountSid: required('FRONTLINE_ACCOUNT_SID'),
      serviceSid: required('CONVERSATION_SERVICE_SID'),
    },
    publicBaseUrl: optional('PUBLIC_BASE_URL', url, 'a URL'),
    twilioBaseUrl: optional('TWILIO_BASE_URL', url, 'a URL'),
    deployment: text('DEPLOYMENT_ID') ?? 'bridge',
    settleMs: (optional('SETTLE_SECONDS', seconds, 'a number of seconds') ?? 60) * 1000,
    leaseMs: (optional('LEASE_SECONDS', seconds, 'a number of seconds') ?? 20) * 1000,
  };
  if (settings.flex.accountSid !== '' && settings.flex.accountSid === settings.frontline.accountSid)
    problems.push('ACCOUNT_SID and FRONTLINE_ACCOUNT_SID are the same: the bridge joins two accounts');
  if (problems.length > 0) throw new WrongSettings(problems);
  return settings;
};
