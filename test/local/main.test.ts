import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { announced, type Child, run } from './support/child.ts';
import { newFolder } from './support/machine.ts';
import { until } from './support/until.ts';

let folder: Awaited<ReturnType<typeof newFolder>>;
const children: Child[] = [];
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  await folder.remove();
});

const start = (
  environment: Readonly<Record<string, string | undefined>> = {},
  flags: readonly string[] = [],
): Child => {
  const child = run('local/start.js', { cwd: folder.path, environment: { PORT: '0', ...environment }, flags });
  children.push(child);
  return child;
};

const hex = (digit: string): string => digit.repeat(32);
const real = {
  ACCOUNT_SID: `AC${hex('1')}`,
  AUTH_TOKEN: 'flex-token',
  CHAT_SERVICE_SID: `IS${hex('1')}`,
  FRONTLINE_ACCOUNT_SID: `AC${hex('2')}`,
  FRONTLINE_AUTH_TOKEN: 'frontline-token',
  CONVERSATION_SERVICE_SID: `IS${hex('2')}`,
  PUBLIC_BASE_URL: 'https://bridge.example.com',
};

describe('npm start', () => {
  test('runs with nothing configured: bridge, local Twilio and page', async () => {
    const { port, page } = await announced(start());
    expect(page).toBe(`http://localhost:${port}/`);
    const shown = await fetch(`http://127.0.0.1:${port}/`);
    expect(shown.status).toBe(200);
    expect(await shown.text()).toContain('Flex–Frontline Bridge');
    expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).toMatchObject({ ok: true });
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends cleanly on %s', async (signal) => {
    const child = start();
    await announced(child);
    child.signal(signal);
    expect(await child.exit).toBe(0);
    // The same file again: it was closed.
    await announced(start());
  });

  test('ends cleanly when its terminal is closed, which takes nothing more of what it says', async () => {
    const child = start({ SWEEP_SECONDS: '1' });
    await announced(child);
    child.deafen();
    child.signal('SIGHUP');
    expect(await child.exit).toBe(0);
    await announced(start());
  });

  test('names everything that is missing or malformed at once, and no value', async () => {
    const child = start({
      ACCOUNT_SID: `AC${hex('1')}`,
      AUTH_TOKEN: 'secret-token',
      PORT: 'high',
      SETTLE_SECONDS: '-1',
    });
    expect(await child.exit).toBe(1);
    for (const name of [
      'CHAT_SERVICE_SID is missing',
      'FRONTLINE_ACCOUNT_SID is missing',
      'FRONTLINE_AUTH_TOKEN is missing',
      'CONVERSATION_SERVICE_SID is missing',
      'PUBLIC_BASE_URL is missing',
      'PORT is not',
      'SETTLE_SECONDS is not',
    ])
      expect(child.said()).toContain(name);
    expect(child.said()).not.toContain('secret-token');
    expect(child.said()).not.toContain('    at ');
  });

  test('reads an .env with a byte order mark', async () => {
    await writeFile(folder.file('.env'), '\ufeffPORT=high\r\n');
    const child = start({ PORT: undefined });
    expect(await child.exit).toBe(1);
    expect(child.said()).toContain('PORT is not a whole number');
  });

  test('says in one line that its .env is in UTF-16, and does not start without what it says', async () => {
    await writeFile(folder.file('.env'), Buffer.from('\ufeffPORT=0\r\n', 'utf16le'));
    const child = start();
    expect(await child.exit).toBe(1);
    expect(child.said()).toMatch(/^The bridge cannot start: \.env is in UTF-16, .*: save it as UTF-8 .*\n$/);
  });

  test('with real accounts says what to put into the consoles, and shows no page', async () => {
    const child = start(real);
    const { port, page } = await announced(child);
    await until('the addresses', () => child.said().includes('/frontline-to-chat'));
    for (const address of [
      'https://bridge.example.com/chat-to-frontline',
      'https://bridge.example.com/frontline-to-chat',
      'https://bridge.example.com/taskrouter-handler#rc=5&rp=all',
      'PostWebhookRetryCount',
    ])
      expect(child.said()).toContain(address);
    expect(child.said()).not.toContain('flex-token');
    expect(page).toBeUndefined();
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  });

  test('with real accounts and CONSOLE_PORT shows the page on a port of its own, without persons', async () => {
    const child = start({ ...real, CONSOLE_PORT: '0' });
    const { port, page } = await announced(child);
    expect(new URL(page ?? '').port).not.toBe(String(port));
    expect((await fetch(page ?? '')).status).toBe(200);
    expect(await (await fetch(`${page}page/cast`)).json()).toMatchObject({ persons: false });
    const act = await fetch(`${page}page/act`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"act":"begin","kind":"web"}',
    });
    expect(act.status).toBe(400);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  });

  test('says in one line that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const child = start({ PORT: String(port) });
    expect(await child.exit).toBe(1);
    expect(child.said()).toBe(
      `Port ${port} is in use. Is the bridge running already? Set another with PORT or CONSOLE_PORT.\n`,
    );
    const second = start({ CONSOLE_PORT: String(port) });
    expect(await second.exit).toBe(1);
    expect(second.said()).toContain(`Port ${port} is in use.`);
    await new Promise((resolve) => other.close(resolve));
  });

  test('says in one line that its file is taken', async () => {
    await announced(start());
    const child = start();
    expect(await child.exit).toBe(1);
    expect(child.said()).toBe('The bridge cannot start: data/local.sqlite is in use by another bridge process\n');
  });

  test('says in one line that there can be no folder for its file', async () => {
    const child = start({ DATA_FILE: '/proc/nothing/here/bridge.sqlite' });
    expect(await child.exit).toBe(1);
    expect(child.said()).toMatch(
      /^The bridge cannot start: no folder can be made for the data file \/proc\/nothing\/here\/bridge\.sqlite: .*\n$/,
    );
  });

  test('says in one line that its file is a folder', async () => {
    const child = start({ DATA_FILE: '.' });
    expect(await child.exit).toBe(1);
    expect(child.said()).toMatch(/^The bridge cannot start: EISDIR: .*\n$/);
  });

  test('says in one line that no local Twilio is where it should be', async () => {
    const child = start({ TWILIO_BASE_URL: 'http://127.0.0.1:9' });
    expect(await child.exit).toBe(1);
    expect(child.said()).toContain(
      'The bridge cannot start: no local Twilio answers at http://127.0.0.1:9: no connection\n',
    );
  });

  test('tells an older Node in one line what to do', async () => {
    const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'24.14.9'})";
    const child = start({}, ['--import', older]);
    expect(await child.exit).toBe(1);
    expect(child.said()).toMatch(/^The bridge needs Node 24\.15 or newer, and this is Node 24\.14\.9: .*\n$/);
  });
});
