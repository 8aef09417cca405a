/** What an agent says while his wish before cannot be written there: it is the later one, though he said it before. */
import { describe, expect, test } from '@jest/globals';
import type { AccountName } from '../../local-twilio/model.ts';
import { usualPresence } from '../../src/core/model/presence.ts';
import { agentOf } from './agents.ts';
import { type ScenarioHarness, scenarioHarness } from './harness.ts';

const NAMES = ['Available', 'Unavailable', 'Break', 'Offline'];
const config = { presence: { ...usualPresence(), pairs: NAMES.map((name) => ({ flex: name, frontline: name })) } };

/** Both sides have agreed on Available. */
const agreed = async () => {
  const harness = scenarioHarness({ config });
  const agent = agentOf(harness);
  await harness.settle(5);
  return { harness, agent };
};
const takesNoWrite = ({ twilio }: ScenarioHarness, account: AccountName): (() => void) =>
  twilio.faults.add({ fault: 'rest.5xx-before', account, status: 503, p: 1, only: 'POST taskrouter.worker' });
const isDeaf = ({ twilio }: ScenarioHarness, account: AccountName): (() => void) =>
  twilio.faults.add({ fault: 'webhook.lost', account, p: 1 });

describe.each([
  ['on his phone', 'while Flex takes no write, and later comes back there', 'flex'],
  ['in Flex', 'while Frontline takes no write, and later comes back there', 'frontline'],
] as const)('who goes %s %s', (_where, _while, side) => {
  test.each([
    ['is told of', false],
    ['nobody tells of', true],
  ])('which Twilio %s, is back on both sides', async (_, isLost) => {
    const { harness, agent } = await agreed();
    const [there, here] = side === 'flex' ? [agent.inFlex, agent.onPhone] : [agent.onPhone, agent.inFlex];
    const up = takesNoWrite(harness, side);
    here('Unavailable');
    await harness.settle(1);
    if (isLost) isDeaf(harness, side);
    there('Break');
    await harness.settle(0.03);
    there('Available');
    await harness.settle(1);
    up();
    await harness.settle(6);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
  });
});

test('who says in Flex what the bridge could not write there before is taken at his word', async () => {
  const { harness, agent } = await agreed();
  const up = takesNoWrite(harness, 'flex');
  agent.onPhone('Unavailable');
  await harness.settle(0.2);
  agent.onPhone('Break');
  await harness.settle(4);
  isDeaf(harness, 'flex');
  agent.inFlex('Unavailable');
  await harness.settle(1.5);
  up();
  await harness.settle(6);
  expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
});

test('who switches in the app while Flex takes no write stays there, though he was away and back unheard before', async () => {
  const { harness, agent } = await agreed();
  agent.inFlex('Break');
  await harness.settle(0.5);
  agent.inFlex('Available');
  await harness.settle(2);
  const hears = isDeaf(harness, 'flex');
  agent.inFlex('Break');
  await harness.settle(0.03);
  agent.inFlex('Available');
  await harness.settle(3);
  hears();
  const up = takesNoWrite(harness, 'flex');
  agent.onPhone('Unavailable', 'user');
  await harness.settle(8);
  up();
  await harness.settle(6);
  expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
});

test('who has said nothing more is carried over as soon as the side takes it', async () => {
  const { harness, agent } = await agreed();
  agent.inFlex('Break');
  await harness.settle(0.5);
  agent.inFlex('Available');
  await harness.settle(0.02);
  const up = takesNoWrite(harness, 'flex');
  agent.onPhone('Unavailable');
  await harness.settle(12);
  up();
  await harness.settle(2);
  expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
});
