/** What was measured, beside what it should be. */

export type Figure = {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  /** undefined: shown for the reader, without a goal. */
  readonly met: boolean | undefined;
};

/** The value below or at which so many percent of all lie (nearest rank). NaN when there are none. */
export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
};

const verdict = ({ met }: Figure): string => (met === undefined ? '' : met ? 'met' : 'missed');

/** A table in Markdown, so that it can go into docs/bench.md as it is. */
export const table = (figures: readonly Figure[]): string => {
  const rows = [
    ['what', 'goal', 'measured', ''],
    ...figures.map((figure) => [figure.what, figure.goal, figure.measured, verdict(figure)]),
  ];
  const widths = [0, 1, 2, 3].map((n) => Math.max(3, ...rows.map((row) => row[n]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = rows.map(line);
  return [head, line(widths.map((width) => '-'.repeat(width))), ...rest].join('\n');
};
