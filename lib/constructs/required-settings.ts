import { Annotations, CfnParameter } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { REQUIRED_SETTINGS, type RequiredSetting, type Setting } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';

const logicalId = (setting: RequiredSetting): string =>
  setting.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The settings of a deployment. One that is missing becomes a CloudFormation parameter without a default: the stack can
 * be synthesised without it, while `cdk deploy` refuses to start and names every missing one (docs/adr/0104).
 */
export class RequiredSettings extends Construct {
  readonly values: Readonly<Record<Setting, string>>;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    const parameters = stage.missing.map((setting) => {
      const parameter = new CfnParameter(this, setting, {
        description: `Set ${setting} in the environment or in .env`,
        allowedPattern: REQUIRED_SETTINGS[setting],
      });
      parameter.overrideLogicalId(logicalId(setting));
      return [setting, parameter.valueAsString];
    });
    this.values = { ...stage.settings, ...Object.fromEntries(parameters) };
    for (const warning of stage.warnings) Annotations.of(this).addWarningV2('bridge:setting', warning);
    if (stage.missing.length > 0)
      Annotations.of(this).addWarningV2(
        'bridge:missing-settings',
        `Not set: ${stage.missing.join(', ')}. The stack asks for them as parameters, and cannot be deployed without.`,
      );
  }
}
