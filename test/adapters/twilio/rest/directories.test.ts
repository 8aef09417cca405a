import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENTS, FLEX, FRONTLINE } from '../../../../local-twilio/defaults.ts';
import { type RunningTwilio, startLocalTwilio } from '../../../../local-twilio/server.ts';
import { createFlexDirectory } from '../../../../src/adapters/twilio/rest/flex-directory.ts';
import { createFrontlineDirectory } from '../../../../src/adapters/twilio/rest/frontline-directory.ts';
import { createWorkerNamed } from '../../../../src/adapters/twilio/rest/worker-named.ts';
import { flexClient, frontlineClient } from '../../../local-twilio/support/clients.ts';
import { account, caller, endAll, playTwilio, troubleFrom } from './playing-twilio.ts';

/** Held to Twilio's specifications: a parameter that they do not know is refused. */
let local: RunningTwilio;
beforeAll(async () => {
  // It makes more conversations than Twilio takes in one second of the machine's own time.
  local = await startLocalTwilio({ seed: 5, switches: { actionsPerSecond: undefined } });
});
afterAll(() => local.stop());
afterEach(endAll);

const accountOf = (side: 'flex' | 'frontline') => {
  const { accountSid, authToken } = side === 'flex' ? FLEX : FRONTLINE;
  const serviceSid = side === 'flex' ? FLEX.chatServiceSid : FRONTLINE.conversationServiceSid;
  const secrets = async () => ({ authToken, previousAuthToken: undefined, apiKey: undefined });
  return { http: caller(), accountSid, serviceSid, secrets, requestMs: 10_000, baseUrl: local.url };
};

describe("Frontline's directory", () => {
  const service = () => frontlineClient(local.url).conversations.v1.services(FRONTLINE.conversationServiceSid);

  test('lists the conversations of an identity or a number over several pages, by SID as Twilio does', async () => {
    const { conversations } = service();
    const sids: string[] = [];
    const phone = { 'messagingBinding.address': '+15550200001', 'messagingBinding.proxyAddress': '+15550100002' };
    for (let n = 0; n < 53; n++) {
      const { sid } = await conversations.create(n === 0 ? {} : { friendlyName: `No ${n}` });
      await conversations(sid).participants.create({ identity: 'a&b@example.com' });
      if (n === 0) await conversations(sid).participants.create(phone);
      sids.push(sid);
    }
    const { conversationsOf } = createFrontlineDirectory(accountOf('frontline'));
    const first = await conversationsOf({ identity: 'a&b@example.com' });
    const second = await conversationsOf({ identity: 'a&b@example.com' }, first.next);
    expect([first.conversations.length, second.conversations.length, second.next]).toEqual([50, 3, undefined]);
    const found = [...first.conversations, ...second.conversations];
    expect(found.map(({ sid }) => sid)).toEqual(sids.toSorted());
    expect(found.find(({ sid }) => sid === sids[1])).toMatchObject({ name: 'No 1', updatedAt: expect.any(Number) });
    const byNumber = await conversationsOf({ address: '+15550200001' });
    expect(byNumber.conversations).toMatchObject([{ sid: sids[0], name: '' }]);
    expect(() => conversationsOf({ identity: 'x' }, 'https://evil.example/x?y')).toThrow('from is no page of a list');
  });

  test('tells who is in a conversation, what it is called, and the name of a user', async () => {
    const { conversations, users } = service();
    const { sid } = await conversations.create({ friendlyName: 'Jo' });
    const address = 'whatsapp:+15550200002';
    await conversations(sid).participants.create({ identity: 'jo', attributes: '{"customer_id":"7"}' });
    await conversations(sid).participants.create({
      ...{ 'messagingBinding.address': address, 'messagingBinding.proxyAddress': 'whatsapp:+15550100003' },
    });
    await users.create({ identity: 'named', friendlyName: 'Nora' });
    const directory = createFrontlineDirectory(accountOf('frontline'));
    expect(await directory.people(sid as never)).toEqual([
      { identity: 'jo', address: undefined, channel: undefined, attributes: '{"customer_id":"7"}' },
      { identity: undefined, address, channel: 'whatsapp', attributes: '{}' },
    ]);
    expect(await directory.conversationName(sid as never)).toBe('Jo');
    expect([await directory.userName('named'), await directory.userName('nobody')]).toEqual(['Nora', undefined]);
    const gone = `CH${'0'.repeat(31)}1` as const;
    expect([await directory.people(gone), await directory.conversationName(gone)]).toEqual([undefined, '']);
  });

  test('reads no answer of another shape, and names no person in its troubles', async () => {
    const played = await playTwilio(() => ({
      status: 200,
      json: { conversations: [{ conversation_sid: 7 }], meta: {} },
    }));
    const { conversationsOf } = createFrontlineDirectory(account(played));
    const { message } = await troubleFrom(conversationsOf({ identity: 'jo@example.com' }));
    expect(message).toMatch(/^GET \/v1\/Services\/IS\w+\/ParticipantConversations: /);
    expect(message).not.toContain('jo@');
  });
});

describe("Flex's directory", () => {
  test('tells what a channel says of itself, and who a member is', async () => {
    const { channelSid } = local.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
    const [member] = await flexClient(local.url)
      .chat.v2.services(FLEX.chatServiceSid)
      .channels(channelSid)
      .members.list();
    const directory = createFlexDirectory(accountOf('flex'));
    expect(JSON.parse((await directory.channel(channelSid)) ?? '')).toMatchObject({ channel_type: 'web' });
    expect(await directory.memberIdentity(channelSid, member?.sid ?? '')).toBe('jo');
    const gone = `CH${'0'.repeat(31)}1` as const;
    expect([await directory.channel(gone), await directory.memberIdentity(gone, 'MB1')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await directory.memberIdentity(channelSid, `MB${'0'.repeat(31)}1`)).toBeUndefined();
  });
});

describe('a worker by name', () => {
  test('is the one of exactly this name, and whether he is available', async () => {
    const named = createWorkerNamed({ ...accountOf('flex'), workspaceSid: FLEX.workspaceSid });
    local.flexAgent.goes(AGENTS.ann.flexWorkerSid, 'Available');
    local.flexAgent.goes(AGENTS.ben.flexWorkerSid, 'Offline');
    expect(await named(AGENTS.ann.email)).toMatchObject({ sid: AGENTS.ann.flexWorkerSid, available: true });
    expect(await named(AGENTS.ben.email)).toMatchObject({ sid: AGENTS.ben.flexWorkerSid, available: false });
    expect(await named('nobody')).toBeUndefined();
  });

  test('is nobody when TaskRouter finds a name that is only like it', async () => {
    const found = { sid: `WK${'a'.repeat(32)}`, friendly_name: 'Ann', available: true };
    const played = await playTwilio(() => ({ status: 200, json: { workers: [found], meta: {} } }));
    const named = createWorkerNamed({ ...account(played), workspaceSid: FLEX.workspaceSid });
    expect([await named('ann'), (await named('Ann'))?.available]).toEqual([undefined, true]);
    expect(new URLSearchParams(played.asked[0]?.path.split('?')[1]).get('FriendlyName')).toBe('ann');
  });
});
