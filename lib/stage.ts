import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  deploymentOf,
  OLD_NAMES,
  REQUIRED_SETTINGS,
  type RequiredSetting,
  SETTINGS,
  type Setting,
  STACK_PREFIX,
  STAGE_NAME,
} from '../src/contract.ts';
import { readSettings, WrongSettings } from '../src/runtime/settings.ts';
import { readTemplates, WrongTemplates } from '../src/templates.ts';
import { readScale, type Scale } from './scale.ts';

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
  /** How much of AWS it may use at once. */
  readonly scale: Scale;
  /** What is deployed, but perhaps not as it is meant. */
  readonly warnings: readonly string[];
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
  const stackName = `${STACK_PREFIX}${name}`;
  const problems = new RegExp(`^${STAGE_NAME}$`).test(name)
    ? []
    : ['STAGE may hold letters, digits and hyphens, at most 25'];
  const text = (variable: string): string => environment[variable]?.trim() ?? '';
  const given = (setting: Setting): string => text(setting) || text(OLD_NAMES[setting] ?? setting);
  const settings = {
    ...(Object.fromEntries(SETTINGS.map((setting) => [setting, given(setting)])) as Record<Setting, string>),
    DEPLOYMENT_ID: given('DEPLOYMENT_ID') || deploymentOf(name),
    // A laptop's tunnel stays on the laptop: with another address than Twilio's each webhook would be refused.
    PUBLIC_BASE_URL: text('AWS_PUBLIC_BASE_URL'),
  };
  problems.push(...problemsOfFunctions(settings), ...problemsOfLength(settings));
  const { scale, problems: ofScale } = readScale(text);
  problems.push(...ofScale);
  if (name === 'production' && /^http:/i.test(settings.TWILIO_BASE_URL))
    problems.push('TWILIO_BASE_URL is a stand-in for Twilio, in the clear: leave it empty, or name another STAGE');
  const templates = settings.TEMPLATES_FILE === '' ? undefined : resolve(settings.TEMPLATES_FILE);
  if (templates !== undefined) problems.push(...problemsOfTemplates(templates));
  if (problems.length > 0) throw new Error(`This stage cannot be deployed:\n  ${problems.join('\n  ')}`);
  return {
    name,
    stackName,
    state: name === 'production' ? 'kept' : 'removed',
    settings,
    missing: required.filter((setting) => settings[setting] === ''),
    scale,
    warnings:
      text('PUBLIC_BASE_URL') !== '' && settings.PUBLIC_BASE_URL === ''
        ? ["PUBLIC_BASE_URL is one machine's, and not deployed. For an address of your own set AWS_PUBLIC_BASE_URL."]
        : [],
    templates,
  };
};

/** Right in form, and no two alike. */
const instead = (setting: RequiredSetting): string =>
  REQUIRED_SETTINGS[setting].slice(0, 2) + String(required.indexOf(setting)).padStart(32, '0');

/** The functions' own reader says at synthesis what each of them would die of at its start. */
const problemsOfFunctions = (settings: Readonly<Record<Setting, string>>): readonly string[] => {
  const missing = required.filter((setting) => settings[setting] === '');
  try {
    readSettings({ ...settings, ...Object.fromEntries(missing.map((setting) => [setting, instead(setting)])) });
    return [];
  } catch (error) {
    if (error instanceof WrongSettings) return error.problems;
    throw error;
  }
};

/**
 * In bytes, names and values: a function has 4 KB for its environment, and the stack's own parts take some 1 200.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const LONGEST_SETTINGS = 4_096 - 1_200;

/** AWS says so too, when all that comes before the functions is deployed, and rolls it back. */
const problemsOfLength = (settings: Readonly<Record<Setting, string>>): readonly string[] => {
  const lengths = Object.entries(settings).map(([name, value]) => [name, Buffer.byteLength(name + value)] as const);
  const bytes = lengths.reduce((sum, [, length]) => sum + length, 0);
  if (bytes <= LONGEST_SETTINGS) return [];
  const [longest = ''] = lengths.toSorted(([, a], [, b]) => b - a)[0] ?? [];
  return [
    `The settings are ${bytes} bytes together, and a function takes ${LONGEST_SETTINGS}: ${longest} is the longest`,
  ];
};

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
