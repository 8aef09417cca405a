/** The journal on a terminal, and as lines for whatever collects logs. */

import { styleText } from 'node:util';
import type { Clock } from '../src/core/ports/clock.ts';
import type { Entry, Journal } from '../src/core/ports/journal.ts';
import { reasonWords } from '../src/core/ports/journal.ts';

const colours: Readonly<Record<Entry['step'], Parameters<typeof styleText>[0]>> = {
  queued: 'dim',
  swept: 'dim',
  skipped: 'dim',
  answered: 'green',
  replicated: 'green',
  linked: 'green',
  forwarded: 'green',
  reconciled: 'green',
  agreed: 'green',
  retried: 'yellow',
  deferred: 'yellow',
  decided: 'yellow',
  undone: 'yellow',
  refused: 'yellow',
  parked: 'red',
  failed: 'red',
  breaker: 'red',
};

const directions = {
  toFrontline: 'Flex > Frontline',
  toFlex: 'Frontline > Flex',
  forward: "Flex's own webhook",
} as const;

/** Enough of a SID to tell it from others by eye. */
export const shortSid = (sid: string): string => (/^[A-Z]{2}[0-9a-f]{32}$/.test(sid) ? `${sid.slice(0, 8)}…` : sid);

export const humanLine = (entry: Entry, at: number, coloured: boolean): string => {
  const step = entry.step.padEnd(10);
  const rest = [
    entry.lane === undefined ? '' : directions[entry.lane],
    reasonWords(entry).length === 0 ? '' : `(${reasonWords(entry).join(' ')})`,
    entry.sids.map(shortSid).join(' '),
    entry.count === undefined ? '' : `${entry.count}x`,
    entry.ms === undefined ? '' : `${entry.ms} ms`,
  ].filter((part) => part !== '');
  const time = new Date(at).toISOString().slice(11, 23);
  return [
    time,
    coloured ? styleText(colours[entry.step], step, { validateStream: false }) : step,
    entry.type.padEnd(20),
    ...rest,
  ].join('  ');
};

export const jsonLine = (entry: Entry, at: number): string =>
  JSON.stringify({ time: new Date(at).toISOString(), ...entry });

/** Writes what one turn of the event loop has to tell in one go. */
export const createLineJournal = (deps: {
  readonly write: (text: string) => void;
  readonly line: (entry: Entry, at: number) => string;
  readonly clock: Pick<Clock, 'now'>;
}): Journal => {
  let waiting: string[] = [];
  const flush = (): void => {
    const text = `${waiting.join('\n')}\n`;
    waiting = [];
    deps.write(text);
  };
  return (entry) => {
    if (waiting.length === 0) setImmediate(flush);
    waiting.push(deps.line(entry, deps.clock.now()));
  };
};
