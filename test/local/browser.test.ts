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

    const card = (agent: string) => page.getByRole('article', { name: agent, exact: true });
    const told = (agent: string, text: string) =>
      page
        .getByRole('log', { name: `What the bridge tells ${agent}` })
        .getByText(text)
        .waitFor();
    const press = (name: string, within: Pick<Page, 'getByRole'> = page) =>
      within.getByRole('button', { name, exact: true }).click();
    const inFlex = () => page.getByRole('group', { name: 'What the agent does in Flex' });
    const inFrontline = () => page.getByRole('group', { name: 'What the agent does in Frontline' });
    const stands = (column: string, text: string | RegExp) =>
      page.locator(`#${column}-where`).filter({ hasText: text }).waitFor();
    /** A web chat that Ann has accepted. */
    const accepted = async (): Promise<void> => {
      await press('Start a web chat');
      await says('customer', 'hello');
      await press('Accept');
      await stands('frontline', 'Ann, Conversations');
    };

    test('an offer is told to the agent in Frontline, and accepted there', async () => {
      await press('Start a web chat');
      await says('customer', 'hello');
      await press('Offer');
      await told('Ann', 'You have an incoming chat request from Carla. Answer 1 to accept, 2 to decline.');
      await page.getByLabel('Answer of Ann to the bridge').fill('1');
      await page.keyboard.press('Enter');
      await told('Ann', 'The chat request from Carla is over. You have accepted it.');
      await seenBy('frontline', 'hello');
      await stands('frontline', 'Ann, Conversations');
      await stands('flex', 'assigned (Ann: accepted)');
      expect(complaints).toEqual([]);
    });

    test('an offer is answered in Flex, or by nobody', async () => {
      await press('Start a web chat');
      await page.getByLabel('Agent', { exact: true }).selectOption('Ben');
      await press('Offer');
      await told('Ben', 'You have an incoming chat request');
      await press('Decline in Flex', card('Ben'));
      await told('Ben', 'It was declined in Flex.');
      await page.getByLabel('Agent', { exact: true }).selectOption('Eve');
      await press('Offer');
      await told('Eve', 'You have an incoming chat request');
      await press('Let it time out', card('Eve'));
      await told('Eve', 'It has timed out.');
      await page.getByLabel('Agent', { exact: true }).selectOption('Ann');
      await press('Offer');
      await press('Accept in Flex', card('Ann'));
      await stands('frontline', 'Ann, Conversations');
      expect(complaints).toEqual([]);
    });

    test('a chat is handed over in Flex', async () => {
      await accepted();
      await inFlex().getByLabel('to', { exact: true }).selectOption('Ben');
      await press('Hand over', inFlex());
      await press('Accept in Flex', card('Ben'));
      await stands('frontline', /^Ben, Conversations/);
      await says('agent in Frontline', 'Ben here');
      await seenBy('customer', 'Ben here');
      expect(complaints).toEqual([]);
    });

    test('a chat is handed over in Frontline', async () => {
      await accepted();
      await inFrontline().getByLabel('to', { exact: true }).selectOption('Ben');
      await press('Hand over', inFrontline());
      await stands('flex', /^Ben · .*assigned \(Ben: accepted\)$/);
      await stands('frontline', /^Ben, Conversations/);
      await says('agent in Flex', 'Ben here');
      await seenBy('frontline', 'Ben here');
      expect(complaints).toEqual([]);
    });

    test('a conversation that an agent begins in Frontline becomes a chat of Flex', async () => {
      await page.getByLabel('First message of Ann').fill('your parcel is here');
      await page.keyboard.press('Enter');
      await stands('flex', 'assigned (Ann: accepted)');
      await stands('frontline', /^Ann, Conversations/);
      await seenBy('flex', 'your parcel is here');
      await seenBy('customer', 'your parcel is here');
      await says('customer', 'thank you');
      await seenBy('frontline', 'thank you');
      await says('agent in Frontline', 'good bye');
      await seenBy('customer', 'good bye');
      expect(await lines('customer').allTextContents()).toEqual(['your parcel is here', 'thank you', 'good bye']);
      expect(await card('Ann').getByText('Not in Flex yet').count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    test('two agents have a chat, each writes as himself, and one leaves it', async () => {
      await accepted();
      await inFlex().getByLabel('to', { exact: true }).selectOption('Eve');
      await press('Hand over and stay', inFlex());
      await press('Accept in Flex', card('Eve'));
      await stands('frontline', 'Ann and Eve, Conversations');
      await inFlex().getByLabel('As').selectOption('Eve');
      await says('agent in Flex', 'Eve is here, too');
      await seenBy('frontline', 'Eve is here, too');
      await inFrontline().getByLabel('As').selectOption('Ann');
      await says('agent in Frontline', 'and Ann goes');
      await seenBy('flex', 'and Ann goes');
      await inFlex().getByLabel('As').selectOption('Ann');
      await press('Leave', inFlex());
      await stands('frontline', 'Eve, Conversations');
      await page.locator('#frontline-where', { hasNotText: 'Ann' }).waitFor();
      expect(await page.locator('#frontline-lines .by').allTextContents()).toEqual([
        expect.stringMatching(/^Carla · .*copied/),
        expect.stringMatching(/^Eve · .*copied/),
        expect.stringMatching(/^Ann · \d\d:\d\d$/),
      ]);
      expect(complaints).toEqual([]);
    });

    test.each([
      ['Flex', inFlex, 'wrapping (Ann: wrapping)'],
      ['Frontline', inFrontline, 'completed (Ann: completed)'],
    ])('a chat that is ended in %s is ended in both', async (_, where, task) => {
      await accepted();
      await press('End chat', where());
      await stands('frontline', 'Conversations, ended');
      await stands('flex', `Ann, ended · task ${task}`);
      for (const side of ['flex', 'frontline']) expect(await page.locator(`#${side}-text`).isDisabled()).toBe(true);
      if (task.startsWith('wrapping')) {
        await press('Complete task', inFlex());
        await stands('flex', 'completed (Ann: completed)');
      }
      await page.getByRole('button', { name: 'Carla · ended' }).waitFor();
      expect(complaints).toEqual([]);
    });

    test('an agent who goes in one app goes in the other', async () => {
      const group = (app: string) => page.getByRole('group', { name: `Ann in ${app}`, exact: true });
      const isIn = (app: string, activity: string) =>
        group(app).getByRole('button', { name: activity, exact: true, pressed: true }).waitFor();
      await isIn('Frontline', 'Available');
      await press('Unavailable', group('Flex'));
      await isIn('Frontline', 'Unavailable');
      await card('Ann').getByText('gets no conversations').waitFor();
      await press('Available', group('Frontline'));
      await isIn('Flex', 'Available');
      expect(await card('Sam').getByRole('group').count()).toBe(1);
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
      // The page looks once a second: until it has seen Ann come, her field takes no focus.
      await page.getByLabel('Message of the agent in Frontline').and(page.locator(':enabled')).focus();
      await page.keyboard.type('an SMS for you');
      await page.keyboard.press('Enter');
      await seenBy('customer', 'an SMS for you');
      expect(complaints).toEqual([]);
    });
  },
);
