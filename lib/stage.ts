import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  CALLBACK_SETTINGS,
  type CallbackSetting,
  contradictions,
  OLD_NAMES,
  REQUIRED_SETTINGS,
  type RequiredSetting,
  SETTINGS,
  type Setting,
} from '../src/contract.ts';
import { readTemplates, WrongTemplates } from '../src/templates.ts';

/** One deployment of the bridge, as the environment of `cdk` describes it. */
export type Stage = {
  /** Part of the stack's name, so that several can stand side by side. */
  readonly name: string;
  readonly stackName: string;
  /** `kept`: the table, the secret and the logs outlive the stack, and the table cannot be deleted. */
  readonly state: 'kept' | 'removed';
  /** Every setting; empty when not set. */
  readonly settings: Readonly<Record<Setting, string>>;
  readonly missing: readonly RequiredSetting[];
  /** The file of message templates that is deployed, if any is. */
  readonly templates: string | undefined;
};

export const required = Object.keys(REQUIRED_SETTINGS) as readonly RequiredSetting[];

/**
 * The only reader of the environment at deployment. STAGE names the stage, `production` when it is not set. Production
 * keeps its state when its stack is deleted; every other stage loses its state then.
 * @throws Error naming every setting that is malformed or contradicts another at once; missing ones are no error here,
 * so that the stack can be synthesised with nothing configured.
 */
export const readStage = (environment: Readonly<Record<string, string | undefined>>): Stage => {
  const name = environment.STAGE?.trim() || 'production';
  const stackName = `flex-frontline-bridge-${name}`;
  const problems = /^[a-zA-Z0-9-]{1,25}$/.test(name) ? [] : ['STAGE may hold letters, digits and hyphens, at most 25'];
  const given = (setting: Setting): string =>
    environment[setting]?.trim() || environment[OLD_NAMES[setting] ?? setting]?.trim() || '';
  const settings = {
    ...(Object.fromEntries(SETTINGS.map((setting) => [setting, given(setting)])) as Record<Setting, string>),
    DEPLOYMENT_ID: given('DEPLOYMENT_ID') || `bridge-${name}`,
  };
  for (const setting of required)
    if (settings[setting] !== '' && !new RegExp(`^${REQUIRED_SETTINGS[setting]}$`).test(settings[setting]))
      problems.push(`${setting} does not look like ${REQUIRED_SETTINGS[setting]}`);
  for (const [setting, [pattern, expected]] of callbackSettings)
    if (settings[setting] !== '' && !new RegExp(`^(?:${pattern})$`).test(settings[setting]))
      problems.push(`${setting} is not ${expected}`);
  problems.push(...contradictions((setting) => settings[setting]));
  const templates = settings.TEMPLATES_FILE === '' ? undefined : resolve(settings.TEMPLATES_FILE);
  if (templates !== undefined) problems.push(...problemsOfTemplates(templates));
  if (problems.length > 0) throw new Error(`This stage cannot be deployed:\n  ${problems.join('\n  ')}`);
  return {
    name,
    stackName,
    state: name === 'production' ? 'kept' : 'removed',
    settings,
    missing: required.filter((setting) => settings[setting] === ''),
    templates,
  };
};

const callbackSettings = Object.entries(CALLBACK_SETTINGS) as readonly [CallbackSetting, readonly [string, string]][];

/** A file that is broken is said at synthesis, not by the app of the first agent who asks. */
const problemsOfTemplates = (file: string): readonly string[] => {
  try {
    readTemplates(readFileSync(file, 'utf8'));
    return [];
  } catch (error) {
    if (error instanceof WrongTemplates) return [error.message];
    return [`TEMPLATES_FILE cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`];
  }
};
