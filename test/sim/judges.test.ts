import { describe, expect, test } from '@jest/globals';
import type { AccountName } from '../../local-twilio/model.ts';
import type { Called } from '../../sim/calls.ts';
import type { Chronicle, WrittenMessage } from '../../sim/chronicle.ts';
import { problemsOfCopies } from '../../sim/generations.ts';
import { callProblems } from '../../sim/judge-calls.ts';
import { doubles } from '../../sim/judge-doubles.ts';
import { forwardProblems } from '../../sim/judge-forwards.ts';
import { createMeter } from '../../sim/meter.ts';

const by = { source: 'API' } as const;

const written = (sid: string, body: string, at: number, removedAt?: number): WrittenMessage => ({
  ...{ sid, at, by, index: at, dateCreated: at, author: 'ann', container: 'CH1' },
  side: 'frontline' satisfies AccountName,
  texts: [{ at, by, body }],
  removed: removedAt === undefined ? undefined : { at: removedAt, by },
});

const chronicle = (...all: readonly WrittenMessage[]): Chronicle => ({
  witness: () => {},
  onlooker: () => {},
  changes: () => [],
  containers: () => ['CH1'],
  of: () => all,
});

describe('doubles are seen', () => {
  test('when the second one stood there for a moment only', () => {
    const [wrong] = doubles({ chronicle: chronicle(written('IM1', 'hello', 1), written('IM2', 'hello', 2, 3)) });
    expect(wrong).toContain('"hello" stood twice');
  });

  test('when one says that it is late, and when one was edited', () => {
    const late = written('IM2', '[Late, written 2026-11-22 14:03 UTC] hello (edited 7)', 2);
    expect(doubles({ chronicle: chronicle(written('IM1', 'hello', 1), late) })).toHaveLength(1);
  });

  test('when what was taken away comes back', () => {
    const [wrong] = doubles({ chronicle: chronicle(written('IM1', 'hello', 1, 2), written('IM2', 'hello', 3)) });
    expect(wrong).toContain('written again after it had been removed');
  });

  test('and different texts are none', () => {
    expect(doubles({ chronicle: chronicle(written('IM1', 'hello', 1), written('IM2', 'hi', 2)) })).toEqual([]);
  });
});

describe('of a closed chat it is seen', () => {
  // An empty message that got its text later than the next one was written.
  const said = ['customer 1.1', 'customer 1.4', 'customer 1.2', 'customer 1.3'];
  const problems = (copies: readonly string[], late = false) => problemsOfCopies('frontline', { copies, late }, said);

  test('when copies stand in another order than what Twilio took, whatever their texts count', () => {
    expect(problems(said.slice(0, 3))).toEqual([]);
    expect(problems(['customer 1.1', 'customer 1.2', 'customer 1.4'])).toEqual([
      'frontline has copies in another order',
    ]);
    expect(problems(['customer 1.1', 'customer 1.2', 'customer 1.4'], true)).toEqual([]);
  });

  test('when a copy stands twice, but for one that was carried out beyond SETTLE before it was closed', () => {
    const copies = ['customer 1.1', 'customer 1.4', 'customer 1.1'];
    expect(problemsOfCopies('frontline', { copies, late: false, doubled: true }, said)).toEqual([]);
    expect(problems(['customer 1.1', 'customer 1.1'])).toEqual(['frontline has a copy twice']);
  });
});

const call = (at: number, about: Partial<Called> = {}): Called => ({
  by: { work: 'flex-events CH1', begun: at, unheeded: false, isJob: false, died: () => false },
  ...{ at, until: at, method: 'POST', reads: false, resource: '*', account: 'frontline', toWebhook: false },
  ...{ container: 'CH1', line: undefined, tellsOf: undefined, notBefore: undefined, status: 200 },
  ...about,
});
const problemsOf = (...calls: readonly Called[]) =>
  callProblems({ calls: () => calls, entries: [], meter: createMeter() });

describe('of calls it is seen', () => {
  test('when a chat gets more than 30 writes within a second', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => call(n * 20));
    expect(problemsOf(...many(30))).toEqual([]);
    expect(problemsOf(...many(31))).toEqual(['31 writes began within a second in CH1']);
  });

  test('when two copies are on their way into a chat at one moment', () => {
    const line = { line: 'CH1' };
    expect(problemsOf(call(1_000, line), call(1_010, line))).toEqual([]);
    expect(problemsOf(call(1_000, { ...line, until: 2_000 }), call(1_900, line))).toHaveLength(1);
  });

  test('when who was told to wait, or who stands behind him, calls before', () => {
    const told = call(1_000, { notBefore: 5_000 });
    expect(problemsOf(told, call(5_000))).toEqual([]);
    expect(problemsOf(told, call(4_999))).toHaveLength(1);
    expect(problemsOf(told, call(4_999, { account: 'flex' }))).toEqual([]);
  });

  test('when another chat calls the account that asked to wait, once that was heard', () => {
    const told = call(1_000, { notBefore: 5_000 });
    const other = { by: { work: 'flex-events CH2', begun: 0, unheeded: false, isJob: false, died: () => false } };
    expect(problemsOf(told, call(1_050, other), call(5_000, other))).toEqual([]);
    expect(problemsOf(told, call(4_999, other))).toHaveLength(1);
    expect(problemsOf(told, call(4_999, { ...other, toWebhook: true }))).toEqual([]);
    const killed = { by: { work: 'flex-events CH3', begun: 0, unheeded: false, isJob: false, died: () => true } };
    expect(problemsOf({ ...told, ...killed }, call(4_999, other))).toEqual([]);
  });
});

describe('of an SMS it is seen', () => {
  const work = 'default-webhook CH1';
  const first = { work, begun: 0, unheeded: false, isJob: false, died: () => false };
  const second = { ...first, begun: 5_000 };
  const post = (at: number, process: typeof first) =>
    call(at, { by: process, toWebhook: true, tellsOf: 'IM1', status: 500, container: undefined });
  const looked = (at: number, status?: number) =>
    call(at, { by: second, method: 'GET', reads: true, resource: '*Services/*/Sessions/*/Interactions', status });
  const sms = (at: number) => ({ messageSid: 'IM1', at });
  const seen = { calls: [post(0, first), looked(5_000, 200), post(5_010, second)], phone: [], doubts: [], named: true };

  test('when it was posted again though the session listed it', () => {
    expect(forwardProblems({ ...seen, phone: [sms(4_000)] })).toHaveLength(1);
    expect(forwardProblems({ ...seen, phone: [sms(5_005), sms(5_012)] })).toEqual([]);
    expect(forwardProblems({ ...seen, phone: [sms(4_000)], named: false })).toEqual([]);
    const failed = [post(0, first), looked(5_000), post(5_010, second)];
    expect(forwardProblems({ ...seen, calls: failed, phone: [sms(4_000)] })).toEqual([]);
  });

  test('when it was said to be perhaps sent twice, and nobody had looked', () => {
    const doubt = { ...sms(5_005), by: second };
    expect(forwardProblems({ ...seen, doubts: [doubt] })).toEqual([]);
    const unseen = { ...seen, calls: [post(0, first), post(5_010, second)], doubts: [doubt] };
    expect(forwardProblems(unseen)).toHaveLength(1);
  });

  test("when the process that says so has only another one's look", () => {
    const third = { ...first, begun: 5_001 };
    expect(forwardProblems({ ...seen, doubts: [{ ...sms(5_005), by: third }] })).toHaveLength(1);
  });

  test('but not that it was said by one that slept while another posted it', () => {
    const third = { ...first, begun: 5_001 };
    const slept = [post(0, first), looked(5_000, 200), post(9_000, third)];
    expect(forwardProblems({ ...seen, calls: slept, doubts: [{ ...sms(9_500), by: second }] })).toEqual([]);
  });
});
