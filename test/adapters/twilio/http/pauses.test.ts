import { describe, expect, test } from '@jest/globals';
import { createTime } from '../../../../sim/time.ts';
import { createGuards } from '../../../../src/adapters/twilio/http/guards.ts';
import { type HttpAnswer, type HttpRequest, NoAnswer } from '../../../../src/adapters/twilio/http/http.ts';
import type { CalledSide } from '../../../../src/contract.ts';

const sid = (letters: string, n: number): string => letters + String(n).padStart(32, '0');
const SERVICE = `https://chat.twilio.com/v2/Services/${sid('IS', 1)}`;
const channel = (n: number): string => `${SERVICE}/Channels/${sid('CH', n)}`;

type Answer = { readonly status: number; readonly code?: number; readonly retryAfter?: string };

/** All ends behind their guards; each call is made with the answer that the end then gives. */
const accounts = () => {
  const time = createTime();
  let ahead = 0;
  const clock = { now: () => time.now() + ahead, advance: time.advance };
  const guards = createGuards({ clock, journal: () => {} });
  const call = (
    of: CalledSide,
    method: HttpRequest['method'],
    url: string,
    answer: Answer = { status: 200 },
  ): Promise<number | string> => {
    const http = async (): Promise<HttpAnswer> => ({
      status: answer.status,
      headers: answer.retryAfter === undefined ? {} : { 'retry-after': answer.retryAfter },
      body: JSON.stringify(answer.code === undefined ? {} : { code: answer.code }),
    });
    return guards[of](http)({ method, url, headers: {}, timeoutMs: 10_000 }).then(
      ({ status }) => status,
      (error: unknown) => {
        if (!(error instanceof NoAnswer) || error.sent !== 'nothing') throw error;
        return `wait ${error.retryAfter}`;
      },
    );
  };
  const setBack = (ms: number): void => {
    ahead -= ms;
  };
  return { clock, call, setBack };
};

describe('Retry-After', () => {
  test('of an account is obeyed by all its chats and by its tasks, reads and writes, and by nobody else', async () => {
    const { clock, call } = accounts();
    expect(await call('flex', 'GET', channel(1), { status: 429, code: 20_429, retryAfter: '7' })).toBe(429);
    expect(await call('flex', 'POST', `${channel(2)}/Messages`)).toBe('wait 7');
    expect(await call('flex', 'GET', channel(3))).toBe('wait 7');
    expect(await call('taskrouter', 'GET', 'https://taskrouter.twilio.com/v1/Workspaces/WS1/Tasks')).toBe('wait 7');
    expect(await call('frontline', 'GET', 'https://conversations.twilio.com/v1/Services/IS2')).toBe(200);
    expect(await call('default-webhook', 'POST', 'https://webhooks.twilio.com/v1/Accounts')).toBe(200);
    expect(await call('default-webhook', 'GET', 'https://proxy.twilio.com/v1/Services')).toBe('wait 7');
    clock.advance(6_500);
    expect(await call('flex', 'GET', channel(3))).toBe('wait 1');
    clock.advance(500);
    expect(await call('flex', 'GET', channel(3))).toBe(200);
  });

  test.each([50_063, 50_074])(
    'of a limit on actions (%d) in a container keeps that chat from writing alone',
    async (code) => {
      const { clock, call } = accounts();
      const busy = { status: 429, code, retryAfter: '3' };
      expect(await call('flex', 'POST', `${channel(1)}/Messages`, busy)).toBe(429);
      expect(await call('flex', 'POST', `${channel(1)}/Members`)).toBe('wait 3');
      expect(await call('flex', 'DELETE', `${channel(1)}/Messages/${sid('IM', 1)}`)).toBe('wait 3');
      expect(await call('flex', 'GET', `${channel(1)}/Messages`)).toBe(200);
      expect(await call('flex', 'POST', `${channel(2)}/Messages`)).toBe(200);
      expect(await call('flex', 'POST', `${SERVICE}/Channels`)).toBe(200);
      clock.advance(3_000);
      expect(await call('flex', 'POST', `${channel(1)}/Messages`)).toBe(200);
    },
  );

  test.each([50_063, 50_074])(
    'of a limit on actions (%d) of a service keeps all from making chats and users alone',
    async (code) => {
      const { call } = accounts();
      expect(await call('flex', 'POST', `${SERVICE}/Channels`, { status: 429, code, retryAfter: '3' })).toBe(429);
      expect(await call('flex', 'POST', `${SERVICE}/Users`)).toBe('wait 3');
      expect(await call('flex', 'POST', `${channel(1)}/Messages`)).toBe(200);
      expect(await call('flex', 'GET', `${SERVICE}/Users`)).toBe(200);
    },
  );

  test('that is shorter than one heard before does not end it, and one of no length begins none', async () => {
    const { clock, call } = accounts();
    const slow = Promise.all(
      ['9', '2', '0', 'soon'].map((retryAfter) =>
        call('flex', 'GET', channel(1), { status: 429, code: 20_429, retryAfter }),
      ),
    );
    expect(await slow).toEqual([429, 429, 429, 429]);
    clock.advance(8_000);
    expect(await call('flex', 'GET', channel(1))).toBe('wait 1');
    clock.advance(1_000);
    expect(await call('flex', 'GET', channel(1), { status: 429, code: 20_429, retryAfter: '0' })).toBe(429);
    expect(await call('flex', 'GET', channel(1), { status: 429, code: 20_429 })).toBe(429);
    expect(await call('flex', 'GET', channel(1))).toBe(200);
  });

  test('does not silence an account for as long as the clock was set back meanwhile', async () => {
    const { call, setBack } = accounts();
    await call('flex', 'GET', channel(1), { status: 429, code: 20_429, retryAfter: '2' });
    setBack(3_600_000);
    expect(await call('flex', 'GET', channel(1))).toBe(200);
  });

  test('is no failure of the side: it is not left alone for it', async () => {
    const { clock, call } = accounts();
    await call('frontline', 'GET', channel(1), { status: 429, code: 20_429, retryAfter: '30' });
    for (let n = 0; n < 20; n += 1) expect(await call('frontline', 'GET', channel(n))).toMatch('wait');
    clock.advance(30_000);
    expect(await call('frontline', 'GET', channel(1))).toBe(200);
  });
});
