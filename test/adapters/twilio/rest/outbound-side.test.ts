import { afterEach, describe, expect, test } from '@jest/globals';
import { createFrontlineSide } from '../../../../src/adapters/twilio/rest/frontline-side.ts';
import { createOutboundSide } from '../../../../src/adapters/twilio/rest/outbound-side.ts';
import { type Answered, type Asked, account, channel, endAll, messageSid, playTwilio } from './playing-twilio.ts';

afterEach(endAll);

const flow = `FO${'a'.repeat(32)}` as const;
const session = `KC${'a'.repeat(32)}` as const;
const number = '+15550100001';
const outbound = {
  smsNumber: number,
  whatsappNumber: undefined,
  proxyServiceSid: `KS${'a'.repeat(32)}`,
  taskChannel: 'sms',
};

const onStage = async (answer: (asked: Asked) => Answered) => {
  const played = await playTwilio(answer);
  return { played, side: createOutboundSide({ ...account(played), outbound }) };
};
const refusing = (code: number, status = 400) => onStage(() => ({ status, json: { code } }));

describe('a flow', () => {
  const one = (sid: string, name: string, at: string) => ({ sid, friendly_name: name, date_created: at });

  test('is found by its exact name, the oldest of several', async () => {
    const flows = [
      one(`FO${'b'.repeat(32)}`, 'Outbound SMS', '2026-02-01T00:00:00Z'),
      one(flow, 'Outbound SMS', '2026-01-01T00:00:00Z'),
      one(`FO${'c'.repeat(32)}`, 'Outbound SMS 2', '2025-01-01T00:00:00Z'),
    ];
    const { played, side } = await onStage(() => ({ status: 200, json: { flex_flows: flows, meta: {} } }));
    expect(await side.flow()).toBe(flow);
    expect(played.asked[0]?.path).toBe('/flex-api.twilio.com/v1/FlexFlows?FriendlyName=Outbound+SMS&PageSize=100');
  });

  test('is made without an integration, so that no task comes of it, and with the janitor', async () => {
    const { played, side } = await onStage(() => ({ status: 201, json: { sid: flow } }));
    expect(await side.createFlow()).toBe(flow);
    expect(Object.fromEntries(played.asked[0]?.form ?? [])).toEqual({
      FriendlyName: 'Outbound SMS',
      ChatServiceSid: `IS${'a'.repeat(32)}`,
      ChannelType: 'sms',
      JanitorEnabled: 'true',
    });
  });
});

describe('a channel', () => {
  const birth = { flow, uniqueName: 'bridge-1', identity: 'jo', name: 'Jo', target: '+15550109999' };

  test('is made by a flow, for a customer', async () => {
    const { played, side } = await onStage(() => ({ status: 201, json: { sid: channel } }));
    expect(await side.createChannel(birth)).toBe(channel);
    await side.createChannel({ ...birth, target: undefined });
    expect(Object.fromEntries(played.asked[0]?.form ?? [])).toEqual({
      ...{ FlexFlowSid: flow, Identity: 'jo', ChatUserFriendlyName: 'Jo', ChatFriendlyName: 'Jo' },
      ...{ ChatUniqueName: 'bridge-1', Target: '+15550109999' },
    });
    expect(played.asked[1]?.form.has('Target')).toBe(false);
  });

  test.each([45208, 50307])('whose name is in use (%d) is taken', async (code) => {
    const { side } = await refusing(code, 409);
    expect(await side.createChannel(birth)).toBe('taken');
  });
});

describe('a session', () => {
  test('is made, or is there already', async () => {
    const stands = { sid: session, status: 'in-progress' };
    const { side } = await onStage(() => ({ status: 201, json: { ...stands, status: 'open' } }));
    expect(await side.session(channel)).toEqual({ sid: session, isOpen: true });
    const again = await onStage(({ method }) =>
      method === 'GET' ? { status: 200, json: stands } : { status: 400, json: { code: 80603 } },
    );
    expect(await again.side.session(channel)).toEqual({ sid: session, isOpen: true });
    expect(again.played.asked[1]?.path).toMatch(new RegExp(`/Sessions/${channel}$`));
  });

  test.each([
    ['closed', false],
    ['failed', false],
    ['in-progress', true],
  ])('that is %s', async (status, isOpen) => {
    const { side } = await onStage(() => ({ status: 200, json: { sid: session, status } }));
    expect(await side.isOpen(session)).toBe(isOpen);
  });

  test('that is gone is none', async () => {
    const { side } = await refusing(20404, 404);
    expect(await side.isOpen(session)).toBeUndefined();
  });

  test('takes a phone through a number; one that is in it is in it; one that is elsewhere is in use', async () => {
    const { played, side } = await onStage(() => ({ status: 201, json: {} }));
    expect(await side.joinSession(session, '+15550109999', number)).toBe('joined');
    expect(Object.fromEntries(played.asked[0]?.form ?? [])).toEqual({
      Identifier: '+15550109999',
      ProxyIdentifier: number,
    });
    expect(await (await refusing(80103)).side.joinSession(session, 'x', number)).toBe('joined');
    expect(await (await refusing(80604)).side.joinSession(session, 'x', number)).toBe('in_use');
    await expect((await refusing(80607)).side.joinSession(session, 'x', number)).rejects.toMatchObject({
      remedy: 'wait',
    });
  });
});

describe('of a conversation that an agent has begun', () => {
  const frontlineOn = async (answer: (asked: Asked) => Answered) => {
    const played = await playTwilio(answer);
    return { played, frontline: createFrontlineSide(account(played)) };
  };

  test('who is in it is told, phones, too', async () => {
    const base = { sid: `MB${'a'.repeat(32)}`, attributes: '{}', date_created: '2026-01-01T00:00:01Z' };
    const participants = [
      { ...base, identity: null, messaging_binding: { type: 'sms', address: '+15550109999', proxy_address: number } },
      { ...base, identity: 'ann', messaging_binding: null },
    ];
    const { frontline } = await frontlineOn(() => ({ status: 200, json: { participants, meta: {} } }));
    const joinedAt = Date.UTC(2026, 0, 1, 0, 0, 1);
    expect(await frontline.participants(channel)).toEqual([
      { sid: base.sid, identity: undefined, address: '+15550109999', attributes: '{}', joinedAt },
      { sid: base.sid, identity: 'ann', address: undefined, attributes: '{}', joinedAt },
    ]);
  });

  test('what Conversations carried has a receipt', async () => {
    const receipts = [{ sid: `DY${'a'.repeat(32)}` }];
    const carried = await frontlineOn(() => ({ status: 200, json: { delivery_receipts: receipts, meta: {} } }));
    expect(await carried.frontline.wasCarried(channel, messageSid)).toBe(true);
    const not = await frontlineOn(() => ({ status: 200, json: { delivery_receipts: [], meta: {} } }));
    expect(await not.frontline.wasCarried(channel, messageSid)).toBe(false);
    const gone = await frontlineOn(() => ({ status: 404, json: { code: 20404 } }));
    expect(await gone.frontline.wasCarried(channel, messageSid)).toBeUndefined();
  });

  test('those since a moment are listed, page by page', async () => {
    const next = 'https://conversations.twilio.com/v1/Conversations?StartDate=x&PageToken=PA1';
    const { played, frontline } = await frontlineOn(() => ({
      status: 200,
      json: { conversations: [{ sid: channel }], meta: { next_page_url: next } },
    }));
    const page = await frontline.listSince(Date.UTC(2026, 0, 1));
    expect(page).toEqual({ sids: [channel], next: '?StartDate=x&PageToken=PA1' });
    await frontline.listSince(0, page.next);
    expect(played.asked.map(({ path }) => path.split('?')[1])).toEqual([
      'StartDate=2026-01-01T00%3A00%3A00.000Z&PageSize=100',
      'StartDate=x&PageToken=PA1',
    ]);
    await expect(frontline.listSince(0, 'elsewhere')).rejects.toThrow('no page');
  });
});
