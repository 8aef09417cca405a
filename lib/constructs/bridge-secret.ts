import { Tags, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { SECRET_TAG, type SecretField } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';
import { removalPolicy } from './log.ts';

/**
 * The secret at its birth. Never change this text: CloudFormation would write a new secret over the operator's tokens.
 * A field that a later release adds is absent until the operator sets it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
 */
export const SECRET_AT_BIRTH = JSON.stringify({
  AUTH_TOKEN: '',
  AUTH_TOKEN_PREVIOUS: '',
  API_KEY_SID: '',
  API_KEY_SECRET: '',
  FRONTLINE_AUTH_TOKEN: '',
  FRONTLINE_AUTH_TOKEN_PREVIOUS: '',
  FRONTLINE_API_KEY_SID: '',
  FRONTLINE_API_KEY_SECRET: '',
} satisfies Partial<Record<SecretField, string>>);

/** The one secret: both accounts' tokens and API keys, set by `npx bridge secrets`, and the stamp key, made here. */
export class BridgeSecret extends Secret {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id, {
      description: 'Tokens and API keys of both Twilio accounts, and the stamp key of the bridge',
      generateSecretString: {
        secretStringTemplate: SECRET_AT_BIRTH,
        generateStringKey: 'STAMP_KEY' satisfies SecretField,
        passwordLength: 64,
        excludePunctuation: true,
      },
      removalPolicy: removalPolicy(stage),
    });
    Tags.of(this).add(SECRET_TAG, stage.stackName);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Twilio tokens are rotated in Twilio by people; the bridge takes the current and the previous one.',
    });
  }
}
