import { expect, test } from '@jest/globals';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { bridgeStack, configured } from './synthesised.ts';

test.each([['production'], ['trial']])(
  'no rule of AwsSolutions or Serverless is broken without a reason (%s)',
  (STAGE) => {
    const app = App.of(bridgeStack({ ...configured, STAGE })) as App;
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
    expect(() => app.synth()).not.toThrow();
  },
);
