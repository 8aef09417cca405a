import { afterEach, describe, expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import type { Store } from '../../../src/core/ports/store.ts';
import { until } from '../../local/support/until.ts';
import { type CallbackHarness, callbackHarness, type Heard } from './harness.ts';

const path = '/check-agent-availability';
const page = 'https://www.example.com';
const { ann, ben } = AGENTS;

let bridge: CallbackHarness;
afterEach(() => bridge.end());
const boot = async (more: Readonly<Record<string, string>> = {}) => {
  bridge = await callbackHarness({
    AVAILABILITY_ORIGINS: `${page},https://shop.example.com`,
    AVAILABILITY_PER_SECOND: '500',
    NOTIFICATION_TIMEOUT_MINUTES: '10',
    ...more,
  });
};

type Question = Readonly<Record<string, string>>;
const query = (question: Question): string => `${path}?${new URLSearchParams(question)}`;
const get = (question: Question, origin: string | undefined = page): Promise<Heard> =>
  bridge.fetched(query(question), origin === undefined ? {} : { headers: { origin } });
const post = (body: string, type: string): Promise<Heard> =>
  bridge.fetched(path, { method: 'POST', headers: { origin: page, 'content-type': type }, body });
const said = ({ status, text }: Heard) => [status, text];
const there = [200, '{"available":true}'];
const away = [200, '{"available":false}'];

/** Jobs that were sent to tell an agent. */
const told = () => bridge.journal.filter(({ type }) => type === 'notify_agent');

describe('whether an agent is there', () => {
  test('is told to the page that asks, by GET and POST, as a form and as JSON', async () => {
    await boot();
    bridge.twilio.flexAgent.goes(ann.flexWorkerSid, 'Available');
    bridge.twilio.flexAgent.goes(ben.flexWorkerSid, 'Offline');
    const form = (name: string) => new URLSearchParams({ WorkerName: name }).toString();
    for (const [{ email }, answer] of [
      [ann, there],
      [ben, away],
    ] as const) {
      expect(said(await get({ WorkerName: email }))).toEqual(answer);
      expect(said(await post(form(email), 'application/x-www-form-urlencoded'))).toEqual(answer);
      expect(said(await post(JSON.stringify({ WorkerName: email }), 'application/json; charset=utf-8'))).toEqual(
        answer,
      );
    }
    const heard = await get({ WorkerName: ann.email });
    expect(heard.headers.get('access-control-allow-origin')).toBe(page);
    expect([heard.headers.get('vary'), heard.headers.get('cache-control')]).toEqual(['origin', 'no-store']);
  });

  test('is told to no page that is not in the settings, nor to whoever says nothing of itself', async () => {
    await boot();
    for (const origin of [
      'https://evil.example',
      'null',
      `${page}.evil.example`,
      'http://www.example.com',
      undefined,
    ]) {
      const heard = await bridge.fetched(query({ WorkerName: ann.email, EventType: 'NotifyAgent' }), {
        headers: origin === undefined ? {} : { origin },
      });
      expect(said(heard)).toEqual([403, 'not for this page\n']);
      expect(heard.headers.get('access-control-allow-origin')).toBeNull();
      const before = await bridge.fetched(path, { method: 'OPTIONS', headers: origin === undefined ? {} : { origin } });
      expect([before.status, before.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    }
    expect(bridge.twilio.counts.read().flex['GET taskrouter.workers'] ?? 0).toBe(0);
  });

  test('may be asked by a page after its browser has asked whether it may', async () => {
    await boot();
    const heard = await bridge.fetched(path, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example.com', 'access-control-request-method': 'POST' },
    });
    expect(heard.status).toBe(204);
    expect(Object.fromEntries(heard.headers)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example.com',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type',
      vary: 'origin',
    });
  });

  test('is asked in words that can be read', async () => {
    await boot();
    const json = 'application/json';
    for (const [heard, status] of [
      [await get({}), 400],
      [await get({ WorkerName: '' }), 400],
      [await bridge.fetched(`${path}?WorkerName=%FF`, { headers: { origin: page } }), 400],
      [await post('{', json), 400],
      [await post('{"WorkerName":{"a":1}}', json), 400],
      [await post('[]', json), 400],
      [await post('', 'application/x-www-form-urlencoded'), 400],
      [await post('WorkerName=x', 'text/plain'), 415],
      [await post(JSON.stringify({ WorkerName: 'x'.repeat(5_000) }), json), 413],
      [await bridge.fetched(query({ WorkerName: ann.email }), { method: 'PUT', headers: { origin: page } }), 405],
    ] as const)
      expect([heard.text, heard.status]).toEqual([heard.text, status]);
    // Nobody can ring the alarm of refused webhooks here.
    expect(bridge.journal.filter(({ step }) => step === 'refused')).toEqual([]);
  });

  test('is not told more often a second than the settings allow', async () => {
    await boot({ AVAILABILITY_PER_SECOND: '3' });
    const heard = await Promise.all(Array.from({ length: 40 }, () => get({ WorkerName: ann.email })));
    const busy = heard.filter(({ status }) => status === 429);
    expect(busy.length).toBeGreaterThan(30);
    expect(busy[0]?.headers.get('access-control-allow-origin')).toBe(page);
  });

  test('is not guessed while TaskRouter does not answer', async () => {
    await boot();
    bridge.twilio.faults.add({ fault: 'rest.5xx-before', p: 1, status: 503, only: 'GET taskrouter.workers' });
    expect(said(await get({ WorkerName: ann.email }))).toEqual([424, 'Twilio did not answer\n']);
  });
});

describe('an agent who is away', () => {
  test('is told that somebody waits, once, though a hundred pages ask at once', async () => {
    let writes = 0;
    await boot();
    await bridge.stop();
    const host = await bridge.boot({
      around: (store: Store): Store => ({
        ...store,
        write: (key, change) => {
          if (key.sk === 'notified') writes += 1;
          return store.write(key, change);
        },
      }),
    });
    bridge.twilio.flexAgent.goes(ben.flexWorkerSid, 'Offline');
    const ask = async () => {
      const url = `http://127.0.0.1:${host.port}${query({ WorkerName: ben.email, EventType: 'NotifyAgent' })}`;
      return (await fetch(url, { headers: { origin: page } })).text();
    };
    const heard = await Promise.all(Array.from({ length: 100 }, ask));
    expect(new Set(heard)).toEqual(new Set(['{"available":false}']));
    expect(writes).toBe(100);
    await ask();
    await until('the job', () => told().length > 0);
    expect(told()).toMatchObject([{ step: 'replicated', sids: [ben.flexWorkerSid, expect.stringMatching(/^CH/)] }]);
  });

  test('is told again after the time of the settings', async () => {
    await boot({ NOTIFICATION_TIMEOUT_MINUTES: '0.001' });
    bridge.twilio.flexAgent.goes(ben.flexWorkerSid, 'Offline');
    await until('two jobs', async () => {
      await get({ WorkerName: ben.email, EventType: 'NotifyAgent' });
      return told().length > 1;
    });
  });

  test('hears nothing of a page that only asks, and one who is there hears nothing at all', async () => {
    await boot();
    bridge.twilio.flexAgent.goes(ann.flexWorkerSid, 'Available');
    bridge.twilio.flexAgent.goes(ben.flexWorkerSid, 'Offline');
    await get({ WorkerName: ben.email });
    await get({ WorkerName: ben.email, EventType: 'Notify' });
    await get({ WorkerName: ann.email, EventType: 'NotifyAgent' });
    expect(bridge.answers().filter(({ count }) => count !== undefined)).toEqual([]);
  });

  test('is answered for like one who does not exist also while nothing can be noted, and the page can read that', async () => {
    await boot();
    await bridge.stop();
    const host = await bridge.boot({
      around: (store: Store): Store => ({
        ...store,
        write: (key, change) =>
          key.sk === 'notified' ? Promise.reject(new RangeError('no disk')) : store.write(key, change),
      }),
    });
    bridge.twilio.flexAgent.goes(ben.flexWorkerSid, 'Offline');
    const about = async (name: string) => {
      const url = `http://127.0.0.1:${host.port}${query({ WorkerName: name, EventType: 'NotifyAgent' })}`;
      const { status, headers, ...answer } = await fetch(url, { headers: { origin: page } }).then(async (heard) => ({
        ...{ status: heard.status, headers: heard.headers, text: await heard.text() },
      }));
      return { status, ...answer, headers: [...headers].filter(([header]) => header !== 'date') };
    };
    expect(await about(ben.email)).toEqual(await about('nobody@example.com'));
    // The operator hears of it.
    expect(bridge.answers().at(-2)).toMatchObject({ step: 'failed', reason: 'not_told:RangeError' });
  });

  test('is answered for exactly like one who does not exist, for whom nothing is written and nobody is told', async () => {
    await boot();
    bridge.twilio.flexAgent.goes(ben.flexWorkerSid, 'Offline');
    const about = async (name: string) => {
      const { status, text, headers } = await get({ WorkerName: name, EventType: 'NotifyAgent' });
      return { status, text, headers: [...headers].filter(([header]) => header !== 'date') };
    };
    const known = await about(ben.email);
    for (const name of ['nobody@example.com', 'x'.repeat(300), 'BEN', `${ben.email} `, '*'])
      expect([name, await about(name)]).toEqual([name, known]);
    expect(bridge.answers().filter(({ count }) => count === 1)).toHaveLength(1);
  });
});
