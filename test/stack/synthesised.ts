import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import 'aws-cdk-lib/testhelpers/jest-autoclean';
import { BridgeStack } from '../../lib/bridge-stack.ts';
import { readStage } from '../../lib/stage.ts';
import { sid } from '../support/sid.ts';

export const configured = {
  ACCOUNT_SID: sid('AC', 'a'),
  CHAT_SERVICE_SID: sid('IS', 'a'),
  FRONTLINE_ACCOUNT_SID: sid('AC', 'b'),
  CONVERSATION_SERVICE_SID: sid('IS', 'b'),
  FLEX_CHAT_DEFAULT_WEBHOOK: 'https://webhooks.twilio.com/v1/ChatEvent',
};

const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8'));

/**
 * The stack as `cdk synth` makes it, but for the bundles: the rules are about the template. CloudFormation's own checks
 * are left to `npm run synth`: they take a second for each stack.
 */
export const bridgeStack = (environment: Readonly<Record<string, string>> = configured): BridgeStack => {
  const stage = readStage(environment);
  const app = new App({
    context: { ...context, 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: false,
  });
  return new BridgeStack(app, stage.stackName, stage);
};

const templates = new Map<string, Template>();

/** Synthesised once for each environment: that takes seconds. */
export const templateOf = (environment: Readonly<Record<string, string>> = configured): Template => {
  const key = JSON.stringify(environment);
  const template = templates.get(key) ?? Template.fromStack(bridgeStack(environment));
  templates.set(key, template);
  return template;
};
