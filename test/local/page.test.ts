import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DemoView } from '../../local/page/demo.ts';
import { createFeed } from '../../local/page/feed.ts';
import { showPage } from '../../local/page/show.ts';
import { ann } from './support/chat.ts';
import { type Machine, newMachine } from './support/machine.ts';
import { until } from './support/until.ts';

let machine: Machine;
let port = 0;
beforeEach(async () => {
  machine = await newMachine();
  const feed = createFeed({ now: Date.now });
  const host = await machine.boot({ journal: feed.journal });
  port = host.port;
  await showPage({ settings: { consolePort: undefined }, running: { host, twilioUrl: machine.twilio.url }, feed });
});
afterEach(() => machine.end());

type Asked = { readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string };

/** fetch does not let anybody choose Host and Origin. */
const ask = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { host: `localhost:${port}`, ...headers },
    });
    outgoing.on('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const json = { 'content-type': 'application/json' };
const act = async (what: unknown, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await ask('POST', '/page/act', { ...json, ...headers }, JSON.stringify(what));
  return { status: answer.status, ...(JSON.parse(answer.body) as { channel?: string; error?: string }) };
};

/** The scenes that a page is shown, as they come. */
const watch = async (channel = '') => {
  const stop = new AbortController();
  const response = await fetch(`http://localhost:${port}/page/live?chat=${channel}`, { signal: stop.signal });
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString('utf8');
  })().catch(() => undefined);
  const told = (event: string): readonly unknown[] =>
    [...text.matchAll(new RegExp(`event: ${event}\ndata: (.*)\n\n`, 'g'))].map(([, data]) => JSON.parse(data ?? ''));
  return {
    scene: () => told('scene').at(-1) as DemoView | undefined,
    entries: () => told('entries').flat() as readonly { readonly step: string }[],
    end: async () => {
      stop.abort();
      await reading;
    },
  };
};

describe('The page', () => {
  test('shows what each person sees, as it happens, and where each event went', async () => {
    const { channel = '' } = await act({ act: 'begin', kind: 'web' });
    const page = await watch(channel);
    await act({ act: 'write', who: 'customer', channel, text: 'hello' });
    await until('the customer', () => page.scene()?.shown?.flex.some(({ text }) => text === 'hello'));
    await act({ act: 'accept', channel, agent: ann.email });
    await until('Frontline', () =>
      page.scene()?.shown?.frontline.some(({ text, copied }) => text === 'hello' && copied),
    );
    await until('Ann', () =>
      act({ act: 'write', who: 'frontline', channel, text: 'hi' }).then(({ status }) => status === 200),
    );
    const line = await until('the answer', () => page.scene()?.shown?.customer.find(({ text }) => text === 'hi'));
    expect(line).toMatchObject({ who: 'agent', name: 'Ann', copied: true });
    const steps = await until('the journal', () => {
      const all = page.entries().map(({ step }) => step);
      return all.includes('replicated') ? all : undefined;
    });
    expect(steps).toEqual(expect.arrayContaining(['queued', 'linked', 'replicated']));
    await page.end();
  });

  test.each(['/', '/page/page.js', '/page/cast', '/page/live'])('answers HEAD as GET, to its end: %s', async (path) => {
    const head = await ask('HEAD', path);
    expect([head.status, head.body]).toEqual([200, '']);
    if (path === '/page/live') return;
    const whole = await ask('GET', path);
    expect({ ...head.headers, date: '' }).toEqual({ ...whole.headers, date: '' });
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(whole.body)));
  });

  test("shows the customer's phone for a chat by SMS", async () => {
    const { channel = '' } = await act({ act: 'begin', kind: 'sms' });
    const page = await watch(channel);
    await act({ act: 'accept', channel, agent: ann.email });
    await act({ act: 'write', who: 'flex', channel, text: 'we are here' });
    const texts = await until('the SMS', () => {
      const lines = page.scene()?.shown?.customer.map(({ text }) => text);
      return lines?.includes('we are here') ? lines : undefined;
    });
    expect(texts).toEqual(['Hello, I text from my phone.', 'we are here']);
    await page.end();
  });

  test('tells an agent of an offer, takes his answer, and ends the chat', async () => {
    const { channel = '' } = await act({ act: 'begin', kind: 'web' });
    const page = await watch(channel);
    const annNow = () => page.scene()?.agents.find(({ email }) => email === ann.email);
    expect((await act({ act: 'tell', agent: ann.email, text: '1' })).error).toBe('the bridge has told Ann nothing yet');
    await act({ act: 'offer', channel, agent: ann.email });
    // Once only: the same offer again is the same offer.
    await act({ act: 'offer', channel, agent: ann.email });
    const offers = await until('the offer', () => (annNow()?.told.length === 1 ? annNow()?.offers : undefined));
    expect(offers).toEqual([{ reservation: expect.stringMatching(/^WR/), name: 'Carla' }]);
    await act({ act: 'tell', agent: ann.email, text: '1' });
    await until('Ann', () => page.scene()?.shown?.frontlineAgents.some(({ name }) => name === 'Ann'));
    const [{ reservation = '' } = {}] = offers;
    expect((await act({ act: 'answer', reservation, how: 'rejects' })).status).toBe(400);
    expect((await act({ act: 'leave', channel, agent: 'ben.o_neil@example.com' })).error).toBe(
      'Ben has no accepted task in this chat',
    );
    await act({ act: 'end', side: 'frontline', channel, agent: ann.email });
    await until(
      'the end',
      () => page.scene()?.shown?.inFlex === 'ended' && page.scene()?.shown?.inFrontline === 'ended',
    );
    await page.end();
  });

  test('switches faults on and off', async () => {
    await act({ act: 'faults', names: ['doubled', 'lost'] });
    expect(machine.twilio.faults.rules().map(({ fault }) => fault)).toEqual(['webhook.doubled', 'webhook.lost']);
    await act({ act: 'faults', names: [] });
    expect(machine.twilio.faults.rules()).toEqual([]);
  });

  test('tells what a person cannot do', async () => {
    const { channel } = await act({ act: 'begin', kind: 'web' });
    expect(await act({ act: 'write', who: 'flex', channel, text: 'too early' })).toEqual({
      status: 400,
      error: 'no agent has accepted this chat yet',
    });
    for (const nonsense of [
      {},
      { act: 'begin', kind: 'fax' },
      { act: 'write', who: 'customer', channel: '../../counts', text: 'x' },
      { act: 'write', who: 'customer', channel, text: ' ' },
      { act: 'write', who: 'customer', channel, text: 'x'.repeat(4001) },
      { act: 'write', who: 'flex', channel, text: 'x', agent: 7 },
      { act: 'answer', reservation: '../../faults', how: 'accepts' },
      { act: 'answer', reservation: `WR${'0'.repeat(32)}`, how: 'writes' },
      { act: 'tell', agent: ann.email, text: '' },
      { act: 'transfer', channel, agent: ann.email, to: ann.email, how: 'hot' },
      { act: 'pass', channel, agent: ann.email },
      { act: 'call', agent: ann.email, phone: 'Jo', text: 'hi' },
      { act: 'end', side: 'proxy', channel, agent: ann.email },
      { act: 'go', side: 'flex', agent: ann.email },
      { act: 'faults', names: 'all' },
    ])
      expect(await act(nonsense)).toMatchObject({ status: 400, error: 'no such action' });
    expect(await act({ act: 'offer', channel, agent: 'nobody@example.com' })).toMatchObject({
      status: 400,
      error: 'no such agent',
    });
    expect((await act({ act: 'go', side: 'flex', agent: ann.email, activity: 'Asleep' })).status).toBe(400);
    expect((await ask('POST', '/page/act', json, 'x'.repeat(70_000))).status).toBe(400);
  });

  test('runs its own script only, and is no frame of anybody', async () => {
    const { status, headers, body } = await ask('GET', '/');
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(rule);
    expect(policy).not.toContain('unsafe');
    expect(body).not.toMatch(/<script(?![^>]* src="\/page\/)|https?:\/\/|style=| on\w+=/);
  });

  test('is for this machine only: another name in Host is refused (DNS rebinding)', async () => {
    for (const host of ['evil.example', `evil.example:${port}`, `localhost.evil.example:${port}`])
      for (const path of ['/', '/page/live', '/page/cast']) expect((await ask('GET', path, { host })).status).toBe(403);
    expect((await act({ act: 'begin', kind: 'web' }, { host: 'evil.example' })).status).toBe(403);
    expect((await ask('GET', '/', { host: `127.0.0.1:${port}` })).status).toBe(200);
    expect((await ask('GET', '/', { host: `[::1]:${port}` })).status).toBe(200);
  });

  test("refuses what another site's script asks for (CSRF)", async () => {
    const begin = { act: 'begin', kind: 'web' };
    const foreign: readonly Readonly<Record<string, string>>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${port + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'content-type': 'text/plain' },
    ];
    for (const headers of foreign) expect((await act(begin, headers)).status).toBe(403);
    expect(
      (await ask('GET', '/page/live', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status,
    ).toBe(403);
    expect(machine.twilio.reads.containers('flex')).toEqual([]);
    expect((await act(begin, { origin: `http://localhost:${port}`, 'sec-fetch-site': 'same-origin' })).status).toBe(
      200,
    );
  });

  test('leaves nothing open when the machine stops', async () => {
    const page = await watch();
    await until('the first scene', () => page.scene());
    await machine.stop();
    await page.end();
  });
});
