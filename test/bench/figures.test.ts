import { describe, expect, test } from '@jest/globals';
import { median, percentile, table } from '../../bench/figures.ts';

describe('Figures of the bench', () => {
  test('the 99th percentile of a hundred is the last but one', () => {
    const values = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect(percentile(values, 99)).toBe(99);
    expect(percentile(values, 50)).toBe(50);
  });

  test('a percentile of one value is that value, and of none no number', () => {
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([], 50)).toBeNaN();
  });

  test('the median is the middle one, or between the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 9])).toBe(3);
    expect(median([])).toBeNaN();
  });

  test('each figure stands beside its goal, and what has no goal says nothing of being met', () => {
    const figures = [
      { what: 'delay', goal: '<= 300 ms', measured: '170 ms', met: true },
      { what: 'throughput', goal: '>= 500/s', measured: '400/s', met: false },
      { what: 'reads', goal: '', measured: '0', met: undefined },
    ];
    expect(table(figures).split('\n')).toEqual([
      '| what       | goal      | measured |        |',
      '| ---------- | --------- | -------- | ------ |',
      '| delay      | <= 300 ms | 170 ms   | met    |',
      '| throughput | >= 500/s  | 400/s    | missed |',
      '| reads      |           | 0        |        |',
    ]);
  });
});
