/** `npm start`: the bridge on this machine. docs/one-machine.md tells what it can be told. */
import { withDotEnv } from '../src/dot-env.ts';
import { ownOptions } from '../src/runtime/own-options.ts';
import { WrongSettings } from '../src/runtime/settings.ts';
import { systemClock } from '../src/runtime/system-clock.ts';
import { webhookInstructions } from './instructions.ts';
import { createLineJournal, humanLine, jsonLine } from './journal-lines.ts';
import { type LocalSettings, readLocalSettings } from './local-settings.ts';
import { createFeed } from './page/feed.ts';
import { showPage } from './page/show.ts';
import { type Running, startBoth } from './running.ts';
import { endOnSignals } from './signals.ts';
import { byNohup, whenStarterIsGone } from './starter.ts';

ownOptions({
  command: 'npm start',
  about: `The bridge on this machine, with a stand-in for Twilio unless accounts are set. It takes its settings from .env and the
environment: README.md names them, docs/one-machine.md tells the rest.`,
  options: {},
});

/** People read a terminal, programs the rest. */
const terminal = process.stdout.isTTY === true;
const coloured = terminal && !process.env.NO_COLOR;

// A terminal that is closed takes nothing more. That ends the bridge by SIGHUP, cleanly, not by a line that fails.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const say = (text: string, more: Readonly<Record<string, unknown>> = {}): void => {
  const line = terminal ? text : JSON.stringify({ time: new Date().toISOString(), message: text, ...more });
  process.stdout.write(`${line}\n`);
};

/** The person who starts it can put most of it right: one clear line, or one for each wrong setting. */
const giveUp = (error: unknown): never => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const port = error instanceof Error && 'port' in error ? error.port : undefined;
  const why = (): string => {
    if (error instanceof WrongSettings) return error.message;
    if (code === 'EADDRINUSE')
      return `Port ${port} is in use. Is the bridge running already? Set another with PORT or CONSOLE_PORT.`;
    if (code === 'EACCES' && port !== undefined)
      return `This user may not listen on port ${port}. Set another with PORT or CONSOLE_PORT.`;
    return `The bridge cannot start: ${error instanceof Error ? error.message : String(error)}`;
  };
  process.stderr.write(`${why()}\n`);
  process.exit(1);
};

const announce = (settings: LocalSettings, running: Running, page: string | undefined): void => {
  const { host, twilioUrl } = running;
  const about = { port: host.port, publicBaseUrl: host.publicBaseUrl, page, dataFile: settings.dataFile };
  if (twilioUrl !== undefined) {
    say(`The bridge runs at ${host.publicBaseUrl}, with the local Twilio at ${twilioUrl} behind it.`, {
      ...about,
      twilio: twilioUrl,
    });
    if (page !== undefined) say(`Open ${page} and write as a customer and as an agent.`);
    return;
  }
  say(`The bridge runs on port ${host.port} for ${host.publicBaseUrl}.`, about);
  say(webhookInstructions(settings.settings, host.publicBaseUrl).join('\n'));
  if (page !== undefined) say(`Event log: ${page}`);
};

const main = async (): Promise<void> => {
  try {
    const settings = readLocalSettings(withDotEnv('.env', process.env));
    const feed = createFeed(systemClock);
    const lines = createLineJournal({
      write: (text) => process.stdout.write(text),
      line: (entry, at) => (terminal ? humanLine(entry, at, coloured) : jsonLine(entry, at)),
      clock: systemClock,
    });
    const running = await startBoth(settings, (entry) => {
      lines(entry);
      feed.journal(entry);
    });
    const page = await showPage({ settings, running, feed });
    const onSignal = endOnSignals({
      end: async () => {
        await page.stop();
        await running.stop();
      },
      say,
      exit: process.exit,
      now: Date.now,
    });
    const stopWatching = whenStarterIsGone(() => onSignal('starter gone'));
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    // With nohup the bridge outlives its terminal, and its npm, which the same signal ends.
    process.on('SIGHUP', byNohup ? stopWatching : onSignal);
    announce(settings, running, page.url);
  } catch (error) {
    giveUp(error);
  }
};

await main();
