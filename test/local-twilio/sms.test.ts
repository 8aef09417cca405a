import { beforeEach, describe, expect, test } from '@jest/globals';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { AGENTS, FLEX } from '../../local-twilio/defaults.ts';
import { createVirtualTwilio, json, status, type VirtualTwilio } from './support/virtual-twilio.ts';

const phone = '+15550109999';
let twilio: VirtualTwilio;
let channelSid: string;

beforeEach(async () => {
  twilio = createVirtualTwilio();
  const begun = twilio.customer.beginSmsChat({ phone, text: 'hi' });
  channelSid = begun.channelSid;
  twilio.flexAgent.accepts(twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, begun.taskSid).reservationSid);
  await twilio.pass(0);
});

const texts = () => twilio.customer.phone(phone).map(({ body }) => body);
const attributes = () => JSON.parse(twilio.reads.container('flex', channelSid)?.attributes ?? '{}');

describe('while nobody bridges', () => {
  test("Flex's own webhook sends the customer what the agent writes, and not what the customer wrote", async () => {
    twilio.flexAgent.writes(AGENTS.ann.flexWorkerSid, channelSid, 'hello');
    twilio.customer.writes(channelSid, 'thanks');
    await twilio.pass(0);
    expect(texts()).toEqual(['hello']);
    expect(twilio.reads.transcript('flex', channelSid).map(({ body }) => body)).toEqual(['hi', 'hello', 'thanks']);
  });

  test('a message written by REST reaches the phone only with the webhook header', async () => {
    const messages = `chat.twilio.com/v2/Services/${FLEX.chatServiceSid}/Channels/${channelSid}/Messages`;
    twilio.flex('POST', messages, { Body: 'quiet' });
    twilio.flex('POST', messages, { Body: 'loud' }, { headers: { 'x-twilio-webhook-enabled': 'true' } });
    await twilio.pass(0);
    expect(texts()).toEqual(['loud']);
  });
});

describe('when a bridge forwards to it', () => {
  const post = async (params: Record<string, string>, token: string = FLEX.authToken) => {
    const signature = webhooks.getExpectedTwilioSignature(token, FLEX.defaultWebhook, params);
    const path = FLEX.defaultWebhook.replace('https://', '');
    const asked = twilio.flex('POST', path, params, { headers: { 'x-twilio-signature': signature } });
    await twilio.pass(0);
    return { status: status(asked), code: json(asked).code };
  };
  const sent = (MessageSid: string) => ({
    EventType: 'onMessageSent',
    ChannelSid: channelSid,
    MessageSid,
    Body: 'hello',
    From: 'ann_40example_2Ecom',
  });

  test('it sends one SMS per post, so that a double is seen, or one per message when told so', async () => {
    expect(await post(sent('IM1'))).toEqual({ status: 200, code: undefined });
    await post(sent('IM1'));
    expect(texts()).toEqual(['hello', 'hello']);
    twilio.switches.proxyIdempotent = true;
    await post(sent('IM1'));
    expect(texts()).toEqual(['hello', 'hello']);
    expect(twilio.counts.total()).toEqual({ rest: 0, chatEvent: 3 });
  });

  test('it refuses a signature that is not of the account, and a channel that is none of Proxy', async () => {
    expect(await post(sent('IM1'), 'f'.repeat(32))).toEqual({ status: 403, code: 80625 });
    channelSid = twilio.customer.beginWebChat().channelSid;
    expect(await post(sent('IM1'))).toEqual({ status: 400, code: 80619 });
    expect(texts()).toEqual([]);
  });

  test('the session ends with the chat', async () => {
    const ended = JSON.stringify({ ...attributes(), status: 'INACTIVE' });
    await post({ EventType: 'onChannelUpdated', ChannelSid: channelSid, Attributes: ended });
    expect(await post(sent('IM1'))).toEqual({ status: 400, code: 80607 });
  });

  test('the session lists what was sent, by the message where that is switched on', async () => {
    await post(sent('IM0123456789abcdef0123456789abcdef'));
    const path = `proxy.twilio.com/v1/Services/${FLEX.proxyServiceSid}/Sessions/${attributes().proxySession}/Interactions`;
    const named = twilio.flex('GET', path);
    twilio.switches.interactionsNameMessages = false;
    const nameless = twilio.flex('GET', path);
    await twilio.pass(0);
    expect(json(named).interactions).toMatchObject([
      { data: '{"body":"hello"}', inbound_resource_sid: 'IM0123456789abcdef0123456789abcdef' },
      { data: '{"body":"hi"}' },
    ]);
    expect(json(nameless).interactions).toMatchObject([{ data: '{"body":"hello"}', inbound_resource_sid: null }, {}]);
  });
});
