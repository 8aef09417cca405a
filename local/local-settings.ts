/** What `npm start` is told, from `.env` and the environment, read once and with everything wrong named at once. */

import { FLEX, FRONTLINE } from '../local-twilio/defaults.ts';
import { OLD_NAMES, REQUIRED_SETTINGS, SECRET_FIELDS } from '../src/contract.ts';
import { readConfigAndSecrets } from '../src/runtime/config.ts';
import type { Secrets } from '../src/runtime/secrets.ts';
import { type Settings, WrongSettings } from '../src/runtime/settings.ts';
import { templatesIn } from '../src/runtime/templates-file.ts';
import type { TemplateCategory } from '../src/templates.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type LocalSettings = {
  /** Whose accounts: the local Twilio's own, or those of the settings. */
  readonly accountsOf: 'local' | 'settings';
  /** `publicBaseUrl` is undefined when it is http://localhost and the port. */
  readonly settings: Settings;
  readonly accounts: Pick<Secrets, 'flex' | 'frontline'>;
  /** undefined: made at the first start and kept in the file. */
  readonly stampKey: string | undefined;
  readonly port: number;
  readonly address: string;
  readonly consolePort: number | undefined;
  readonly dataFile: string;
  /** The file means nothing unless its local Twilio is recalled too, and no setting asks to keep it. */
  readonly forget: boolean;
  readonly sweepMs: number;
  readonly templates: readonly TemplateCategory[];
};

/** Who sets one of these has accounts of his own in mind. */
const signsOfAccounts: readonly string[] = [
  ...Object.keys(REQUIRED_SETTINGS),
  ...Object.values(OLD_NAMES),
  ...SECRET_FIELDS.filter((name) => name !== 'STAMP_KEY'),
  'FLEX_CHAT_DEFAULT_WEBHOOK',
  'WORKSPACE_SID',
  'FRONTLINE_WORKSPACE_SID',
];

const given = (environment: Environment, name: string): string | undefined => environment[name]?.trim() || undefined;

/** The local Twilio answers at once, so a call that it did not answer need not be given a minute to be carried out. */
const LOCAL_SETTLE_SECONDS = '5';

const localAccounts = (environment: Environment): Environment => ({
  ...environment,
  ACCOUNT_SID: FLEX.accountSid,
  AUTH_TOKEN: FLEX.authToken,
  CHAT_SERVICE_SID: FLEX.chatServiceSid,
  FLEX_CHAT_DEFAULT_WEBHOOK: FLEX.defaultWebhook,
  WORKSPACE_SID: FLEX.workspaceSid,
  PROXY_SERVICE_SID: FLEX.proxyServiceSid,
  SMS_NUMBER: FLEX.phoneNumber,
  FRONTLINE_WORKSPACE_SID: FRONTLINE.workspaceSid,
  FRONTLINE_ACCOUNT_SID: FRONTLINE.accountSid,
  FRONTLINE_AUTH_TOKEN: FRONTLINE.authToken,
  CONVERSATION_SERVICE_SID: FRONTLINE.conversationServiceSid,
  SETTLE_SECONDS: given(environment, 'SETTLE_SECONDS') ?? LOCAL_SETTLE_SECONDS,
});

/** @throws WrongSettings naming every missing or malformed one at once; never a value. */
export const readLocalSettings = (environment: Environment): LocalSettings => {
  const problems: string[] = [];
  const number = (name: string, otherwise: number | undefined, least: number, most: number): number | undefined => {
    const text = given(environment, name);
    if (text === undefined) return otherwise;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    problems.push(`${name} is not a whole number, ${least} to ${most}`);
    return undefined;
  };
  const port = number('PORT', 3000, 0, 65_535);
  const consolePort = number('CONSOLE_PORT', undefined, 0, 65_535);
  if (port !== 0 && port !== undefined && port === consolePort)
    problems.push('PORT and CONSOLE_PORT are the same: the page has a port of its own');
  const sweepSeconds = number('SWEEP_SECONDS', 60, 1, 3600);

  const accountsOf = signsOfAccounts.some((name) => given(environment, name) !== undefined) ? 'settings' : 'local';
  const whole = accountsOf === 'local' ? localAccounts(environment) : environment;
  const publicBaseUrl = given(environment, 'PUBLIC_BASE_URL');
  // Only a Twilio on this machine can reach localhost: for the real one the public address must be told.
  const reachable = accountsOf === 'local' || given(environment, 'TWILIO_BASE_URL') !== undefined;
  const read = (() => {
    try {
      const stand = reachable ? { PUBLIC_BASE_URL: publicBaseUrl ?? 'http://localhost' } : {};
      const both = readConfigAndSecrets({ ...whole, ...stand }, 'made at the first start');
      return { ...both, templates: templatesIn(both.config.callbacks.templatesFile) };
    } catch (error) {
      if (!(error instanceof WrongSettings)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  })();
  if (problems.length > 0 || read === undefined || port === undefined || sweepSeconds === undefined)
    throw new WrongSettings(problems);
  return {
    accountsOf,
    settings: { ...read.config, publicBaseUrl: publicBaseUrl === undefined ? undefined : read.config.publicBaseUrl },
    accounts: read.secrets,
    stampKey: given(environment, 'STAMP_KEY'),
    port,
    address: given(environment, 'BIND_ADDRESS') ?? '127.0.0.1',
    consolePort,
    dataFile: given(environment, 'DATA_FILE') ?? `data/${accountsOf === 'local' ? 'local' : 'bridge'}.sqlite`,
    forget:
      accountsOf === 'local' &&
      read.config.twilioBaseUrl === undefined &&
      given(environment, 'DATA_FILE') === undefined,
    sweepMs: sweepSeconds * 1000,
    templates: read.templates,
  };
};
