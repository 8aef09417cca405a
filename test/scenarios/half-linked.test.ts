/** A link that stops half-way, wherever that is: killed at each of its steps, it is finished by whoever comes next. */
import { describe, expect, test } from '@jest/globals';
import type { Doom } from '../../sim/process.ts';
import { AGENTS, type Chat, openStage, type Stage } from './stage.ts';

const { ann, ben } = AGENTS;

/** A chat whose link dies so; `steps` are those that it got to. */
const linkedUntil = async (doom: Doom | undefined) => {
  let armed = false;
  let linking: number | undefined;
  const stage: Stage = openStage({
    doom: (number, kind) => {
      if (!armed || kind !== 'flex-events') return undefined;
      armed = false;
      linking = number;
      return doom;
    },
  });
  const chat = stage.begins();
  for (const text of ['one', 'two', 'three']) stage.customerWrites(chat, text);
  await stage.settle();
  armed = true;
  stage.accepts(chat, ann, 'never');
  await stage.settle(0.05);
  const steps = stage.ran()[(linking ?? 0) - 1]?.steps ?? [];
  return { stage, chat, steps };
};

const told = (stage: Stage, chat: Chat): void => {
  expect(stage.counterparts(chat)).toHaveLength(1);
  expect(stage.said('frontline', chat)).toEqual(stage.said('flex', chat));
  expect(stage.people('flex', chat)).toEqual(['jo', ann.flexIdentity]);
};

describe('a link that dies', () => {
  test.each(['before', 'after'] as const)('%s any of its steps is finished when its turn comes again', async (when) => {
    const whole = (await linkedUntil(undefined)).steps.length;
    expect(whole).toBeGreaterThan(25);
    for (let step = 1; step <= whole; step += 1) {
      const { stage, chat } = await linkedUntil({ step, when, pauseMs: undefined });
      stage.customerWrites(chat, 'are you there?');
      await stage.settle(6);
      stage.frontlineAgentWrites(chat, 'I am');
      await stage.settle();

      expect(stage.meter.counts().get('killed')).toBe(1);
      told(stage, chat);
      expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
      expect(stage.said('flex', chat)).toEqual(['one', 'two', 'three', 'are you there?', 'I am']);
    }
  });

  test('again and again is finished by the sweep', async () => {
    let deaths = 0;
    const stage = openStage({
      doom: (_, kind) => {
        if (kind !== 'flex-events' || deaths >= 8) return undefined;
        deaths += 1;
        return { step: deaths, when: 'after', pauseMs: undefined };
      },
    });
    const chat = stage.begins();
    await stage.settle(0.1);
    stage.accepts(chat);
    await stage.settle(40);

    expect(deaths).toBe(8);
    expect(stage.counterparts(chat)).toHaveLength(1);
    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('sleeps at any of its steps, and wakes up when another agent has taken over: both are there once', async () => {
    const whole = (await linkedUntil(undefined)).steps.length;
    for (let step = 1; step <= whole; step += 1) {
      const { stage, chat } = await linkedUntil({ step, when: 'before', pauseMs: 170_000 });
      stage.accepts(chat, ben, 'never');
      await stage.settle(8);

      expect(stage.counterparts(chat)).toHaveLength(1);
      expect(stage.said('frontline', chat)).toEqual(['one', 'two', 'three']);
      expect(stage.people('frontline', chat)[0]).toBe('jo');
      expect(new Set(stage.people('frontline', chat))).toEqual(new Set(['jo', ann.email, ben.email]));
    }
  });
});
