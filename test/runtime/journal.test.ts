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

  test('what is given up or failed stands out by its level', () => {
    expect(written({ step: 'failed', type: 'x', sids: [] }).level).toBe('ERROR');
    expect(written({ step: 'parked', type: 'x', sids: [], reason: 'refused' }).level).toBe('WARN');
  });
});
