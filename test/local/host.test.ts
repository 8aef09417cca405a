import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startHost } from '../../local/host.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { knownFirstStart } from '../../src/core/state/first-start.ts';
import { accept, ann, conversationOf, textsIn } from './support/chat.ts';
import { type Machine, newMachine } from './support/machine.ts';
import { until } from './support/until.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await newMachine();
});
afterEach(() => machine.end());

/** The agent comes last, so then the link is complete. */
const linked = (channel: string) =>
  until('the link', () => {
    const conversation = conversationOf(machine.twilio, channel);
    if (conversation === undefined) return undefined;
    const members = machine.twilio.reads.container('frontline', conversation)?.members;
    return members?.some(({ identity }) => identity === ann.email) ? conversation : undefined;
  });
const bothTell = (channel: string, texts: readonly string[]) =>
  until(`both to tell ${texts.length} texts`, () => {
    const { twilio } = machine;
    const sides = [textsIn(twilio, 'flex', channel), textsIn(twilio, 'frontline', conversationOf(twilio, channel))];
    return sides.every((side) => side.length >= texts.length) ? sides : undefined;
  }).then((sides) => expect(sides).toEqual([texts, texts]));

type Health = { readonly ok: boolean; readonly queues: Readonly<Record<string, { readonly waiting: number }>> };
const base = () => `http://127.0.0.1:${machine.port()}`;
const health = async () => {
  const answer = await fetch(`${base()}/healthz`);
  return { status: answer.status, ...((await answer.json()) as Health) };
};

describe('One machine', () => {
  test('knows when it was first started before it hears of anything', async () => {
    const before = Date.now();
    let store: Store | undefined;
    await machine.boot({ around: (one) => (store = one) });
    const first = store === undefined ? undefined : await knownFirstStart(store);
    // Of whole seconds.
    expect(first).toBeGreaterThan(before - 1_000);
    expect(first).toBeLessThanOrEqual(Date.now());
  });

  test('tells what each side says on the other, from what was said before the accept on', async () => {
    await machine.boot();
    const { customer, flexAgent, frontlineAgent } = machine.twilio;
    const { channelSid, taskSid } = customer.beginWebChat({ name: 'Jo' });
    customer.writes(channelSid, 'anybody there?');
    customer.writes(channelSid, 'hello?');
    accept(machine.twilio, taskSid);
    const conversation = await linked(channelSid);
    flexAgent.writes(ann.flexWorkerSid, channelSid, 'hi Jo');
    await bothTell(channelSid, ['anybody there?', 'hello?', 'hi Jo']);
    frontlineAgent.writes(ann.email, conversation, 'now from my phone');
    await bothTell(channelSid, ['anybody there?', 'hello?', 'hi Jo', 'now from my phone']);
    customer.writes(channelSid, 'fine');
    await bothTell(channelSid, ['anybody there?', 'hello?', 'hi Jo', 'now from my phone', 'fine']);
  });

  test("sends what the agent writes in Frontline to the customer's phone, once", async () => {
    await machine.boot();
    const { customer, frontlineAgent } = machine.twilio;
    const { channelSid, taskSid } = customer.beginSmsChat({ phone: '+15550200001', text: 'hello by SMS' });
    accept(machine.twilio, taskSid);
    const conversation = await linked(channelSid);
    frontlineAgent.writes(ann.email, conversation, 'hello on your phone');
    const sms = await until('the SMS', () => customer.phone('+15550200001')[0]);
    expect(sms.body).toBe('hello on your phone');
    await until('every queue to be empty', async () => {
      const { queues } = await health();
      return Object.values(queues).every(({ waiting }) => waiting === 0);
    });
    expect(customer.phone('+15550200001')).toHaveLength(1);
  });

  test('goes on after a stop, and makes up for what it did not hear meanwhile', async () => {
    const first = await machine.boot();
    const { customer, frontlineAgent } = machine.twilio;
    const { channelSid, taskSid } = customer.beginWebChat();
    accept(machine.twilio, taskSid);
    const conversation = await linked(channelSid);
    customer.writes(channelSid, 'one');
    await bothTell(channelSid, ['one']);
    await first.stop();
    customer.writes(channelSid, 'two, to nobody');
    await until('the webhook to be lost', () => machine.twilio.webhooks.underway() === 0);
    frontlineAgent.writes(ann.email, conversation, 'three, to nobody');
    await until('the webhook to be lost', () => machine.twilio.webhooks.underway() === 0);
    await machine.boot();
    await until('Flex to tell three', () => textsIn(machine.twilio, 'flex', channelSid).length === 3);
    await until('Frontline to tell three', () => textsIn(machine.twilio, 'frontline', conversation).length === 3);
    customer.writes(channelSid, 'four');
    await until('the fourth', () => textsIn(machine.twilio, 'frontline', conversation).length === 4);
    expect(textsIn(machine.twilio, 'frontline', conversation)).toEqual([
      'one',
      'three, to nobody',
      'two, to nobody',
      'four',
    ]);
    expect(textsIn(machine.twilio, 'flex', channelSid)).toEqual(['one', 'two, to nobody', 'three, to nobody', 'four']);
  });

  test('keeps the stamp key that it made at its first start', async () => {
    const first = await machine.boot();
    const { customer } = machine.twilio;
    const { channelSid, taskSid } = customer.beginWebChat();
    accept(machine.twilio, taskSid);
    const conversation = await linked(channelSid);
    await first.stop();
    await machine.boot();
    machine.twilio.frontlineAgent.writes(ann.email, conversation, 'after the restart');
    await until('the copy', () => textsIn(machine.twilio, 'flex', channelSid).length === 1);
    await until('the echo', () => machine.journal.some(({ reason }) => reason === 'echo'));
    expect(textsIn(machine.twilio, 'frontline', conversation)).toEqual(['after the restart']);
  });

  const health = async () => {
    const answer = await fetch(`${base()}/healthz`);
    return {
      status: answer.status,
      ...((await answer.json()) as { ok: boolean; queues: Record<string, { waiting: number }> }),
    };
  };
  let baseUrl = '';
  const base = () => baseUrl;
  beforeEach(() => {
    const { boot } = machine;
    machine = {
      ...machine,
      boot: async (over) => {
        const host = await boot(over);
        baseUrl = `http://127.0.0.1:${host.port}`;
        return host;
      },
    };
  });

  test('says that it is well, and what waits', async () => {
    await machine.boot();
    expect(await health()).toEqual({
      status: 200,
      ok: true,
      queues: {
        'flex-events': { waiting: 0, inFlight: 0, dead: 0 },
        'frontline-events': { waiting: 0, inFlight: 0, dead: 0 },
        'default-webhook': { waiting: 0, inFlight: 0, dead: 0 },
      },
    });
  });

  test('answers HEAD as GET, without the body, and the webhooks as before', async () => {
    await machine.boot();
    const heard = await speak('HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const [head = '', body] = heard.split('\r\n\r\n');
    expect([head.split('\r\n')[0], body]).toEqual(['HTTP/1.1 200 OK', '']);
    const whole = await fetch(`${base()}/healthz`);
    for (const name of ['content-type', 'content-length', 'cache-control'])
      expect(head.toLowerCase()).toContain(`${name}: ${whole.headers.get(name)}`);
    expect(Number(whole.headers.get('content-length'))).toBe((await whole.arrayBuffer()).byteLength);
    for (const method of ['GET', 'HEAD'])
      expect((await fetch(`${base()}/chat-to-frontline`, { method })).status).toBe(405);
    expect((await fetch(`${base()}/healthz`, { method: 'POST', body: 'x' })).status).toBe(404);
  });

  test('answers below the path of its public address, and where a proxy took that path off', async () => {
    const { settings, ...rest } = machine.settings();
    await machine.boot({ ...rest, settings: { ...settings, publicBaseUrl: 'https://hooks.example.test/bridge' } });
    const status = async (path: string, init?: RequestInit) => (await fetch(base() + path, init)).status;
    for (const path of ['/bridge', '', '/bridge/bridge'].map((before) => `${before}/healthz`))
      expect([path, await status(path)]).toEqual([path, path.includes('bridge/bridge') ? 404 : 200]);
    expect(await status('/healthz/')).toBe(200);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const path of ['/bridge/chat-to-frontline', '/chat-to-frontline'])
      expect(await status(path, { method: 'POST', headers: form, body: 'a=1' })).toBe(403);
  });

  test('refuses what Twilio would not send, and goes on', async () => {
    await machine.boot();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const status = async (path: string, init?: RequestInit) => (await fetch(base() + path, init)).status;
    expect(await status('/')).toBe(404);
    expect(await status('/page/page.js')).toBe(404);
    expect(await status('/chat-to-frontline')).toBe(405);
    expect(await status('/chat-to-frontline', { method: 'POST', headers: form, body: 'a=1' })).toBe(403);
    expect(await status('/chat-to-frontline', { method: 'POST', body: '{}' })).toBe(415);
    expect((await health()).ok).toBe(true);
  });

  /** As far as anybody can see before he has the body. */
  const SIGNED = `X-Twilio-Signature: ${'A'.repeat(27)}=`;
  const speak = (lines: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(base()).port), '127.0.0.1');
      let heard = '';
      socket.on('data', (chunk) => {
        heard += chunk;
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
      socket.write(lines);
    });

  test('answers a body that is announced too large before it came, and hangs up', async () => {
    await machine.boot();
    const heard = await speak(
      `POST /chat-to-frontline HTTP/1.1\r\nHost: x\r\n${SIGNED}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 300000\r\n\r\na=`,
    );
    expect(heard).toMatch(/^HTTP\/1.1 413 /);
    expect(heard.toLowerCase()).toContain('connection: close');
  });

  test('stops reading a body that grows too large', async () => {
    await machine.boot();
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const heard = await speak(
      `POST /chat-to-frontline HTTP/1.1\r\nHost: x\r\n${SIGNED}\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}`,
    );
    expect(heard).toMatch(/^HTTP\/1.1 413 /);
  });

  test.each([
    ['too large', '413', 'application/x-www-form-urlencoded'],
    ['not a form', '415', 'application/json'],
  ])('lets whoever sends on hear that a body is %s', async (_what, status, type) => {
    await machine.boot();
    const size = 3_000_000;
    const heard = await new Promise<string>((resolve, reject) => {
      const socket = connect({ port: Number(new URL(base()).port), host: '127.0.0.1', allowHalfOpen: true });
      let answer = '';
      socket.on('data', (chunk) => {
        if (answer === '') socket.write('a'.repeat(size - 100_000));
        answer += chunk;
      });
      socket.on('end', () => socket.end());
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
      const head = `POST /chat-to-frontline HTTP/1.1\r\nHost: x\r\n${SIGNED}\r\nContent-Type: ${type}\r\nContent-Length: ${size}\r\n\r\n`;
      socket.write(head + 'a'.repeat(100_000));
    });
    expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test('refuses another method as one, also such as no browser may send', async () => {
    await machine.boot();
    for (const [line, status] of [
      ['TRACE /', 404],
      ['TRACE /chat-to-frontline', 405],
      ['PATCH /chat-to-frontline', 405],
    ] as const)
      expect(await speak(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
        new RegExp(`^HTTP/1.1 ${status} `),
      );
  });

  test.each(['GET http://elsewhere/', 'OPTIONS *'])(
    'answers 400 to a request that no webhook can be, and tells it in a line: %s',
    async (line) => {
      await machine.boot();
      expect(await speak(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
      const refusals = machine.journal.filter(({ step }) => step === 'refused');
      expect(refusals).toEqual([{ step: 'refused', type: 'webhook', reason: 'unreadable_request', sids: [] }]);
    },
  );

  test('tells a second process that its file is taken, and leaves no port open', async () => {
    const host = await machine.boot();
    const second = startHost({ ...machine.settings(), port: 0, journal: () => {} });
    await expect(second).rejects.toThrow('is in use by another bridge process');
    const third = startHost({
      ...machine.settings(),
      dataFile: machine.folder.file('other.sqlite'),
      port: host.port,
      journal: () => {},
    });
    await expect(third).rejects.toMatchObject({ code: 'EADDRINUSE' });
    // The file of the one that failed is free again.
    const fourth = await startHost({
      ...machine.settings(),
      dataFile: machine.folder.file('other.sqlite'),
      journal: () => {},
    });
    await fourth.stop();
  });
});
