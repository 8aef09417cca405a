import { describe, expect, test } from '@jest/globals';
import { twilioErrorFrom } from '../../src/adapters/twilio/http/errors.ts';
import { metricsNamespace } from '../../src/contract.ts';
import { retryTwilio } from '../../src/core/model/outcome.ts';
import type { Entry } from '../../src/core/ports/journal.ts';
import { unavailable } from '../../src/edge/answer.ts';
import { createJournal } from '../../src/runtime/journal.ts';
import { templateOf } from './synthesised.ts';

type Filter = {
  readonly FilterPattern: string;
  readonly LogGroupName: { readonly Ref: string };
  readonly MetricTransformations: readonly {
    readonly MetricName: string;
    readonly MetricNamespace: string;
    readonly MetricValue: string;
    readonly Dimensions?: readonly { readonly Key: string; readonly Value: string }[];
  }[];
};
const template = templateOf();
const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(
  ({ Properties }) => Properties as Filter,
);

type Line = Readonly<Record<string, unknown>>;
const lineOf = (entry: Entry): Line => {
  let line = '{}';
  const write = (text: string) => {
    line = text;
  };
  createJournal({ write, clock: { now: () => 0 }, deployment: 'bridge-production' })(entry);
  return JSON.parse(line);
};

/** One comparison of CloudWatch's pattern language, as far as the stack uses it. */
const holds = (comparison: string, line: Line): boolean => {
  const [, field = '', operator, wanted = ''] = /^\$\.(\w+) (=|>=) (.+)$/.exec(comparison) ?? [];
  const value = line[field];
  if (operator === '>=') return typeof value === 'number' && value >= Number(wanted);
  return wanted === '"*"' ? value !== undefined : JSON.stringify(value) === wanted;
};

/** Whether a filter counts a line: its pattern with each comparison replaced by what it says of the line. */
const counts = ({ FilterPattern }: Filter, line: Line): boolean => {
  const said = FilterPattern.slice(1, -1).replaceAll(/\$\.\w+ >?= (?:"[^"]*"|\d+)/g, (one) => String(holds(one, line)));
  const reduce = (text: string): string => {
    const next = text
      .replaceAll(/\s/g, '')
      .replaceAll(/\((true|false)\)/g, '$1')
      .replaceAll(/(true|false)&&(true|false)/g, (_, a, b) => String(a === 'true' && b === 'true'))
      .replaceAll(/(true|false)\|\|(true|false)(?!&&)/g, (_, a, b) => String(a === 'true' || b === 'true'));
    return next === text ? text : reduce(next);
  };
  const verdict = reduce(said);
  if (verdict !== 'true' && verdict !== 'false') throw new Error(`cannot read ${FilterPattern}: ${verdict}`);
  return verdict === 'true';
};

/** What the filters of one function make of an entry: metric, value, dimensions. */
const figures = (entry: Entry): readonly unknown[] => {
  const line = lineOf(entry);
  const at = (path: string) => (path.startsWith('$.') ? line[path.slice(2)] : Number(path));
  const [group] = filters.filter(({ MetricTransformations: [m] }) => m?.MetricName === 'Events');
  return filters
    .filter(({ LogGroupName }) => LogGroupName.Ref === group?.LogGroupName.Ref)
    .filter((filter) => counts(filter, line))
    .flatMap(({ MetricTransformations }) => MetricTransformations)
    .map(({ MetricName, MetricValue, Dimensions }) => [
      MetricName,
      at(MetricValue),
      ...(Dimensions ?? []).map(({ Key, Value }) => `${Key} ${at(Value)}`),
    ]);
};

/** As a consumer tells of a try that Twilio has answered so. */
const refusedWith = (status: number, code?: number): Entry => {
  const body = code === undefined ? '' : JSON.stringify({ code });
  const { reason, twilio } = retryTwilio(twilioErrorFrom('POST /v2', { status, headers: {}, body }), 1);
  return { step: 'retried', type: 'onMessageSent', lane: 'forward', sids: [], reason, ...twilio };
};

describe("the filters on the functions' logs", () => {
  test('stand on each function, in the namespace of the deployment', () => {
    const groups = (name: string) =>
      filters
        .filter(({ MetricTransformations: [m] }) => m?.MetricName === name)
        .map(({ LogGroupName }) => LogGroupName.Ref);
    for (const name of ['Events', 'Delay']) expect(new Set(groups(name)).size).toBe(6);
    for (const { MetricTransformations } of filters)
      expect(MetricTransformations.map(({ MetricNamespace }) => MetricNamespace)).toEqual([
        metricsNamespace('bridge-production'),
      ]);
  });

  test.each<[string, Entry, readonly unknown[]]>([
    [
      'a replicated message',
      { step: 'replicated', type: 'message.added', lane: 'toFlex', sids: ['IM1', 'CH1', 'IM2'], ms: 180.5 },
      [
        ['Events', 1, 'Outcome replicated'],
        ['Delay', 180.5, 'Lane toFlex'],
      ],
    ],
    [
      'a forwarded one',
      { step: 'forwarded', type: 'onMessageSent', lane: 'forward', sids: ['IM1', 'CH1'], ms: 0 },
      [
        ['Events', 1, 'Outcome forwarded'],
        ['Delay', 0, 'Lane forward'],
      ],
    ],
    ['a linked chat', { step: 'linked', type: 'x', sids: [], ms: 5 }, [['Events', 1, 'Outcome linked']]],
    [
      'a comparison',
      { step: 'reconciled', type: 'x', lane: 'toFrontline', sids: [], ms: 5, count: 0 },
      [['Events', 1, 'Outcome reconciled']],
    ],
    [
      'an echo',
      { step: 'skipped', type: 'x', lane: 'toFrontline', reason: 'echo', sids: [], ms: 5 },
      [['Events', 1, 'Outcome skipped']],
    ],
    ['one given up', { step: 'parked', type: 'x', sids: [], reason: 'refused' }, [['Events', 1, 'Outcome parked']]],
    [
      'one of a held pair',
      { step: 'deferred', type: 'x', sids: [], reason: 'held' },
      [['Events', 1, 'Outcome deferred']],
    ],
    ['one tried again', { step: 'retried', type: 'x', reason: 'failed', sids: [] }, [['Events', 1, 'Outcome retried']]],
    ['one that Twilio has no time for', refusedWith(429, 20_429), [['Events', 1, 'Outcome retried']]],
    ...[
      refusedWith(401, 20_003),
      refusedWith(403),
      // https://www.twilio.com/docs/api/errors/80625 does not say the status.
      refusedWith(400, 80_625),
    ].map((entry): [string, Entry, readonly unknown[]] => [
      `one for which Twilio does not know the bridge (${entry.code ?? entry.status})`,
      entry,
      [
        ['Events', 1, 'Outcome retried'],
        ['Unauthorized', 1],
      ],
    ]),
    ['a double', { step: 'undone', type: 'duplicate', sids: [] }, [['Events', 1, 'Outcome undone']]],
    [
      'a refused webhook',
      { step: 'refused', type: 'x', reason: 'route', sids: [] },
      [['Events', 1, 'Outcome refused']],
    ],
    ['a failure', { step: 'failed', type: 'x', reason: 'RangeError', sids: [] }, [['Events', 1, 'Outcome failed']]],
    [
      'a CRM that does not answer, for whom no alarm rings',
      { ...unavailable('crm', '500').entry, type: 'GetCustomersList', sids: [] },
      [['Events', 1, 'Outcome answered']],
    ],
    ['an event on its way', { step: 'queued', type: 'x', lane: 'toFrontline', sids: [], ms: 5 }, []],
    ['a run of the sweep', { step: 'swept', type: 'sweep', sids: [], count: 3 }, []],
    ['a side that is down', { step: 'breaker', type: 'flex', reason: 'open', sids: [] }, []],
  ])('count %s as what it is', (_, entry, expected) => {
    expect(figures(entry)).toEqual(expected);
  });
});
