/** What a running bridge must be told, read once at start. */

import { type Secrets, secretsFrom, WrongSecrets } from './secrets.ts';
import { type Config, readSettings, WrongSettings } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of a bridge that knows its public address.
 * @throws WrongSettings naming every missing or malformed one at once; never a value.
 */
export const readConfig = (environment: Environment): Config => {
  const problems: string[] = [];
  const config = configIn(environment, problems);
  if (config === undefined) throw new WrongSettings(problems);
  return config;
};

/**
 * The secrets, where they are environment variables (one machine). STAMP_KEY may be given otherwise: it is made at the
 * first start and kept with the state.
 * @throws WrongSettings naming every missing or malformed one at once; never a value.
 */
export const readSecrets = (environment: Environment, stampKey?: string): Secrets => {
  const problems: string[] = [];
  const secrets = secretsIn(environment, stampKey, problems);
  if (secrets === undefined) throw new WrongSettings(problems);
  return secrets;
};

/** Both, for a start that reports everything that is missing in one go. @throws WrongSettings */
export const readConfigAndSecrets = (
  environment: Environment,
  stampKey?: string,
): { readonly config: Config; readonly secrets: Secrets } => {
  const problems: string[] = [];
  const config = configIn(environment, problems);
  const secrets = secretsIn(environment, stampKey, problems);
  if (config === undefined || secrets === undefined) throw new WrongSettings(problems);
  return { config, secrets };
};

const configIn = (environment: Environment, problems: string[]): Config | undefined => {
  if (!environment.PUBLIC_BASE_URL?.trim()) problems.push('PUBLIC_BASE_URL is missing');
  try {
    const settings = readSettings(environment);
    const { publicBaseUrl } = settings;
    return publicBaseUrl === undefined ? undefined : { ...settings, publicBaseUrl };
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
};

const secretsIn = (environment: Environment, stampKey: string | undefined, problems: string[]): Secrets | undefined => {
  try {
    return secretsFrom({ ...environment, STAMP_KEY: environment.STAMP_KEY?.trim() || stampKey });
  } catch (error) {
    if (!(error instanceof WrongSecrets)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
};
