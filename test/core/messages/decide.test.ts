import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../../src/core/messages/decide.ts';
import type { Intent, LaneState, Pair, PairState } from '../../../src/core/state/pair.ts';

const lane: LaneState = {
  cursor: 4,
  fence: 0,
  nonce: undefined,
  intent: undefined,
  dirty: undefined,
  ownIndices: [],
  holes: new Map(),
  stale: new Map(),
  pace: undefined,
  tried: undefined,
  place: undefined,
  floor: -1,
  copiesFloor: -1,
  drained: false,
};
const intent: Intent = {
  sid: 'IM9',
  index: 5,
  createdAt: '',
  author: 'c',
  digest: '',
  notAfter: 0,
  settlesAt: 0,
  tail: 0,
  late: false,
};
const pair = (f: Partial<LaneState>, b: Partial<LaneState> = {}, state: PairState = 'open'): Pair => ({
  id: 'flex#CHA',
  state,
  generation: 1,
  flex: 'CHA',
  frontline: 'CHB',
  customer: 'c',
  task: undefined,
  workspace: undefined,
  reservation: undefined,
  worker: undefined,
  workerIdentity: undefined,
  formerAgents: [],
  agents: [],
  acceptedAt: undefined,
  leaving: [],
  wentAt: new Map(),
  cameAt: new Map(),
  handover: undefined,
  endedBy: undefined,
  startedIn: undefined,
  carriedBefore: undefined,
  agreeFence: 0,
  disagreesSince: undefined,
  linked: true,
  hasRefusedParticipant: false,
  hasParkedLink: false,
  due: false,
  quiet: false,
  begunAt: 0,
  heldUntil: undefined,
  lanes: { toFrontline: { ...lane, ...f }, toFlex: { ...lane, ...b } },
});

describe('a message whose lane could not be claimed', () => {
  test.each([
    ['of an unknown chat is left to linking', undefined, 5, { do: 'skip', why: 'not_linked' }],
    [
      'of a chat that is being linked is left to linking',
      pair({}, {}, 'linking'),
      5,
      { do: 'skip', why: 'not_linked' },
    ],
    ['of an ended chat stays where it is', pair({}, {}, 'closed'), 5, { do: 'skip', why: 'closed' }],
    ['behind the cursor is there already', pair({}), 4, { do: 'skip', why: 'already' }],
    ['in a hole behind the cursor is looked for', pair({ holes: new Map([[3, 1]]) }), 3, { do: 'reconcile' }],
    ["that is the bridge's own is no news", pair({ ownIndices: [7] }), 7, { do: 'skip', why: 'own' }],
    ['on a dirty lane waits with the others', pair({ dirty: { upTo: 5, since: 0 } }), 6, { do: 'defer' }],
    ['of a chat that is ending is brought over by its end', pair({}, {}, 'ending'), 6, { do: 'defer' }],
    ['behind an open intent has that one settled first', pair({ intent }), 6, { do: 'reconcile' }],
    [
      'right behind our own copies is claimed from the cursor',
      pair({ ownIndices: [5, 6] }),
      7,
      { do: 'claim', cursor: 4 },
    ],
    ['behind a gap that may be a copy on its way waits', pair({}, { intent }), 6, { do: 'wait' }],
    ['behind a gap is a hole to be filled', pair({}), 6, { do: 'reconcile' }],
  ])('%s', (_, pair, index, expected) => {
    expect(decide(pair, 'toFrontline', 'CHA', index)).toEqual(expected);
  });

  test('from a container that the pair has left behind is skipped', () => {
    expect(decide(pair({}), 'toFrontline', 'CHX', 5)).toEqual({ do: 'skip', why: 'old_generation' });
  });

  test('always has exactly one decision, and never one that passes over a message of a person', () => {
    const state = fc.record({
      cursor: fc.integer({ min: -1, max: 8 }),
      ownIndices: fc.uniqueArray(fc.integer({ min: 0, max: 9 })),
      holes: fc.uniqueArray(fc.integer({ min: 0, max: 8 })).map((all) => new Map(all.map((index) => [index, 1]))),
      intent: fc.constantFrom(undefined, intent),
      dirty: fc.constantFrom(undefined, { upTo: 3, since: 1 }),
    });
    const states = fc.constantFrom<PairState>('linking', 'open', 'ending', 'closed');
    fc.assert(
      fc.property(state, state, states, fc.integer({ min: 0, max: 9 }), (f, b, pairState, index) => {
        const decision = decide(pair(f, b, pairState), 'toFrontline', 'CHA', index);
        if (decision.do !== 'claim') return;
        for (let between = decision.cursor + 1; between < index; between += 1) expect(f.ownIndices).toContain(between);
        expect(decision.cursor).toBe(f.cursor);
      }),
    );
  });
});
