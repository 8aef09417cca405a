import { App } from 'aws-cdk-lib';
import { BridgeStack } from '../lib/bridge-stack.ts';
import { readStage } from '../lib/stage.ts';
import { withDotEnv } from '../src/dot-env.ts';

const stage = readStage(withDotEnv('.env', process.env));
new BridgeStack(new App(), stage.stackName, stage);
