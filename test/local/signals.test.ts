import { describe, expect, test } from '@jest/globals';
import { endOnSignals } from '../../local/signals.ts';
import { createTime } from '../../sim/time.ts';

const harness = () => {
  const exits: number[] = [];
  const said: string[] = [];
  const time = createTime(0);
  let ended = (_error?: Error) => {};
  const onSignal = endOnSignals({
    end: () =>
      new Promise((resolve, reject) => {
        ended = (error) => (error === undefined ? resolve() : reject(error));
      }),
    say: (line) => said.push(line),
    exit: (code) => exits.push(code),
    now: time.now,
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    exits,
    said,
    press: () => onSignal('SIGINT'),
    onSignal,
    pass: time.advance,
    end: (error?: Error) => {
      ended(error);
      return settled();
    },
  };
};

describe('Ctrl-C', () => {
  test('once ends when everything is closed', async () => {
    const { press, exits, end } = harness();
    press();
    expect(exits).toEqual([]);
    await end();
    expect(exits).toEqual([0]);
  });

  test('that npm passes on as well is still one', () => {
    const { press, exits, pass } = harness();
    press();
    pass(20);
    press();
    expect(exits).toEqual([]);
  });

  test('twice ends at once', () => {
    const { press, exits, pass } = harness();
    press();
    pass(800);
    press();
    expect(exits).toEqual([130]);
  });

  test.each(['SIGHUP', 'starter gone'] as const)('is not what %s is, which comes along with an end', (why) => {
    const { press, onSignal, exits, said, pass } = harness();
    press();
    pass(800);
    onSignal(why);
    expect(exits).toEqual([]);
    const alone = harness();
    alone.onSignal(why);
    expect([said.length, alone.said]).toEqual([1, ['Stopping: finishing the work in progress.']]);
  });

  test('tells of an end that was not clean', async () => {
    const { press, exits, said, end } = harness();
    press();
    await end(new Error('disk full'));
    expect(exits).toEqual([1]);
    expect(said.at(-1)).toContain('disk full');
  });
});
