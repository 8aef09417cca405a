/** What a look at both sides means while an agent's wish is not written in Flex yet. */
import { expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import { looked } from '../../../src/core/agents/decide-presence.ts';
import { usualPresence } from '../../../src/core/model/presence.ts';
import type { Presence } from '../../../src/core/state/presence.ts';

const NAMES = ['Available', 'Unavailable', 'Break', 'Offline'];
const rules = { ...usualPresence(), pairs: NAMES.map((name) => ({ flex: name, frontline: name })) };

/** When he wished on his phone to be unavailable. */
const WISH = 1_000_000;
const S = 1000;

/** @param wrote when the bridge wrote in Flex, or may have. Flex said Available when the wish was first carried. */
const flexSays = (activity: string, since: number, wrote: Readonly<Record<string, number>> = {}) => {
  const known: Presence = {
    ...{ agreed: { flex: 'Unavailable', frontline: 'Unavailable' }, at: WISH, seen: false, by: 'frontline' },
    ...{ fence: 3, until: 0, todo: new Set(['flex']), former: { flex: 'Available' } },
    wrote: { flex: { Unavailable: WISH + 90 * S, ...wrote }, frontline: {} },
  };
  const ann = { sid: AGENTS.ann.flexWorkerSid, name: 'ann', knownBy: 'ann' };
  const seen = {
    ...{ flex: { ...ann, activity, since }, frontline: { ...ann, activity: 'Unavailable', since: WISH } },
    ...{ at: WISH + 100 * S, user: undefined, ignoresFlex: false, firstStart: 0 },
  };
  const step = looked(rules, known, seen, { change: undefined, otherwise: 'already' });
  return step.is === 'take' ? step.next.agreed.flex : step;
};

test.each([
  ['what it said before the wish', 'Available', WISH - 60 * S, {}, 'Unavailable'],
  ['the same since about the wish, for clocks differ', 'Available', WISH + 4 * S, {}, 'Unavailable'],
  [
    'the same since later, which the bridge has written',
    'Available',
    WISH + 30 * S,
    { Available: WISH + 30 * S },
    'Unavailable',
  ],
  ['the same since later', 'Available', WISH + 30 * S, { Available: WISH - 60 * S }, 'Available'],
  ['what the bridge has written since the wish', 'Break', WISH + 30 * S, { Break: WISH + 60 * S }, 'Unavailable'],
  [
    'the same, but later than the bridge can have written it',
    'Break',
    WISH + 70 * S,
    { Break: WISH + 60 * S },
    'Break',
  ],
  ['something else', 'Break', WISH + 30 * S, {}, 'Break'],
])('when Flex says %s', (_, activity, since, wrote, agreed) => {
  expect(flexSays(activity, since, wrote)).toBe(agreed);
});
