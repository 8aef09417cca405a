import { afterEach, describe, expect, test } from '@jest/globals';
import { NoAnswer } from '../../../../src/adapters/twilio/http/http.ts';
import { createFlexSide } from '../../../../src/adapters/twilio/rest/flex-side.ts';
import { TwilioError } from '../../../../src/core/model/twilio-error.ts';
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

const service = `IS${'a'.repeat(32)}` as const;
const channels = `/chat.twilio.com/v2/Services/${service}/Channels`;
const draft = {
  author: 'ann',
  body: 'hi',
  createdAt: '2026-11-22T10:00:00.123Z',
  attributes: '{}',
  notifyWebhooks: false,
};

const onStage = async (answer: (asked: Asked) => Answered) => {
  const played = await playTwilio(answer);
  return { played, flex: createFlexSide(account(played)) };
};
const message = {
  sid: messageSid,
  index: 7,
  from: 'ann_40example_2Ecom',
  body: 'hello',
  date_created: '2026-11-22T10:00:00.123Z',
  attributes: '{"a":1}',
  media: null,
};
const gone = { status: 404, json: { code: 20404, message: 'not found', status: 404 } };

describe('a message sent to Flex', () => {
  test('carries author, text, original time to the millisecond and attributes, with the account token', async () => {
    const { played, flex } = await onStage(({ form }) => ({
      status: 201,
      json: { ...message, body: form.get('Body') },
    }));
    const body = 'こんにちは 👩‍👩‍👧 + & = % \r\n end';
    expect(await flex.send(channel, { ...draft, body, attributes: '{"x":"ñ"}' })).toEqual({
      sid: messageSid,
      index: 7,
    });
    const [asked] = played.asked;
    expect(asked).toMatchObject({ method: 'POST', path: `${channels}/${channel}/Messages` });
    expect(Object.fromEntries(asked?.form ?? [])).toEqual({
      From: 'ann',
      Body: body,
      DateCreated: '2026-11-22T10:00:00.123Z',
      Attributes: '{"x":"ñ"}',
    });
    const basic = Buffer.from(`AC${'a'.repeat(32)}:the token`).toString('base64');
    expect(asked?.headers).toMatchObject({ authorization: `Basic ${basic}` });
    expect(asked?.headers).not.toHaveProperty('x-twilio-webhook-enabled');
  });

  test('is announced to the webhooks only when asked for', async () => {
    const { played, flex } = await onStage(() => ({ status: 201, json: message }));
    await flex.send(channel, { ...draft, notifyWebhooks: true });
    expect(played.asked[0]?.headers['x-twilio-webhook-enabled']).toBe('true');
  });

  test('whose answer cannot be read may have been written', async () => {
    for (const answered of [
      { status: 201, text: '{"sid":' },
      { status: 201, json: { sid: messageSid } },
      { status: 201 },
    ]) {
      const { flex } = await onStage(() => answered);
      expect(await troubleFrom(flex.send(channel, draft))).toMatchObject({ remedy: 'retry', effect: 'unknown' });
    }
  });

  test('waits when the channel is gone', async () => {
    const { flex } = await onStage(() => gone);
    expect(await troubleFrom(flex.send(channel, draft))).toMatchObject({
      remedy: 'wait',
      effect: 'refused',
      code: 20404,
    });
  });

  test('is unsent or unknown as the network tells', async () => {
    const played = await playTwilio(() => ({ status: 500 }));
    for (const [sent, effect] of [
      ['nothing', 'unsent'],
      ['perhaps', 'unknown'],
    ] as const) {
      const flex = createFlexSide({ ...account(played), http: () => Promise.reject(new NoAnswer('ECONNRESET', sent)) });
      expect(await troubleFrom(flex.send(channel, draft))).toMatchObject({ remedy: 'retry', effect });
    }
  });
});

describe('credentials', () => {
  test('are asked for before each call, so that a new token or API key is used at once', async () => {
    const played = await playTwilio(() => ({ status: 201, json: message }));
    const kept = { authToken: 'old', previousAuthToken: undefined };
    const series = [
      { ...kept, apiKey: undefined },
      { ...kept, authToken: 'new', apiKey: undefined },
      { ...kept, apiKey: { sid: 'SK1', secret: 'key secret' } },
    ];
    const secrets = async () => series.shift() ?? { ...kept, apiKey: undefined };
    const flex = createFlexSide({ ...account(played), accountSid: 'AC1', secrets });
    for (let i = 0; i < 3; i++) await flex.send(channel, draft);
    const used = played.asked.map(({ headers }) =>
      Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString(),
    );
    expect(used).toEqual(['AC1:old', 'AC1:new', 'SK1:key secret']);
  });

  test('that are not to be had leave the call unsent', async () => {
    const played = await playTwilio(() => ({ status: 500 }));
    const flex = createFlexSide({ ...account(played), secrets: () => Promise.reject(new Error('throttled')) });
    expect(await troubleFrom(flex.send(channel, draft))).toMatchObject({ remedy: 'retry', effect: 'unsent' });
    expect(played.asked).toEqual([]);
  });
});

describe('a list of messages', () => {
  test('goes on where the last page ended, whatever host or base the address named', async () => {
    const last = {
      ...message,
      index: 8,
      media: { sid: `ME${'1'.repeat(32)}`, size: 12, content_type: 'image/png', filename: 'a.png' },
    };
    const { played, flex } = await onStage(({ path }) => {
      const next = 'https://chat.twilio.com/v2/elsewhere?Order=asc&PageSize=100&Page=1&PageToken=PT%2B1';
      const more = !path.includes('PageToken');
      return { status: 200, json: { messages: [more ? message : last], meta: { next_page_url: more ? next : null } } };
    });
    const first = await flex.listMessages(channel, 'asc');
    expect(first.messages).toEqual([
      {
        sid: messageSid,
        index: 7,
        author: 'ann_40example_2Ecom',
        body: 'hello',
        createdAt: '2026-11-22T10:00:00.123Z',
        attributes: '{"a":1}',
        media: [],
      },
    ]);
    const second = await flex.listMessages(channel, 'asc', first.next);
    expect(second.next).toBeUndefined();
    expect(second.messages[0]?.media).toEqual([
      { sid: `ME${'1'.repeat(32)}`, filename: 'a.png', contentType: 'image/png', size: 12 },
    ]);
    expect(played.asked.map(({ path }) => path)).toEqual([
      `${channels}/${channel}/Messages?Order=asc&PageSize=100`,
      `${channels}/${channel}/Messages?Order=asc&PageSize=100&Page=1&PageToken=PT%2B1`,
    ]);
  });

  test('never sends the credentials where a stored page would lead it', async () => {
    const { played, flex } = await onStage(() => ({ status: 200, json: { messages: [], meta: {} } }));
    for (const from of ['https://evil.example/x?y', '/../x?y', '.evil.example/?y', '@evil.example/?', '', '?'])
      await expect(flex.listMessages(channel, 'desc', from)).rejects.toThrow('from is no page of a list');
    await flex.listMessages(channel, 'desc', '?PageToken=https://evil.example/');
    expect(played.asked.map(({ path }) => path)).toEqual([
      `${channels}/${channel}/Messages?PageToken=https://evil.example/`,
    ]);
  });

  test('takes what Twilio leaves empty as empty, and times as Twilio gives them', async () => {
    const bare = { sid: messageSid, index: '9', date_created: '2026-11-22T10:00:00Z', body: null, attributes: null };
    const { flex } = await onStage(() => ({ status: 200, json: { messages: [bare], meta: { next_page_url: null } } }));
    expect((await flex.listMessages(channel, 'desc')).messages).toEqual([
      {
        sid: messageSid,
        index: 9,
        author: '',
        body: '',
        createdAt: '2026-11-22T10:00:00Z',
        attributes: '{}',
        media: [],
      },
    ]);
  });
});

describe('one message', () => {
  test('is undefined once Twilio says that it is gone, and trouble while a proxy is in between', async () => {
    const { flex } = await onStage(() => gone);
    expect(await flex.message(channel, messageSid)).toBeUndefined();
    const other = await onStage(() => ({ status: 404, text: '<html>' }));
    expect(await troubleFrom(other.flex.message(channel, messageSid))).toMatchObject({ remedy: 'retry' });
  });

  test('is rewritten and erased, erased also when it is gone already', async () => {
    const { played, flex } = await onStage(({ method }) =>
      method === 'DELETE' ? gone : { status: 200, json: message },
    );
    await flex.rewrite(channel, messageSid, { body: 'new', attributes: '{}' });
    await flex.erase(channel, messageSid);
    expect(played.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', `${channels}/${channel}/Messages/${messageSid}`, 'Body=new&Attributes=%7B%7D'],
      ['DELETE', `${channels}/${channel}/Messages/${messageSid}`, ''],
    ]);
  });

  test('that Twilio erases answers with no content', async () => {
    const { flex } = await onStage(() => ({ status: 204 }));
    await expect(flex.erase(channel, messageSid)).resolves.toBeUndefined();
  });
});

describe('a channel', () => {
  test('is open as long as it exists, also when it is INACTIVE', async () => {
    const json = { sid: channel, unique_name: null, friendly_name: 'A', attributes: '{"status":"INACTIVE"}' };
    const { flex } = await onStage(() => ({ status: 200, json }));
    expect(await flex.container(channel)).toEqual({
      sid: channel,
      uniqueName: undefined,
      friendlyName: 'A',
      attributes: '{"status":"INACTIVE"}',
      state: 'open',
    });
  });

  test.each([20404, 50300])('that Twilio does not know (%d) is undefined', async (code) => {
    const { flex } = await onStage(() => ({ status: 404, json: { code } }));
    expect(await flex.container(channel)).toBeUndefined();
  });

  test('is never looked for under a name that would lead elsewhere', async () => {
    const { played, flex } = await onStage(() => ({ status: 200, json: {} }));
    for (const name of ['', '.', '..'])
      expect(await troubleFrom(flex.container(name))).toMatchObject({ remedy: 'park', effect: 'unsent' });
    await troubleFrom(flex.container('a/../b?c#d'));
    await troubleFrom(flex.container('\ud800'));
    expect(played.asked.map(({ path }) => path)).toEqual([`${channels}/a%2F..%2Fb%3Fc%23d`, `${channels}/%EF%BF%BD`]);
  });
});

describe('members', () => {
  test('are all of them, page after page', async () => {
    const { flex } = await onStage(({ path }) => {
      const more = !path.includes('PageToken');
      const members = [{ sid: `MB${'1'.repeat(32)}`, identity: more ? 'ann' : 'bob', attributes: '{}' }];
      return {
        status: 200,
        json: { members, meta: { next_page_url: more ? 'https://chat.twilio.com/?PageToken=1' : null } },
      };
    });
    expect(await flex.members(channel)).toEqual([
      { sid: `MB${'1'.repeat(32)}`, identity: 'ann', attributes: '{}' },
      { sid: `MB${'1'.repeat(32)}`, identity: 'bob', attributes: '{}' },
    ]);
  });

  test('of a server that never ends its list end in an error', async () => {
    const json = { members: [], meta: { next_page_url: 'https://chat.twilio.com/?PageToken=1' } };
    const { flex } = await onStage(() => ({ status: 200, json }));
    await expect(flex.members(channel)).rejects.toThrow('pages of members');
  });

  test.each([50404, 50433, 45206])('join; who is there already (%d) has joined', async (code) => {
    const { played, flex } = await onStage(() => ({ status: 409, json: { code } }));
    await expect(
      flex.join(channel, { identity: 'ann', attributes: '{"member_type":"agent"}' }),
    ).resolves.toBeUndefined();
    expect(Object.fromEntries(played.asked[0]?.form ?? [])).toEqual({
      Identity: 'ann',
      Attributes: '{"member_type":"agent"}',
    });
  });

  test('are kept out by any other refusal', async () => {
    const { flex } = await onStage(() => ({ status: 400, json: { code: 50403 } }));
    expect(await troubleFrom(flex.join(channel, { identity: 'ann', attributes: '{}' }))).toMatchObject({
      remedy: 'park',
    });
  });
});

test('trouble tells path and code without a text, a token or a name', async () => {
  const { flex } = await onStage(() => ({ status: 400, json: { code: 50503, message: 'hello from Ann' } }));
  const trouble = await troubleFrom(flex.container('ann@example.com'));
  expect(trouble.message).toBe(`GET /v2/Services/${service}/Channels/{}: 400, code 50503`);
  expect(JSON.stringify(trouble)).not.toMatch(/ann@|hello|the token/i);
  await expect(flex.send(channel, draft)).rejects.toBeInstanceOf(TwilioError);
});

test('what is no trouble of Twilio stays what it is', async () => {
  const played = await playTwilio(() => ({ status: 200 }));
  const flex = createFlexSide({ ...account(played), http: () => Promise.reject(new RangeError('a bug')) });
  await expect(flex.send(channel, draft)).rejects.toThrow(RangeError);
});
