import {
  contradictions,
  OLD_NAMES,
  REQUIRED_SETTINGS,
  type RequiredSetting,
  SETTINGS,
  type Setting,
} from '../src/contract.ts';

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
  problems.push(...contradictions((setting) => settings[setting]));
  if (problems.length > 0) throw new Error(`This stage cannot be deployed:\n  ${problems.join('\n  ')}`);
  return {
    name,
    stackName,
    state: name === 'production' ? 'kept' : 'removed',
    settings,
    missing: required.filter((setting) => settings[setting] === ''),
  };
};
