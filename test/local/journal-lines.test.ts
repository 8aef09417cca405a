import { describe, expect, test } from '@jest/globals';
import { createLineJournal, humanLine, jsonLine } from '../../local/journal-lines.ts';
import type { Entry } from '../../src/core/ports/journal.ts';

const at = Date.parse('2026-11-22T14:03:04.567Z');
const entry: Entry = {
  step: 'replicated',
  type: 'message.added',
  lane: 'toFrontline',
  sids: [`IM${'1'.repeat(32)}` as const, `CH${'2'.repeat(32)}` as const, `IM${'3'.repeat(32)}`],
  ms: 34,
};

describe('The journal on one machine', () => {
  test('is one readable line on a terminal', () => {
    expect(humanLine(entry, at, false)).toBe(
      '14:03:04.567  replicated  message.added         Flex > Frontline  IM111111… CH222222… IM333333…  34 ms',
    );
    expect(humanLine({ step: 'skipped', type: 'task.created', reason: 'not_handled', sids: [] }, at, false)).toBe(
      '14:03:04.567  skipped     task.created          (not_handled)',
    );
    const refused = { step: 'retried', type: 'onMessageSent', lane: 'forward', sids: [], code: 20_003 } as const;
    expect(humanLine({ ...refused, reason: 'unauthorized' }, at, false)).toBe(
      "14:03:04.567  retried     onMessageSent         Flex's own webhook  (unauthorized twilio 20003)",
    );
  });

  test('is JSON elsewhere', () => {
    expect(JSON.parse(jsonLine(entry, at))).toEqual({ time: '2026-11-22T14:03:04.567Z', ...entry });
  });

  test('writes all of one turn together, in order', async () => {
    const written: string[] = [];
    const journal = createLineJournal({
      write: (text) => written.push(text),
      line: ({ type }) => type,
      clock: { now: () => at },
    });
    journal({ step: 'queued', type: 'one', sids: [] });
    journal({ step: 'queued', type: 'two', sids: [] });
    await new Promise((resolve) => setImmediate(resolve));
    journal({ step: 'queued', type: 'three', sids: [] });
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toEqual(['one\ntwo\n', 'three\n']);
  });
});
