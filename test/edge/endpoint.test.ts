import { describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/edge/answer.ts';
import { answered, unavailable } from '../../src/edge/answer.ts';
import {
  type Answerer,
  createEndpoint,
  type PublicRow,
  type SignedRow,
  type Verified,
} from '../../src/edge/endpoint.ts';
import { config, encode, harness, secrets } from './harness.ts';

/** A row of the other kind: Frontline asks for what it shows, names no account, and waits for JSON. */
const path = '/frontline/customers';
const conversation = `CH${'c'.repeat(32)}`;
const asked = { Location: 'GetCustomersList', Worker: 'ann@example.com', ConversationSid: conversation };
const shown: Answer = {
  status: 201,
  headers: { 'cache-control': 'no-store' },
  json: { objects: { customers: [{ display_name: 'Bea Miller あ' }] } },
  entry: { step: 'queued', count: 1 },
};

/** That row, alone on an endpoint. */
const endpointWith = (
  answer: Answerer,
  callers: SignedRow['callers'] = { accounts: ['frontline'], sendAccountSid: false },
) => {
  const { deliver, ...rest } = harness({}, (deps) => createEndpoint(deps, new Map([[path, { callers, answer }]])));
  return {
    ...rest,
    ask: (params: Readonly<Record<string, string>> = asked, token = 'frontline-token') =>
      deliver(path, params, { token }),
  };
};

const outage = Object.assign(new Error('message of Bea Miller'), { name: 'TableNotFound' });

describe('an answerer of its own', () => {
  test('is given what was signed, and by whom', async () => {
    let given: Verified | undefined;
    const { ask } = endpointWith(async (verified) => {
      given = verified;
      return shown;
    });
    await ask();
    expect(given).toMatchObject({
      signer: 'frontline',
      text: encode(asked),
      contentType: 'application/x-www-form-urlencoded; charset=UTF-8',
      receivedAt: 1_773_507_731_402,
      secrets,
    });
    expect([...(given?.form ?? [])]).toEqual(Object.entries(asked).map(([name, value]) => [name, [value]]));
  });

  test('says status, headers and JSON body, and what the one line in the journal says', async () => {
    const { ask, journal, sent } = endpointWith(async ({ logAs }) => {
      logAs({ type: 'customers' });
      return shown;
    });
    const response = await ask();
    expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(shown.json);
    expect(journal).toEqual([{ step: 'queued', type: 'customers', sids: [conversation], count: 1, ms: 0 }]);
    expect(sent).toEqual([]);
  });

  test.each<[string, Answer['json']]>([
    ['an empty list', []],
    ['null', null],
    ['false', false],
  ])('says %s as JSON', async (_what, json) => {
    const { ask } = endpointWith(async () => ({ ...shown, json }));
    expect(await (await ask()).text()).toBe(JSON.stringify(json));
  });

  test('may say nothing, with headers', async () => {
    const { ask } = endpointWith(async () => ({ status: 204, headers: { 'retry-after': '5' }, entry: shown.entry }));
    const response = await ask();
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([204, '5', '']);
  });

  test('is cut off when time is up, and its line says what was known by then', async () => {
    const { ask, journal, expire } = endpointWith(({ logAs }) => {
      logAs({ type: 'customers' });
      return new Promise(() => {});
    });
    const answer = ask();
    await new Promise(setImmediate);
    expire();
    expect((await answer).status).toBe(503);
    expect(journal).toEqual([{ step: 'failed', type: 'customers', sids: [conversation], reason: 'too_late', ms: 0 }]);
  });

  test('is not heard any more after that', async () => {
    let late = () => {};
    const { ask, journal, expire } = endpointWith(
      ({ logAs }) =>
        new Promise((resolve) => {
          late = () => {
            logAs({ type: 'customers' });
            resolve(shown);
          };
        }),
    );
    const answer = ask();
    await new Promise(setImmediate);
    expire();
    const response = await answer;
    late();
    await new Promise(setImmediate);
    expect([response.status, await response.text()]).toEqual([503, 'not stored, try again\n']);
    expect(journal).toMatchObject([{ step: 'failed', type: path, reason: 'too_late' }]);
  });

  const circle: Record<string, unknown> = {};
  circle.self = circle;
  test.each<[string, Answerer, string]>([
    ['rejects', () => Promise.reject(outage), 'TableNotFound'],
    [
      'throws',
      () => {
        throw outage;
      },
      'TableNotFound',
    ],
    ['answers with JSON that cannot be written', async () => ({ ...shown, json: circle }), 'TypeError'],
  ])('that %s is a 503', async (_what, answerer, reason) => {
    const { ask, journal } = endpointWith(answerer);
    const response = await ask();
    expect(response.status).toBe(503);
    expect(journal).toEqual([{ step: 'failed', type: path, sids: [conversation], reason, ms: 0 }]);
    expect(JSON.stringify(journal) + (await response.text())).not.toContain('Miller');
  });
});

describe('callers that send no AccountSid', () => {
  const never: Answerer = async () => {
    throw new Error('asked');
  };
  const refusal = async (params: Readonly<Record<string, string>>, token: string, row: Partial<SignedRow> = {}) => {
    const { ask, journal } = endpointWith(row.answer ?? never, row.callers);
    const { status } = await ask(params, token);
    return [status, ...journal.map(({ step, reason, sids }) => [step, reason, sids])];
  };

  test('are known by their signature alone', async () => {
    expect(await refusal(asked, 'guessed')).toEqual([403, ['refused', 'wrong_signature', []]]);
    expect(await refusal(asked, 'flex-token')).toEqual([403, ['refused', 'wrong_signature', []]]);
    expect(await refusal({ ...asked, AccountSid: config.frontline.accountSid }, 'flex-token')).toEqual([
      403,
      ['refused', 'wrong_signature', []],
    ]);
  });

  test('are one of several accounts, whatever AccountSid says', async () => {
    const signers: string[] = [];
    const { ask } = endpointWith(
      async ({ signer }) => {
        signers.push(signer);
        return shown;
      },
      { accounts: ['flex', 'frontline'], sendAccountSid: false },
    );
    expect((await ask(asked, 'frontline-token')).status).toBe(201);
    expect((await ask(asked, 'flex-token-before')).status).toBe(201);
    expect((await ask({ ...asked, AccountSid: config.frontline.accountSid }, 'flex-token')).status).toBe(201);
    expect(signers).toEqual(['frontline', 'flex', 'flex']);
  });

  test('are refused where a row says that its callers send it', async () => {
    const callers = { accounts: ['frontline'], sendAccountSid: true } as const;
    expect(await refusal(asked, 'frontline-token', { callers })).toEqual([403, ['refused', 'wrong_account', []]]);
  });

  test('are held to all else', async () => {
    const { deliver, webhook, journal } = harness({}, (deps) =>
      createEndpoint(
        deps,
        new Map([[path, { callers: { accounts: ['frontline'], sendAccountSid: false }, answer: never }]]),
      ),
    );
    const as = { token: 'frontline-token' };
    const json = { ...as, headers: { 'content-type': 'application/json' } };
    const answers = [
      await deliver(`${path}/x`, asked, as),
      await webhook(new Request(`http://127.0.0.1${path}`)),
      await deliver(path, asked, json),
      await deliver(path, asked, { ...as, body: `Padding=${'x'.repeat(256 * 1024)}` }),
      await deliver(path, asked, { ...as, body: 'Body=%FF' }),
      await deliver(path, asked, { ...as, signature: '' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 405, 415, 413, 400, 403]);
    const reasons = ['route', 'method', 'content_type', 'too_large', 'not_utf8', 'no_signature'];
    expect(journal.map(({ reason }) => reason)).toEqual(reasons);
  });
});

describe('a row for whoever calls', () => {
  const openAt = (open: PublicRow['open'], more: Partial<PublicRow> = {}) =>
    harness({}, (deps) => createEndpoint(deps, new Map([[path, { open, ...more }]])));

  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST'])(
    'is answered without a signature, by its own rules: %s',
    async (method) => {
      const seen: unknown[] = [];
      const { webhook, journal } = openAt(async ({ request, query, receivedAt }) => {
        seen.push([request.method, query, receivedAt]);
        return answered({ yes: true }, 3);
      });
      const answer = await webhook(new Request(`http://127.0.0.1${path}/?a=1`, { method }));
      expect([answer.status, seen]).toEqual([200, [[method, '?a=1', 1_773_507_731_402]]]);
      expect(journal).toEqual([{ step: 'answered', type: path, sids: [], count: 3, ms: 0 }]);
    },
  );

  test('has its own time, and its own word for trouble', async () => {
    const times: number[] = [];
    const trouble = (why: string) => unavailable('twilio', why);
    const deadline = (ms: number, expired: () => void) => {
      times.push(ms);
      if (times.length === 1) expired();
      return () => {};
    };
    const { webhook, journal } = harness({ deadline }, (deps) =>
      createEndpoint(
        deps,
        new Map([
          [path, { withinMs: 5_000, trouble, open: () => Promise.reject(new TypeError('a customer said this')) }],
        ]),
      ),
    );
    const answers = [
      await webhook(new Request(`http://127.0.0.1${path}`)),
      await webhook(new Request(`http://127.0.0.1${path}`)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([424, 424]);
    expect(await answers[1]?.text()).toBe('Twilio did not answer\n');
    expect(times).toEqual([5_000, 5_000]);
    expect(journal.map(({ step, reason }) => [step, reason])).toEqual([
      ['answered', 'twilio:too_late'],
      ['answered', 'twilio:TypeError'],
    ]);
  });
});
