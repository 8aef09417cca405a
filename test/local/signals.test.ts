import { describe, expect, test } from '@jest/globals';
import { endOnSignals } from '../../local/signals.ts';

const world = () => {
  const exits: number[] = [];
  const said: string[] = [];
  let now = 0;
  let ended = (_error?: Error) => {};
  const onSignal = endOnSignals({
    end: () =>
      new Promise((resolve, reject) => {
        ended = (error) => (error === undefined ? resolve() : reject(error));
      }),
    say: (line) => said.push(line),
    exit: (code) => exits.push(code),
    now: () => now,
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    exits,
    said,
    press: () => onSignal('SIGINT'),
    pass: (ms: number) => {
      now += ms;
    },
    end: (error?: Error) => {
      ended(error);
      return settled();
    },
  };
};

describe('Ctrl-C', () => {
  test('once ends when everything is closed', async () => {
    const { press, exits, end } = world();
    press();
    expect(exits).toEqual([]);
    await end();
    expect(exits).toEqual([0]);
  });

  test('that npm passes on as well is still one', () => {
    const { press, exits, pass } = world();
    press();
    pass(20);
    press();
    expect(exits).toEqual([]);
  });

  test('twice ends at once', () => {
    const { press, exits, pass } = world();
    press();
    pass(800);
    press();
    expect(exits).toEqual([130]);
  });

  test('tells of an end that was not clean', async () => {
    const { press, exits, said, end } = world();
    press();
    await end(new Error('disk full'));
    expect(exits).toEqual([1]);
    expect(said.at(-1)).toContain('disk full');
  });
});
