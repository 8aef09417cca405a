/** Each use case of the demo, by web chat and SMS, in each weather: both sides tell the story that was meant. */
import { describe, expect, test } from '@jest/globals';
import { judgeEnding } from '../../demo/judge.ts';
import { playUseCase } from '../../demo/play.ts';
import { sidesAsLines } from '../../demo/print.ts';
import type { Kind } from '../../demo/scene.ts';
import { USE_CASES } from '../../demo/use-cases.ts';
import { WEATHERS } from '../../demo/weathers.ts';

const played = (name: string, kind: Kind, weather: (typeof WEATHERS)[number]) => {
  const useCase = USE_CASES.find((one) => one.name === name);
  if (useCase === undefined) throw new Error(`no use case ${name}`);
  return playUseCase({ useCase, kind, say: () => {} }, weather);
};

const rows = WEATHERS.flatMap((weather) =>
  USE_CASES.flatMap(({ name }) => (['web', 'sms'] as const).map((kind) => [name, kind, weather] as const)),
);
// Beside each other: over real HTTP they mostly wait.
describe('what people do with a chat', () => {
  test.concurrent.each(rows)('%s by %s, %s', async (name, kind, weather) => {
    const { sides, wrong } = await played(name, kind, weather);
    expect(wrong).toEqual([]);
    expect(sides).toBeDefined();
  });
});

describe('the judge of both sides', () => {
  test('finds each part that is not as it was meant, and prints what stands there', async () => {
    const { sides } = await played('talk', 'sms', 'doubled');
    const ending = USE_CASES.find(({ name }) => name === 'talk')?.ends('+15550109999');
    if (sides === undefined || ending === undefined) throw new Error('it did not end');
    expect(judgeEnding(sides, ending, 'sms')).toEqual([]);

    const { flex, frontline } = sides;
    const others = {
      flex: { ...flex, said: flex.said.toReversed() },
      frontline: { ...frontline, people: ['Customer'] },
      conversations: [...sides.conversations, 'CH1'],
      tasks: [...sides.tasks, 'pending ()'],
      told: { Ann: [...(sides.told.Ann ?? []), 'again'] },
      phone: sides.phone?.slice(1),
      smsSession: 'closed',
    } as const;
    for (const [part, other] of Object.entries(others)) {
      const wrong = judgeEnding({ ...sides, [part]: other }, ending, 'sms');
      expect(wrong.map((line) => line.split(':')[0])).toEqual([part]);
    }
    expect(sidesAsLines(sides).join('\n')).toMatch(/Ann: it is on its way +Ann: it is on its way/);
  });

  test('is not content with a use case that does not come to its end', async () => {
    const never = {
      name: 'never',
      about: '',
      play: async () => Promise.reject(new Error('not within')),
      ends: USE_CASES[0]?.ends,
    };
    const { ends } = never;
    if (ends === undefined) throw new Error('no use case');
    const { sides, wrong } = await playUseCase({ useCase: { ...never, ends }, kind: 'web', say: () => {} }, 'lost');
    expect(sides).toBeUndefined();
    expect(wrong).toContain('not within');
  });
});
