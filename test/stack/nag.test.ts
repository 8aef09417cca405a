import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { BridgeStack } from '../../lib/bridge-stack.ts';
import { readStage } from '../../lib/stage.ts';
import { configured } from './synthesised.ts';

test.each([['production'], ['trial']])(
  'no rule of AwsSolutions or Serverless is broken without a reason (%s)',
  (name) => {
    const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8'));
    const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
    const stage = readStage({ ...configured, STAGE: name });
    new BridgeStack(app, stage.stackName, stage);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
    expect(() => app.synth()).not.toThrow();
  },
);
