import { existsSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { BridgeStack } from '../lib/bridge-stack.ts';
import { readStage } from '../lib/stage.ts';

if (existsSync('.env')) process.loadEnvFile('.env');
const stage = readStage(process.env);
new BridgeStack(new App(), stage.stackName, stage);
