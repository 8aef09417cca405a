import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FLEX } from '../../../local-twilio/defaults.ts';
import { ann, type CallbackHarness, callbackHarness, type Heard } from './harness.ts';

const path = '/frontline/outgoing';
const asked = { Location: 'GetProxyAddress', Worker: ann.email, CustomerId: 'jo', ChannelValue: '+15550200001' };
const said = ({ status, text }: Heard) => [status, text];

describe('the number of a conversation that an agent begins', () => {
  let bridge: CallbackHarness;
  beforeAll(async () => {
    const numbers = { FRONTLINE_SMS_NUMBER: '+15550100002', FRONTLINE_WHATSAPP_NUMBER: '+15550100003' };
    bridge = await callbackHarness(numbers);
  });
  afterAll(() => bridge.end());

  test.each([
    ['sms', '+15550100002'],
    ['whatsapp', 'whatsapp:+15550100003'],
    ['chat', '+15550100002'],
  ])('is the one of its channel: %s', async (ChannelType, proxy_address) => {
    const heard = await bridge.ask(path, { ...asked, ChannelType });
    expect(said(heard)).toEqual([200, JSON.stringify({ proxy_address })]);
  });

  test('is refused for a channel without one', async () => {
    for (const ChannelType of ['email', 'constructor', ''])
      expect((await bridge.ask(path, { ...asked, ChannelType })).status).toBe(403);
  });

  test('is told to the Frontline account only, and nothing else is', async () => {
    const sms = { ...asked, ChannelType: 'sms' };
    expect((await bridge.ask(path, sms, FLEX.authToken)).status).toBe(403);
    expect((await bridge.ask(path, { ...sms, Location: 'GetCustomersList' })).status).toBe(422);
  });
});

let without: CallbackHarness | undefined;
afterEach(async () => {
  await without?.end();
  without = undefined;
});

test('without a number no conversation begins by SMS or WhatsApp, and one by chat needs none', async () => {
  const bridge = await callbackHarness();
  without = bridge;
  const heard = async (ChannelType: string) => said(await bridge.ask(path, { ...asked, ChannelType }));
  expect(await heard('sms')).toEqual([403, 'no number for this channel\n']);
  expect(await heard('whatsapp')).toEqual([403, 'no number for this channel\n']);
  expect(await heard('chat')).toEqual([200, '{"proxy_address":""}']);
  expect(bridge.answers()[0]).toMatchObject({ step: 'answered', type: 'GetProxyAddress', reason: 'no_number' });
});
