import { describe, expect, test } from '@jest/globals';
import type { Entry } from '../../src/core/ports.ts';
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
  test('a replicated message is one line that counts it and times it', () => {
    expect(written({ step: 'replicated', type: 'message.added', lane: 'F', sids: ['IM1', 'IM2'], ms: 180 })).toEqual({
      level: 'INFO',
      message: 'replicated',
      type: 'message.added',
      sids: ['IM1', 'IM2'],
      ms: 180,
      Deployment: 'd1',
      Lane: 'F',
      Outcome: 'replicated',
      Events: 1,
      Delay: 180,
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'FlexFrontlineBridge',
            Dimensions: [['Deployment', 'Outcome']],
            Metrics: [{ Name: 'Events', Unit: 'Count' }],
          },
          {
            Namespace: 'FlexFrontlineBridge',
            Dimensions: [['Deployment', 'Lane']],
            Metrics: [{ Name: 'Delay', Unit: 'Milliseconds' }],
          },
        ],
      },
    });
  });

  test('an event on its way is written down but not counted', () => {
    expect(written({ step: 'received', type: 'onMessageSent', sids: ['IM1'] })).not.toHaveProperty('_aws');
  });

  test('every metric and dimension that is declared stands in the line under a name of its own', () => {
    const line = written({ step: 'forwarded', type: 'onMessageSent', lane: 'forward', sids: [], ms: 5 });
    const declared = (line._aws as { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] })
      .CloudWatchMetrics;
    for (const { Dimensions, Metrics } of declared) {
      for (const name of Dimensions.flat()) expect(typeof line[name]).toBe('string');
      for (const { Name } of Metrics) expect(typeof line[Name]).toBe('number');
    }
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
      { step: 'deferred', type: 'message.added', reason: 'held', lane: 'B', sids: [] },
      [
        [['Events', 1], 'd1', 'deferred'],
        [['Held', 1], 'd1'],
      ],
    ],
    [
      'an event that waits for its side',
      { step: 'deferred', type: 'message.added', reason: 'side_down', sids: [] },
      [[['Events', 1], 'd1', 'deferred']],
    ],
    ['a double that was undone', { step: 'undone', type: 'double', sids: [] }, [[['Events', 1], 'd1', 'undone']]],
    [
      'a side that is left alone',
      { step: 'breaker', type: 'frontline', reason: 'open', sids: [] },
      [[['BreakerOpen', 1], 'd1', 'frontline']],
    ],
    ['a side that is back', { step: 'breaker', type: 'frontline', reason: 'closed', sids: [] }, []],
    ['a run of the sweep', { ...swept, type: 'sweep', count: 3 }, [[['Sweeps', 1], 'd1']]],
    ['a run that found another at it', { ...swept, type: 'sweep', reason: 'another is at it' }, []],
    ['pairs found equal', { ...swept, type: 'active pairs', reason: 'clean', count: 90 }, []],
    [
      'pairs found to differ',
      { ...swept, type: 'quiet pairs', reason: 'repairing', count: 4 },
      [[['Repairs', 4], 'd1']],
    ],
    [
      'accepts found without a pair',
      { ...swept, type: 'accepts', reason: 'repairing', count: 2 },
      [[['Repairs', 2], 'd1']],
    ],
    [
      'a pair that could not be read',
      { ...swept, type: 'active pair', reason: 'not compared: twilio unsent' },
      [[['NotCompared', 1], 'd1']],
    ],
    [
      'a pair whose side is waited for',
      { ...swept, type: 'active pair', reason: 'not compared: waiting for its side' },
      [],
    ],
    ['a pair whose channel is gone', { ...swept, type: 'quiet pair', reason: 'not compared: twilio 20404' }, []],
    ['lanes that are not up to date', { ...swept, type: 'dirty lanes', count: 2 }, [[['DirtyLanes', 2], 'd1']]],
  ])('%s is counted as such', (_, entry, expected) => {
    expect(figures(entry)).toEqual(expected);
  });

  test('what is given up or failed stands out by its level', () => {
    expect(written({ step: 'failed', type: 'x', sids: [] }).level).toBe('ERROR');
    expect(written({ step: 'parked', type: 'x', sids: [], reason: 'refused' }).level).toBe('WARN');
    expect(written({ step: 'breaker', type: 'flex', sids: [], reason: 'open' }).level).toBe('WARN');
    expect(written({ step: 'breaker', type: 'flex', sids: [], reason: 'closed' }).level).toBe('INFO');
  });
});
