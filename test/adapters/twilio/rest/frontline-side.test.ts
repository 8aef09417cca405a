import { afterEach, describe, expect, test } from '@jest/globals';
import { createFrontlineSide } from '../../../../src/adapters/twilio/rest/frontline-side.ts';
import {
  type Answered,
  type Asked,
  account,
  channel,
  endAll,
  messageSid,
  playTwilio,
  troubleFrom,
} from './playing-twilio.ts';

afterEach(endAll);

const pair = `/conversations.twilio.com/v1/Services/IS${'a'.repeat(32)}`;
const birth = { uniqueName: `bridge-flex-${channel}`, friendlyName: 'Ann', attributes: '{"chatChannelSid":"x"}' };

const onStage = async (answer: (asked: Asked) => Answered) => {
  const played = await playTwilio(answer);
  return { played, frontline: createFrontlineSide(account(played)) };
};
const conversation = (state: string) => ({
  sid: channel,
  unique_name: birth.uniqueName,
  friendly_name: 'Ann',
  attributes: '{}',
  state,
});

describe('a conversation', () => {
  test('is born with its mapping in its attributes', async () => {
    const { played, frontline } = await onStage(() => ({ status: 201, json: conversation('active') }));
    expect(await frontline.createConversation(birth)).toEqual({
      sid: channel,
      uniqueName: birth.uniqueName,
      friendlyName: 'Ann',
      attributes: '{}',
      state: 'open',
    });
    expect(played.asked[0]).toMatchObject({ method: 'POST', path: `${pair}/Conversations` });
    expect(Object.fromEntries(played.asked[0]?.form ?? [])).toEqual({
      UniqueName: birth.uniqueName,
      FriendlyName: 'Ann',
      Attributes: '{"chatChannelSid":"x"}',
    });
  });

  test.each([50353, 50307])('whose name is in use (%d) is taken', async (code) => {
    const { frontline } = await onStage(() => ({ status: 409, json: { code } }));
    expect(await frontline.createConversation(birth)).toBe('taken');
  });

  test('that may have been born says so', async () => {
    const { frontline } = await onStage(() => ({ status: 503 }));
    expect(await troubleFrom(frontline.createConversation(birth))).toMatchObject({
      remedy: 'retry',
      effect: 'unknown',
    });
  });

  test.each([
    ['active', 'open'],
    ['inactive', 'open'],
    ['initializing', 'open'],
    ['closed', 'closed'],
  ])('in state %s is %s', async (state, told) => {
    const { played, frontline } = await onStage(() => ({ status: 200, json: conversation(state) }));
    expect(await frontline.container(birth.uniqueName)).toMatchObject({ state: told });
    expect(played.asked[0]?.path).toBe(`${pair}/Conversations/${birth.uniqueName}`);
  });

  test('that is gone is undefined', async () => {
    const { frontline } = await onStage(() => ({ status: 404, json: { code: 50350 } }));
    expect(await frontline.container(channel)).toBeUndefined();
  });
});

describe('a message', () => {
  test('sent to Frontline names its author in the words of Conversations', async () => {
    const { played, frontline } = await onStage(() => ({ status: 201, json: { sid: messageSid, index: 0 } }));
    const draft = {
      author: 'ann',
      body: 'hi',
      createdAt: '2026-11-22T10:00:00.123Z',
      attributes: '{}',
      notifyWebhooks: false,
    };
    expect(await frontline.send(channel, draft)).toEqual({ sid: messageSid, index: 0 });
    expect(played.asked[0]?.path).toBe(`${pair}/Conversations/${channel}/Messages`);
    expect(played.asked[0]?.form.get('Author')).toBe('ann');
  });

  test('waits when the conversation is closed', async () => {
    const { frontline } = await onStage(() => ({ status: 400, json: { code: 50377 } }));
    const draft = {
      author: 'ann',
      body: 'hi',
      createdAt: '2026-11-22T10:00:00.123Z',
      attributes: '{}',
      notifyWebhooks: false,
    };
    expect(await troubleFrom(frontline.send(channel, draft))).toMatchObject({ remedy: 'wait', effect: 'refused' });
  });

  test('read from Frontline brings all its files, also those without a name', async () => {
    const media = [
      { sid: `ME${'1'.repeat(32)}`, size: 12, content_type: 'image/png', filename: null },
      { sid: `ME${'2'.repeat(32)}`, size: 0, content_type: 'text/plain', filename: 'a.txt', category: 'media' },
    ];
    const json = {
      sid: messageSid,
      index: 3,
      author: 'ann@example.com',
      date_created: '2026-11-22T10:00:00.001Z',
      media,
    };
    const { frontline } = await onStage(() => ({ status: 200, json }));
    expect(await frontline.message(channel, messageSid)).toEqual({
      sid: messageSid,
      index: 3,
      author: 'ann@example.com',
      body: '',
      createdAt: '2026-11-22T10:00:00.001Z',
      attributes: '{}',
      media: [
        { sid: `ME${'1'.repeat(32)}`, contentType: 'image/png', size: 12 },
        { sid: `ME${'2'.repeat(32)}`, filename: 'a.txt', contentType: 'text/plain', size: 0 },
      ],
    });
  });
});

describe('people', () => {
  test('who are only a telephone number are no members', async () => {
    const participants = [
      { identity: null, messaging_binding: { address: '+15550100002' }, attributes: '{}' },
      { sid: `MB${'1'.repeat(32)}`, identity: 'ann@example.com', attributes: '{"customer_id":"1"}' },
    ];
    const { frontline } = await onStage(() => ({ status: 200, json: { participants, meta: { next_page_url: null } } }));
    expect(await frontline.members(channel)).toEqual([
      { sid: `MB${'1'.repeat(32)}`, identity: 'ann@example.com', attributes: '{"customer_id":"1"}' },
    ]);
  });

  test('are users when the service knows them', async () => {
    const { played, frontline } = await onStage(({ path }) =>
      path.endsWith('ann%40example.com')
        ? { status: 200, json: { sid: 'US1' } }
        : { status: 404, json: { code: 20404 } },
    );
    expect(await frontline.hasUser('ann@example.com')).toBe(true);
    expect(await frontline.hasUser('bob')).toBe(false);
    expect(played.asked[0]?.path).toBe(`${pair}/Users/ann%40example.com`);
  });

  test('are not named in trouble', async () => {
    const { frontline } = await onStage(() => ({ status: 500 }));
    const trouble = await troubleFrom(frontline.hasUser('ann'));
    expect(trouble.message).toBe(`GET /v1/Services/IS${'a'.repeat(32)}/Users/{}: 500`);
  });
});
