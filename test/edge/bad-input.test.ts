import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accountSecrets } from '../../sim/settings.ts';
import { decodeEnvelope } from '../../src/core/jobs/envelope.ts';
import { reasonWords } from '../../src/core/ports/journal.ts';
import type { Secrets } from '../../src/runtime/secrets.ts';
import { fixture, type Params } from '../fixtures/webhooks/read.ts';
import { config, encode, harness, secrets, signature } from './harness.ts';

const chat = '/chat-to-frontline';
const conversations = '/frontline-to-chat';
const taskrouter = '/taskrouter-handler';
const said = fixture('chat/onMessageSent');
const answered = fixture('conversations/onMessageAdded');
const accepted = fixture('taskrouter/reservation.accepted');

type As = Parameters<ReturnType<typeof harness>['deliver']>[2];

/** What came back, and that nothing was stored and one line written, without anything that people wrote. */
const refusal = async (path: string, params: Params, as?: As) => {
  const { deliver, sent, journal } = harness();
  const response = await deliver(path, params, as);
  expect(sent).toEqual([]);
  expect(journal).toHaveLength(1);
  const lines = JSON.stringify(journal) + (await response.text());
  for (const personal of [params.Body, params.From, params.Author, 'Bea Miller', 'example.com'])
    if (personal) expect(lines).not.toContain(personal);
  return [response.status, journal[0]?.step, ...journal.flatMap(reasonWords)];
};

describe('who may come in', () => {
  test('nobody without a signature', async () => {
    expect(await refusal(chat, said, { headers: { 'x-twilio-signature': '' } })).toEqual([
      403,
      'refused',
      'no_signature',
    ]);
  });

  test.each([
    ['a wrong one', 'bm90IGEgc2lnbmF0dXJl'],
    ['one that is not even base64', '\u00ff'],
    ['two', `${signature('flex-token', config.publicBaseUrl + chat, said)}, x`],
    ["one with a token's value empty", signature('', config.publicBaseUrl + chat, said)],
    ['one for another address', signature('flex-token', `https://other.example.com${chat}`, said)],
    ['one for another route', signature('flex-token', config.publicBaseUrl + taskrouter, said)],
  ])('nobody with %s', async (_what, given) => {
    expect(await refusal(chat, said, { signature: given })).toEqual([403, 'refused', 'wrong_signature']);
  });

  test('the account that the route is for, with its token of before too', async () => {
    for (const token of ['flex-token', 'flex-token-before']) {
      const { deliver } = harness();
      expect((await deliver(chat, said, { token })).status).toBe(204);
    }
  });

  test('the account that signs with a token promoted just now: newer secrets are read before it is refused', async () => {
    const promoted = { ...secrets, flex: accountSecrets('promoted', 'flex-token') };
    const asked: (Secrets | undefined)[] = [];
    const { deliver } = harness({
      secrets: async (than) => {
        asked.push(than);
        return than === undefined ? secrets : promoted;
      },
    });
    expect((await deliver(chat, said, { token: 'promoted' })).status).toBe(204);
    expect((await deliver(chat, said, { token: 'flex-token' })).status).toBe(204);
    expect(asked).toEqual([undefined, secrets, undefined]);
    expect((await deliver(chat, said, { token: 'guessed' })).status).toBe(403);
  });

  test('nobody whose signature cannot be one, and what he sends is not even read', async () => {
    for (const given of [
      '',
      'bm90IGEgc2lnbmF0dXJl',
      `${signature('flex-token', config.publicBaseUrl + chat, said)}=`,
    ]) {
      let pulled = 0;
      const pull = (controller: ReadableStreamDefaultController): void => {
        pulled += 1;
        controller.close();
      };
      const body = new ReadableStream({ pull }, { highWaterMark: 0 });
      const { deliver } = harness();
      expect((await deliver(chat, said, { signature: given, body })).status).toBe(403);
      expect(pulled).toBe(0);
    }
  });

  test('not the other account, whatever it says it is', async () => {
    expect(await refusal(chat, said, { token: 'frontline-token' })).toEqual([403, 'refused', 'wrong_signature']);
    expect(await refusal(conversations, answered, { token: 'flex-token' })).toEqual([
      403,
      'refused',
      'wrong_signature',
    ]);
    const theirs = { ...said, AccountSid: config.frontline.accountSid };
    expect(await refusal(chat, theirs, { token: 'frontline-token' })).toEqual([403, 'refused', 'wrong_signature']);
  });

  test('not with an AccountSid that is not of the account that signed, nor with two', async () => {
    const other = { ...said, AccountSid: config.frontline.accountSid };
    expect(await refusal(chat, other, { token: 'flex-token' })).toEqual([403, 'refused', 'wrong_account']);
    const third = { ...accepted, AccountSid: `AC${'9'.repeat(32)}` as const };
    expect(await refusal(taskrouter, third, { token: 'flex-token' })).toEqual([403, 'refused', 'wrong_account']);
    expect(
      await refusal(taskrouter, { ...accepted, AccountSid: config.frontline.accountSid }, { token: 'flex-token' }),
    ).toEqual([403, 'refused', 'wrong_account']);
    const { AccountSid } = said;
    const another = `AC${'9'.repeat(32)}` as const;
    const twice = signature('flex-token', config.publicBaseUrl + chat, {
      ...said,
      AccountSid: `${another}AccountSid${AccountSid}`,
    });
    const body = `${encode(said)}&AccountSid=${another}`;
    expect(await refusal(chat, said, { body, signature: twice })).toEqual([403, 'refused', 'wrong_account']);
  });

  test.each([
    [chat, said, 'flex-token'],
    [conversations, answered, 'frontline-token'],
    [taskrouter, accepted, 'flex-token'],
    [taskrouter, accepted, 'frontline-token'],
  ])('not on %s without an AccountSid: %#', async (path, { AccountSid, ...anonymous }, token) => {
    expect(await refusal(path, anonymous, { token })).toEqual([403, 'refused', 'wrong_account']);
  });

  test('both accounts on the route for task events', async () => {
    const { deliver } = harness();
    expect((await deliver(taskrouter, accepted)).status).toBe(204);
    const theirs = { ...accepted, AccountSid: config.frontline.accountSid };
    expect((await deliver(taskrouter, theirs)).status).toBe(204);
  });

  test('a query is part of what is signed', async () => {
    const { deliver } = harness();
    expect((await deliver(`${chat}?from=flex%20chat&x='`, said)).status).toBe(204);
    const bare = signature('flex-token', config.publicBaseUrl + chat, said);
    expect((await refusal(`${chat}?x=1`, said, { signature: bare }))[0]).toBe(403);
  });

  test("a bodySHA256 in the query does not excuse the body's parameters from being signed", async () => {
    const path = `${chat}?bodySHA256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`;
    const urlOnly = signature('flex-token', config.publicBaseUrl + path, {});
    expect(await refusal(path, said, { signature: urlOnly })).toEqual([403, 'refused', 'wrong_signature']);
  });

  test('a signature holds for no other parameters', async () => {
    const good = signature('flex-token', config.publicBaseUrl + chat, said);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(said)),
        fc.oneof(fc.constant(undefined), fc.string({ unit: 'binary' })),
        async (name, value) => {
          const { [name]: before, ...rest } = said;
          fc.pre(value !== before);
          const params = value === undefined ? rest : { ...rest, [name]: value };
          const { deliver, sent } = harness();
          expect((await deliver(chat, params, { signature: good })).status).toBe(403);
          expect(sent).toEqual([]);
        },
      ),
    );
  });

  test('a changed signature does not hold', async () => {
    const good = signature('flex-token', config.publicBaseUrl + chat, said);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom('A', 'z', '+', ''), async (at, put) => {
        const changed = good.slice(0, at) + put + good.slice(at + 1);
        fc.pre(changed !== good);
        expect((await refusal(chat, said, { signature: changed }))[0]).toBe(403);
      }),
    );
  });
});

describe('what may come in', () => {
  test('only the three routes, only POST, only forms', async () => {
    expect(await refusal('/', said)).toEqual([404, 'refused', 'route']);
    expect(await refusal(`${chat}/x`, said)).toEqual([404, 'refused', 'route']);
    const { webhook, journal } = harness();
    const get = await webhook(new Request(`http://127.0.0.1${chat}`));
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect(journal).toMatchObject([{ step: 'refused', reason: 'method', type: chat }]);
  });

  test.each([
    'application/json',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded; charset=utf-16',
    '',
  ])('no body of type %j', async (type) => {
    expect(await refusal(chat, said, { headers: { 'content-type': type } })).toEqual([415, 'refused', 'content_type']);
  });

  test.each(['application/x-www-form-urlencoded', 'Application/X-WWW-Form-Urlencoded;charset="utf-8"'])(
    'a body of type %j',
    async (type) => {
      const { deliver } = harness();
      expect((await deliver(chat, said, { headers: { 'content-type': type } })).status).toBe(204);
    },
  );

  test.each(['', '&', '&&&'])('no empty body: %j', async (body) => {
    expect(await refusal(chat, said, { body })).toEqual([400, 'refused', 'empty_body']);
  });

  test.each([
    ['a broken byte', new Uint8Array([0x61, 0x3d, 0xff])],
    ['an encoded broken byte', 'Body=%FF'],
    ['half a character', 'Body=%E3%81'],
    ['an encoded surrogate', 'Body=%ED%A0%80'],
    ['a broken escape', 'Body=100%'],
  ])('nothing that is not UTF-8: %s', async (_what, body) => {
    expect(await refusal(chat, said, { body })).toEqual([400, 'refused', 'not_utf8']);
  });

  test('no 10 000 parameters, and the refusal comes at once', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, 'x']));
    expect(await refusal(chat, { ...said, ...many })).toEqual([400, 'refused', 'too_many_parameters']);
    const just = Object.fromEntries(Array.from({ length: 1_000 - Object.keys(said).length }, (_, i) => [`p${i}`, 'x']));
    const { deliver } = harness();
    expect((await deliver(chat, { ...said, ...just })).status).toBe(204);
  });

  test('32 KB of Japanese with full attributes', async () => {
    const { deliver, sent } = harness();
    const Body = '注文は本日'.repeat(2_184);
    const Attributes = JSON.stringify({ note: '注'.repeat(1_300) });
    const params = { ...said, Body, Attributes };
    expect(encode(params).length).toBeGreaterThan(100_000);
    expect((await deliver(chat, params)).status).toBe(204);
    expect(sent[0]?.work).toMatchObject({ event: { message: { body: Body, attributes: Attributes } } });
  });

  test('a body of 256 KB, and not a byte more', async () => {
    const room = 256 * 1024 - encode({ ...said, Padding: '' }).length;
    const { deliver } = harness();
    expect((await deliver(chat, { ...said, Padding: 'x'.repeat(room) })).status).toBe(204);
    expect(await refusal(chat, { ...said, Padding: 'x'.repeat(room + 1) })).toEqual([413, 'refused', 'too_large']);
  });

  test('a body that goes on and on is not read to its end', async () => {
    let pulled = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x61));
        if (pulled === 20) controller.close();
      },
    });
    expect(await refusal(chat, said, { body })).toEqual([413, 'refused', 'too_large']);
    expect(pulled).toBeLessThan(10);
  });

  test('a body that says it is too long is not read at all', async () => {
    let pulled = 0;
    const pull = () => {
      pulled += 1;
    };
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    expect(await refusal(chat, said, { body, headers: { 'content-length': '262145' } })).toEqual([
      413,
      'refused',
      'too_large',
    ]);
    expect(pulled).toBe(0);
  });

  test('control characters that would outgrow the queue', async () => {
    const raw = '\u0001'.repeat(200_000);
    const body = `${encode({ ...said, Body: '' })}`.replace('Body=', `Body=${raw}`);
    expect(await refusal(chat, { ...said, Body: raw }, { body })).toEqual([413, 'refused', 'too_large']);
  });
});

describe('what it may say', () => {
  test.each([
    [chat, said, 'EventType', ['']],
    [
      chat,
      said,
      'ChannelSid',
      [
        '',
        'CH1',
        `CH${'0'.repeat(32)}` as const,
        `ch${'a'.repeat(32)}`,
        `CH${'a'.repeat(31)}\n`,
        `CH${'a'.repeat(33)}`,
      ],
    ],
    [chat, said, 'InstanceSid', ['', 'IS', said.ChannelSid ?? '']],
    [chat, said, 'MessageSid', ['', 'IM', `IM${'g'.repeat(32)}`]],
    [
      chat,
      said,
      'Index',
      ['', '-1', '1.5', '1e3', '0x10', ' 1', '01', 'NaN', '9007199254740992', '99999999999999999999'],
    ],
    [
      chat,
      said,
      'DateCreated',
      [
        '',
        'yesterday',
        '2026-03-14',
        '2026-02-30T00:00:00Z',
        '2026-03-14T25:00:00Z',
        '1773507731',
        '2026-03-14T17:04:44',
      ],
    ],
    [chat, said, 'From', ['']],
    [conversations, answered, 'ConversationSid', ['', 'CV1', `CH${'0'.repeat(32)}`]],
    [conversations, answered, 'ChatServiceSid', ['', 'IS1']],
    [conversations, answered, 'MessageSid', ['IM']],
    [conversations, answered, 'Index', ['x']],
    [conversations, answered, 'Author', ['']],
    [conversations, answered, 'DateCreated', ['x']],
    [taskrouter, accepted, 'TaskSid', ['', 'WT']],
    [taskrouter, accepted, 'ReservationSid', ['', 'WR']],
    [taskrouter, accepted, 'WorkerSid', ['', 'WK']],
    [taskrouter, accepted, 'WorkspaceSid', ['', 'WS']],
  ] as const)('on %s nothing is guessed: %#', async (path, params, name, values) => {
    for (const value of values)
      expect(await refusal(path, { ...params, [name]: value })).toEqual([400, 'refused', 'malformed', name]);
    const { [name as string]: _gone, ...without } = params as Params;
    if (name !== 'ChatServiceSid') expect(await refusal(path, without)).toEqual([400, 'refused', 'malformed', name]);
  });

  test('a parameter that is there twice is one when both agree, and none when they differ', async () => {
    const { deliver, sent } = harness();
    expect((await deliver(chat, said, { body: `${encode(said)}&RetryCount=0` })).status).toBe(204);
    expect(sent).toHaveLength(2);
    const body = `${encode(said)}&Body=A%20second%20text`;
    const signed = signature('flex-token', config.publicBaseUrl + chat, {
      ...said,
      Body: `A second textBody${said.Body}`,
    });
    expect(await refusal(chat, said, { body, signature: signed })).toEqual([400, 'refused', 'malformed', 'Body']);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'a parameter may be called %s',
    async (name) => {
      const { deliver, sent } = harness();
      expect(
        (
          await deliver(chat, Object.assign(Object.create(null), said, { [name]: 'x' }), {
            body: `${encode(said)}&${name}=x`,
            signature: signature(
              'flex-token',
              config.publicBaseUrl + chat,
              Object.fromEntries([...Object.entries(said), [name, 'x']]),
            ),
          })
        ).status,
      ).toBe(204);
      expect(sent).toHaveLength(2);
    },
  );

  test.each(['not JSON', '{"bridge":', '[]', '"text"', '7', '['.repeat(80_000), '{"__proto__":{"bridge":1}}'])(
    'attributes may be anything, and are kept: %#',
    async (Attributes) => {
      const { deliver, sent } = harness();
      expect((await deliver(chat, { ...said, Attributes })).status).toBe(204);
      expect(sent[0]?.work).toMatchObject({ event: { message: { attributes: Attributes } } });
    },
  );

  test('text that SQS refuses is stored so that it does not', async () => {
    const { deliver, sent } = harness();
    const Body = '\u0000\u0001\u000b\u001f\ufffe\uffff\u{1FFFE}\u{10FFFF}𝄞';
    expect((await deliver(chat, { ...said, Body }, { body: encode({ ...said, Body }) })).status).toBe(204);
    for (const { body } of sent) {
      // https://www.w3.org/TR/REC-xml/#charsets
      expect(body).toMatch(/^[ -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
    }
    expect(decodeEnvelope(sent[0]?.body ?? '')?.work).toMatchObject({ event: { message: { body: Body } } });
  });

  test('whatever a signed form says, it is a 204 or a 400', async () => {
    const names = [...new Set([said, answered, accepted].flatMap((params) => Object.keys(params)))];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([chat, said] as const, [conversations, answered] as const, [taskrouter, accepted] as const),
        fc.dictionary(
          fc.constantFrom(...names.filter((name) => name !== 'AccountSid')),
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.json(),
            fc.constantFrom(...Object.values({ ...said, ...answered, ...accepted })),
          ),
        ),
        async ([path, params], over) => {
          const { deliver, sent } = harness();
          const { status } = await deliver(path, { ...params, ...over });
          expect([204, 400]).toContain(status);
          for (const { group, dedupe } of sent) {
            expect(group).toMatch(/^(CH|WK)[0-9a-f]{32}$/);
            expect(dedupe).toMatch(/^[\x21-\x7e]{1,128}$/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
