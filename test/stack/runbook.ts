import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { templateOf } from './synthesised.ts';

const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading ?? '');
const alarms = Object.values(templateOf().findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
const harm = (description: string): string => description.split(' What to do: ')[0] ?? '';
const mentioned = (description: string): string => /docs\/runbook\.md, "(.+)"\.$/.exec(description)?.[1] ?? '';

test.each(alarms.map(({ AlarmDescription }) => [String(AlarmDescription)]))(
  'says first who is hurt, briefly, and has a section: %s',
  (description) => {
    expect(headings).toContain(mentioned(description));
    expect(harm(description)).toMatch(/^(?:An? |Some )?(?:customer|agent)s? /i);
    expect(harm(description).length).toBeLessThanOrEqual(110);
  },
);

test('every section of the runbook is about an alarm', () => {
  const told = new Set(alarms.map(({ AlarmDescription }) => mentioned(AlarmDescription)));
  expect([...headings].sort()).toEqual([...told].sort());
});

test('every alarm tells its topic when it rings and when it is over', () => {
  for (const { AlarmActions, OKActions } of alarms) expect([AlarmActions.length, OKActions.length]).toEqual([1, 1]);
});
