/** A link that stops half-way, wherever that is: killed at each of its steps, it is finished by whoever comes next. */
import { describe, expect, test } from '@jest/globals';
import type { Doom } from '../../sim/process.ts';
import { AGENTS, openStage, type Stage } from './stage.ts';

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

/** What a link does, one after the other: from the first look at the store to the end of the link. */
const whole = (await linkedUntil(undefined)).steps;
const steps = whole.map((name, n) => [n + 1, name] as const);

describe('a link', () => {
  test('takes steps enough to die at', () => {
    expect(whole.length).toBeGreaterThan(25);
  });

  describe.each(['before', 'after'] as const)('that dies %s', (when) => {
    test.each(steps)('step %i (%s) is finished when its turn comes again', async (step) => {
      const { stage, chat } = await linkedUntil({ step, when, pauseMs: undefined });
      stage.customerWrites(chat, 'are you there?');
      await stage.settle(5);
      stage.frontlineAgentWrites(chat, 'I am');
      await stage.settle(0.5);

      expect(stage.meter.counts().get('killed')).toBe(1);
      expect(stage.counterparts(chat)).toHaveLength(1);
      expect(stage.said('frontline', chat)).toEqual(stage.said('flex', chat));
      expect(stage.said('flex', chat)).toEqual(['one', 'two', 'three', 'are you there?', 'I am']);
      expect(stage.people('flex', chat)).toEqual(['jo', ann.flexIdentity]);
      expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
    });
  });

  test.each(steps)(
    'that sleeps before step %i (%s), until another agent has taken over, does nothing twice',
    async (step) => {
      const { stage, chat } = await linkedUntil({ step, when: 'before', pauseMs: 170_000 });
      stage.accepts(chat, ben, 'never');
      await stage.settle(6);

      expect(stage.meter.counts().get('zombie')).toBe(1);
      expect(stage.counterparts(chat)).toHaveLength(1);
      expect(stage.said('frontline', chat)).toEqual(['one', 'two', 'three']);
      expect(stage.people('frontline', chat)[0]).toBe('jo');
      expect(new Set(stage.people('frontline', chat))).toEqual(new Set(['jo', ann.email, ben.email]));
    },
  );

  test('that dies again and again is finished by the sweep', async () => {
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

  // Needs the next generation of an open pair, with the history copied anew: the rows of the first copy forbid it
  // today.
  test.failing('that stops, and whose conversation is closed meanwhile, begins again in a new one, with the whole history', async () => {
    const stage = openStage();
    const chat = stage.begins();
    stage.customerWrites(chat, 'one');
    stage.customerWrites(chat, 'two');
    await stage.settle();
    stage.accepts(chat);
    await stage.during({ fault: 'rest.5xx-before', status: 503, p: 1, only: 'POST conversations.messages' }, 2);
    stage.twilio.closeByTimer(stage.conversation(chat).sid);
    await stage.settle(40);

    expect(stage.counterparts(chat)).toHaveLength(2);
    expect(stage.said('frontline', chat)).toEqual(['one', 'two']);
    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
  });
});
