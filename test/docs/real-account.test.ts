/** The list for the first real account begins with the alarms, and asks of Twilio all that is unconfirmed. */
import { expect, test } from '@jest/globals';
import { textOf } from './command-lines.ts';

const list = textOf('docs/real-account.md');
/** Links and code as one reads them. */
const read = (text: string): string => text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '');

const steps = list.split(/^### /m).slice(1);
const headingOf = (step: string): string => step.slice(0, step.indexOf('\n'));

test('an alarm’s message is the first thing to be seen', () => {
  expect(headingOf(steps[0] ?? '')).toBe("An alarm's message arrives");
  expect(steps[0]).toContain('npx bridge preflight --ring --stack STACK');
});

test('each step is a command, and then what must be seen', () => {
  expect(steps.length).toBeGreaterThan(30);
  for (const step of steps) {
    const [, commands = '', seen = ''] = /^[^\n]+\n\n((?: {4}\S[^\n]*\n)+)\n([^#]+)/.exec(step) ?? [];
    expect([headingOf(step), commands !== '', seen.trim().length > 20]).toEqual([headingOf(step), true, true]);
  }
});

test('what is unconfirmed about Twilio is a step each, and every step there is still unconfirmed', () => {
  const features = textOf('docs/features.md');
  const table = features.slice(features.indexOf('## What is unconfirmed about Twilio'));
  const rows = [...table.matchAll(/^\| ((?!unconfirmed|-)[^|]+?) \|/gm)].map(([, question = '']) => read(question));
  const asked = list.slice(list.indexOf('## What is unconfirmed about Twilio')).split(/^### /m).slice(1).map(headingOf);
  expect(rows.length).toBeGreaterThan(10);
  expect(asked.map(read)).toEqual(rows);
});
