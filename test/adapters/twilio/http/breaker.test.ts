import { describe, expect, test } from '@jest/globals';
import { createTime } from '../../../../sim/time.ts';
import { createBreaker } from '../../../../src/adapters/twilio/http/breaker.ts';
import { createRest } from '../../../../src/adapters/twilio/http/client.ts';
import { type HttpAnswer, type HttpRequest, NoAnswer } from '../../../../src/adapters/twilio/http/http.ts';
import type { CalledSide } from '../../../../src/contract.ts';
import type { Entry } from '../../../../src/core/ports/journal.ts';

type Reply = number | 'no answer' | 'no connection' | Promise<number>;

const chat = (n: number): string => `CH${String(n).padStart(32, '0')}`;
const urlOf = (container: string): string => `https://chat.twilio.com/v2/Services/IS1/Channels/${container}/Messages`;

const HEADERS = {
  authorization: 'x',
  'content-type': 'application/x-www-form-urlencoded',
  'x-twilio-webhook-enabled': 'true',
};

/** One side behind a breaker. `replies` as they come from its network, 200 when nothing is said. */
const oneSide = (of: CalledSide = 'flex') => {
  const time = createTime();
  let ahead = 0;
  const clock = { ...time, now: () => time.now() + ahead };
  const told: Entry[] = [];
  const calls: HttpRequest[] = [];
  let next: Reply = 200;
  const http = async (request: HttpRequest): Promise<HttpAnswer> => {
    calls.push(request);
    const reply = next;
    if (reply === 'no answer') throw new NoAnswer('no answer in time', 'perhaps');
    if (reply === 'no connection') throw new NoAnswer('ECONNREFUSED', 'nothing');
    return { status: await reply, headers: {}, body: '{}' };
  };
  const breaker = createBreaker({ clock, journal: (entry) => told.push(entry), of });
  const guarded = breaker(http);
  const call = (n: number, url = urlOf(chat(n)), body?: string) =>
    guarded({ method: 'POST', url, headers: HEADERS, body, timeoutMs: 10_000 }).then(
      ({ status }) => status,
      (error: unknown) => {
        if (!(error instanceof NoAnswer)) throw error;
        return error.message === 'side is down' ? `wait ${error.retryAfter}` : error.message;
      },
    );
  return {
    clock,
    call,
    setBack: (ms: number) => {
      ahead -= ms;
    },
    breaker,
    http,
    calls: () => calls.length,
    requests: () => calls,
    asked: () => calls.map(({ method }) => method),
    states: () => told.map(({ reason }) => reason),
    told,
    replies: (reply: Reply) => {
      next = reply;
    },
    /** Found dead by five chats. */
    dies: async (reply: Reply = 'no answer') => {
      next = reply;
      for (let n = 1; n <= 5; n += 1) await call(n);
    },
  };
};

describe('a side that is down', () => {
  test.each(['no answer', 'no connection', 500, 502, 503, 504] as const)(
    'is left alone for five seconds after five failures in a row (%s)',
    async (reply) => {
      const side = oneSide();
      await side.dies(reply);
      expect(await side.call(6)).toBe('wait 5');
      side.clock.advance(3_500);
      expect(await side.call(7)).toBe('wait 2');
      expect(side.calls()).toBe(5);
      expect(side.told).toEqual([{ step: 'breaker', type: 'flex', reason: 'open', sids: [] }]);
    },
  );

  test('is asked by two chats, no more, when the time is over, and left alone again when both fail', async () => {
    const side = oneSide();
    await side.dies();
    side.clock.advance(5_000);
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map((n) => side.call(n)))).toEqual([
      'wait 5',
      'wait 5',
      'wait 2',
      'wait 2',
      'wait 2',
      'wait 2',
    ]);
    expect(await side.call(3)).toBe('wait 5');
    expect(side.asked().slice(5)).toEqual(['GET', 'GET']);
    expect(side.states()).toEqual(['open', 'open']);
  });

  test('is served again by everybody as soon as one call went through', async () => {
    const side = oneSide();
    await side.dies();
    side.clock.advance(5_000);
    side.replies(201);
    expect(await side.call(1)).toBe(201);
    expect(side.asked().slice(5)).toEqual(['GET', 'POST']);
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map((n) => side.call(n)))).toEqual([201, 201, 201, 201, 201, 201]);
    expect(side.states()).toEqual(['open', 'closed']);
  });

  test('is asked by a read of the same address, cut off early, with nothing of the write in it', async () => {
    const side = oneSide();
    await side.dies();
    side.clock.advance(5_000);
    await side.call(1, urlOf(chat(1)), 'Body=hello');
    const { method, url, headers, body, timeoutMs } = side.requests().at(-1) ?? {};
    expect({ method, url, headers, body, timeoutMs }).toEqual({
      ...{ method: 'GET', url: urlOf(chat(1)), headers: { authorization: 'x' }, body: undefined, timeoutMs: 4_000 },
    });
  });

  test('is back when it asks to wait, and the write is not sent meanwhile', async () => {
    const side = oneSide();
    await side.dies();
    side.clock.advance(5_000);
    side.replies(429);
    expect(await side.call(1)).toBe(429);
    expect(side.asked().slice(5)).toEqual(['GET']);
    expect(side.states()).toEqual(['open', 'closed']);
  });

  test("is asked by a post where there is nothing to read: Flex's own webhook", async () => {
    const side = oneSide('default-webhook');
    await side.dies();
    side.clock.advance(5_000);
    side.replies(200);
    expect(await side.call(1)).toBe(200);
    expect(side.asked().slice(5)).toEqual(['POST']);
  });

  test('is asked at most twice in five seconds, however long it is down and however many ask', async () => {
    const side = oneSide();
    await side.dies();
    const before = side.calls();
    for (let second = 0; second < 3600; second += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => side.call(n)));
      side.clock.advance(1000);
    }
    expect(side.calls() - before).toBeGreaterThan(600);
    expect(side.calls() - before).toBeLessThanOrEqual(1_440);
  });

  /** A dead side, when it may be asked again: two have done so, and will never hear. */
  const askedInVain = async () => {
    const side = oneSide();
    await side.dies();
    side.clock.advance(5_000);
    side.replies(new Promise(() => {}));
    void side.call(1);
    void side.call(2);
    return side;
  };

  test('is asked again although only one chat ever asks', async () => {
    const side = oneSide();
    await side.dies();
    side.clock.advance(5_000);
    expect(await side.call(1)).toBe('wait 5');
    expect(side.calls()).toBe(6);
    expect(await side.call(1)).toBe('wait 5');
    expect(side.calls()).toBe(6);
    side.clock.advance(5_000);
    side.replies(200);
    expect(await side.call(1)).toBe(200);
    expect(side.states()).toEqual(['open', 'closed']);
  });

  test('is found to be back although the chat that asks first can never be served', async () => {
    const side = oneSide();
    await side.dies();
    side.clock.advance(5_000);
    side.replies(500);
    expect(await side.call(1)).toBe('wait 5');
    side.replies(200);
    expect(await side.call(2)).toBe(200);
    expect(await side.call(3)).toBe(200);
  });

  test('is asked by others when a process died in its own question', async () => {
    const side = await askedInVain();
    expect(await side.call(3)).toBe('wait 2');
    side.clock.advance(4_000);
    side.replies(200);
    expect(await side.call(3)).toBe(200);
  });

  test('is not left alone longer for calls that began before it was found dead', async () => {
    const side = oneSide();
    const answers = Array.from({ length: 8 }, () => Promise.withResolvers<number>());
    const calls = answers.map(({ promise }, n) => {
      side.replies(promise);
      return side.call(n);
    });
    for (const { resolve } of answers.slice(0, 5)) resolve(503);
    await Promise.all(calls.slice(0, 5));
    side.clock.advance(4_000);
    for (const { resolve } of answers.slice(5)) resolve(503);
    await Promise.all(calls);
    side.clock.advance(1_000);
    side.replies(200);
    expect(await side.call(1)).toBe(200);
    expect(side.states()).toEqual(['open', 'closed']);
  });

  test('is no longer left alone when a call that began before went through', async () => {
    const side = oneSide();
    const slow = Promise.withResolvers<number>();
    side.replies(slow.promise);
    const late = side.call(9);
    await side.dies();
    slow.resolve(200);
    expect(await late).toBe(200);
    side.replies(200);
    expect(await side.call(1)).toBe(200);
  });

  test('is said to have been down since it was found dead, however often it was asked since', async () => {
    const side = oneSide();
    await side.dies();
    const downMs = () =>
      side
        .breaker(side.http)({ method: 'GET', url: urlOf(chat(9)), headers: {}, timeoutMs: 10_000 })
        .catch((error: unknown) => (error instanceof NoAnswer ? error.downMs : error));
    side.clock.advance(4_000);
    expect(await downMs()).toBe(4_000);
    side.clock.advance(2_000);
    await Promise.all([side.call(1), side.call(2)]);
    expect(await downMs()).toBe(6_000);
    side.clock.advance(6_000);
    side.replies(200);
    await side.call(3);
    side.clock.advance(60_000);
    await side.dies();
    expect(await downMs()).toBe(0);
  });

  test('is asked again in time though the clock was set back', async () => {
    const side = oneSide();
    await side.dies();
    side.setBack(3_600_000);
    side.replies(200);
    expect(await side.call(6)).toBe(200);
  });

  test('is asked by others though the clock was set back during a question that never ended', async () => {
    const side = await askedInVain();
    side.setBack(3_600_000);
    side.replies(200);
    expect(await side.call(3)).toBe(200);
  });

  test('is told to core as trouble of which nothing was sent, with the time to wait', async () => {
    const side = oneSide();
    await side.dies();
    const rest = createRest('chat.twilio.com', {
      http: side.breaker(side.http),
      accountSid: 'AC1',
      secrets: async () => ({ authToken: 'x', previousAuthToken: undefined, apiKey: undefined }),
      requestMs: 10_000,
    });
    await expect(rest({ method: 'POST', path: ['v2', 'Services'], form: {} }, () => true)).rejects.toMatchObject({
      name: 'TwilioError',
      remedy: 'retry',
      effect: 'unsent',
      retryAfter: 5,
      downMs: 0,
      message: 'POST /v2/Services: side is down',
    });
  });
});

describe('a side that lives', () => {
  test.each([200, 404, 409, 429])('is never left alone for its answers (%d)', async (status) => {
    const side = oneSide();
    side.replies(status);
    for (let n = 0; n < 50; n += 1) expect(await side.call(n)).toBe(status);
    expect(side.states()).toEqual([]);
  });

  test('is not left alone for failures with a success between them', async () => {
    const side = oneSide();
    for (let round = 0; round < 20; round += 1) {
      side.replies('no answer');
      for (let n = 0; n < 4; n += 1) await side.call(n);
      side.replies(200);
      await side.call(9);
    }
    expect(side.states()).toEqual([]);
  });

  test.each([
    ['by its address', (n: number): [string, undefined] => [urlOf(chat(n)), undefined]],
    [
      'by the form of the webhook',
      (n: number): [string, string] => ['https://webhooks.twilio.com/v1/ChatEvent', `ChannelSid=${chat(n)}&Body=x`],
    ],
  ])('is not left alone for one chat that it cannot serve, known %s', async (_, of) => {
    const side = oneSide();
    side.replies(500);
    for (let n = 0; n < 50; n += 1) expect(await side.call(1, ...of(1))).toBe(500);
    side.replies(200);
    expect(await side.call(2, ...of(2))).toBe(200);
    expect(side.states()).toEqual([]);
  });
});
