import { describe, expect, test } from '@jest/globals';
import { DEMO, wantedOf } from '../../demo/options.ts';
import { USE_CASES } from '../../demo/use-cases.ts';
import { Misunderstood, readOptions } from '../../src/runtime/options.ts';
import { commandLines } from '../docs/command-lines.ts';

const wanted = (...args: readonly string[]) => wantedOf(readOptions(DEMO, args));

describe('the demo', () => {
  test('plays everything when nothing is named, and ten chats only in their own weather', () => {
    expect(wanted()).toEqual({ useCases: USE_CASES, kinds: ['web', 'sms'], tenChats: true });
    expect(wanted('--weather', 'lost')).toMatchObject({ useCases: USE_CASES, tenChats: false });
    expect(wanted('--channel', 'sms')).toMatchObject({ kinds: ['sms'], tenChats: false });
    expect(wanted('ten-chats')).toMatchObject({ useCases: [], tenChats: true });
    expect(wanted('talk', '--channel', 'web').useCases.map(({ name }) => name)).toEqual(['talk']);
    expect(() => wanted('ten-chats', '--weather', 'crash')).toThrow(Misunderstood);
  });

  const lines = commandLines().filter((line) => line.startsWith('npm run demo'));
  test.each(lines)('knows what a document tells it: %s', (line) => {
    expect(
      wanted(
        ...line
          .split(' ')
          .slice(3)
          .filter((word) => word !== '--'),
      ),
    ).toBeDefined();
  });

  test('does not know another name', () => {
    expect(lines.length).toBeGreaterThan(3);
    expect(() => wanted('tlak')).toThrow(Misunderstood);
  });
});
