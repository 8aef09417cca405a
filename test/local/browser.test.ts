import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createFeed } from '../../local/page/feed.ts';
import { showPage } from '../../local/page/show.ts';
import { ann } from './support/chat.ts';
import { type Machine, newMachine } from './support/machine.ts';
import { until } from './support/until.ts';

const executablePath = '/usr/bin/chromium';
/** Half of an installation is none. */
const there = spawnSync(executablePath, ['--version']).status === 0;
const withBrowser = there ? describe : describe.skip;

/** Nobody waits longer than it takes; a busy machine only needs more. */
const PATIENCE_MS = 120_000;

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

withBrowser(
  `The page in a browser${there ? '' : ` (skipped: no ${executablePath}; on Debian: apt-get install chromium)`}`,
  () => {
    let browser: Browser;
    let machine: Machine;
    let page: Page;
    let port = 0;
    const complaints: string[] = [];
    const asked: string[] = [];

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: flags, timeout: PATIENCE_MS });
    });
    afterAll(() => browser?.close());

    beforeEach(async () => {
      machine = await newMachine();
      const feed = createFeed({ now: Date.now });
      const host = await machine.boot({ journal: feed.journal });
      port = host.port;
      await showPage({ settings: { consolePort: undefined }, running: { host, twilioUrl: machine.twilio.url }, feed });
      page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      complaints.length = 0;
      asked.length = 0;
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`http://localhost:${port}/`);
    });
    afterEach(async () => {
      await page.close();
      await machine.end();
    });

    const lines = (side: string) => page.locator(`#${side}-lines li .text`);
    const says = async (person: string, text: string): Promise<void> => {
      await page.getByLabel(`Message of the ${person}`, { exact: true }).fill(text);
      await page.keyboard.press('Enter');
    };
    const seenBy = (side: string, text: string) => lines(side).filter({ hasText: text }).waitFor();

    /** The agent comes last into the conversation: a copy can be read there before the agent can write. */
    const annIsInFrontline = () =>
      until('Ann in Frontline', () =>
        machine.twilio.reads
          .containers('frontline')
          .some(({ members }) => members.some(({ identity }) => identity === ann.email)),
      );

    test('what one writes appears to the others, and nothing is read as HTML', async () => {
      await page.getByRole('button', { name: 'Start a web chat' }).click();
      await says('customer', '<img src=x onerror=alert(1)> hello');
      await page.getByRole('button', { name: 'Accept' }).click();
      await seenBy('frontline', '<img src=x onerror=alert(1)> hello');
      await says('agent in Flex', 'from Flex');
      await seenBy('frontline', 'from Flex');
      await annIsInFrontline();
      await says('agent in Frontline', 'from Frontline');
      for (const side of ['customer', 'flex', 'frontline']) await seenBy(side, 'from Frontline');
      expect(await page.locator('main img').count()).toBe(0);
      const told = ['<img src=x onerror=alert(1)> hello', 'from Flex', 'from Frontline'];
      for (const side of ['customer', 'flex', 'frontline']) expect(await lines(side).allTextContents()).toEqual(told);
      await page.locator('.step.good', { hasText: 'replicated' }).first().waitFor();
      await page.locator('.step', { hasText: 'received' }).first().waitFor();
      expect(complaints).toEqual([]);
      expect(asked.filter((url) => !url.startsWith(`http://localhost:${port}/`))).toEqual([]);
    });

    test('the event log hides echoes until they are asked for', async () => {
      await page.getByRole('button', { name: 'Start a web chat' }).click();
      await page.getByRole('button', { name: 'Accept' }).click();
      await annIsInFrontline();
      await says('agent in Frontline', 'from Frontline');
      const log = page.getByRole('region', { name: 'Event log' });
      const echo = log.locator('tr', { hasText: 'skipped: written by the bridge' }).first();
      await echo.waitFor({ state: 'attached' });
      expect(await echo.isVisible()).toBe(false);
      await log.getByLabel('Show echoes').check();
      await echo.waitFor({ state: 'visible' });
      expect(await log.getByRole('columnheader').allTextContents()).toEqual(['Time', 'Event', 'Direction', 'Result']);
      expect(complaints).toEqual([]);
    });

    test('can be used by the keyboard alone', async () => {
      await page.getByRole('button', { name: 'Start an SMS chat' }).focus();
      await page.keyboard.press('Enter');
      await seenBy('customer', 'Hello, I text from my phone.');
      const reach = async (name: string): Promise<void> => {
        for (let i = 0; i < 30; i += 1) {
          await page.keyboard.press('Tab');
          if ((await page.evaluate("document.activeElement?.id ?? ''")) === name) return;
        }
        throw new Error(`Tab does not come to ${name}`);
      };
      await reach('customer-text');
      await page.keyboard.type('and a second one');
      await page.keyboard.press('Enter');
      await reach('accept');
      await page.keyboard.press('Space');
      await seenBy('frontline', 'and a second one');
      await annIsInFrontline();
      await page.getByLabel('Message of the agent in Frontline').focus();
      await page.keyboard.type('an SMS for you');
      await page.keyboard.press('Enter');
      await seenBy('customer', 'an SMS for you');
      expect(complaints).toEqual([]);
    });
  },
);
