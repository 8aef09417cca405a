import { describe, expect, test } from '@jest/globals';
import type { Entry } from '../../src/core/ports/journal.ts';
import { createJournal } from '../../src/runtime/journal.ts';

const written = (entry: Entry): Record<string, unknown> => {
  const lines: string[] = [];
  createJournal({ write: (line) => lines.push(line), clock: { now: () => 1_700_000_000_000 }, deployment: 'd1' })(
    entry,
  );
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
};

describe('the journal', () => {
  test('a replicated message is one short line, with the SIDs of both sides and its time', () => {
    expect(
      written({ step: 'replicated', type: 'message.added', lane: 'toFrontline', sids: ['IM1', 'IM2'], ms: 180 }),
    ).toEqual({
      level: 'INFO',
      message: 'replicated',
      type: 'message.added',
      sids: ['IM1', 'IM2'],
      ms: 180,
      lane: 'toFrontline',
    });
  });

  test('what happens seldom carries its figure, under names of their own', () => {
    const line = written({ step: 'breaker', type: 'flex', reason: 'open', sids: [] });
    expect(line).toEqual({
      level: 'WARN',
      message: 'breaker',
      type: 'flex',
      reason: 'open',
      sids: [],
      BreakerOpen: 1,
      Side: 'flex',
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'FlexFrontlineBridge/d1',
            Dimensions: [['Side']],
            Metrics: [{ Name: 'BreakerOpen', Unit: 'Count' }],
          },
        ],
      },
    });
  });

  const figures = (entry: Entry): readonly unknown[] => {
    const line = written(entry);
    const metrics = (line._aws as { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] })
      ?.CloudWatchMetrics;
    return (metrics ?? []).map(({ Dimensions, Metrics }) => [
      ...Metrics.map(({ Name }) => [Name, line[Name]]),
      ...Dimensions.flat().map((name) => line[name]),
    ]);
  };
  const swept = { step: 'swept', sids: [] } as const;

  test.each<[string, Entry, readonly unknown[]]>([
    [
      'an event of a held pair',
      { step: 'deferred', type: 'message.added', reason: 'held', lane: 'toFlex', sids: [] },
      [[['Held', 1]]],
    ],
    [
      'an event that waits for its side',
      { step: 'deferred', type: 'message.added', reason: 'side_down', sids: [] },
      [],
    ],
    [
      'a side that is left alone',
      { step: 'breaker', type: 'frontline', reason: 'open', sids: [] },
      [[['BreakerOpen', 1], 'frontline']],
    ],
    ['a side that is back', { step: 'breaker', type: 'frontline', reason: 'closed', sids: [] }, []],
    ['a run of the sweep', { ...swept, type: 'sweep', count: 3 }, [[['Sweeps', 1]]]],
    ['a run that found another at it', { ...swept, type: 'sweep', reason: 'overlapped' }, []],
    ['lanes found equal', { ...swept, type: 'active_lanes', reason: 'clean', count: 90 }, []],
    ['lanes found to differ', { ...swept, type: 'quiet_lanes', reason: 'repairing', count: 4 }, [[['Repairs', 4]]]],
    ['accepts found without a pair', { ...swept, type: 'accepts', reason: 'repairing', count: 2 }, [[['Repairs', 2]]]],
    [
      'a lane that could not be read',
      { ...swept, type: 'active_lanes', reason: 'not_compared', why: 'twilio', effect: 'unsent' },
      [[['NotCompared', 1]]],
    ],
    ['a lane whose side is waited for', { ...swept, type: 'active_lanes', reason: 'left_alone', why: 'dirty' }, []],
    [
      'a lane whose channel is gone',
      { ...swept, type: 'quiet_lanes', reason: 'left_alone', why: 'container_gone' },
      [],
    ],
    ['a direction that is off', { ...swept, type: 'mode', reason: 'off', count: 2 }, [[['DirectionsNotOn', 1]]]],
    ['lanes that are not up to date', { ...swept, type: 'dirty_lanes', count: 2 }, [[['DirtyLanes', 2]]]],
  ])('%s carries what it is counted as', (_, entry, expected) => {
    expect(figures(entry)).toEqual(expected);
  });

  test('what is given up or failed stands out by its level', () => {
    expect(written({ step: 'failed', type: 'x', sids: [], reason: 'RangeError' }).level).toBe('ERROR');
    expect(written({ step: 'parked', type: 'x', sids: [], reason: 'refused' }).level).toBe('WARN');
    expect(written({ step: 'breaker', type: 'flex', sids: [], reason: 'open' }).level).toBe('WARN');
    expect(written({ step: 'breaker', type: 'flex', sids: [], reason: 'closed' }).level).toBe('INFO');
  });
});
