import { describe, expect, test } from '@jest/globals';
import type { AccountName } from '../../local-twilio/model.ts';
import type { Called } from '../../sim/calls.ts';
import type { ChatChange, Chronicle, WrittenMessage } from '../../sim/chronicle.ts';
import { wordProblems } from '../../sim/judge-words.ts';
import { createMeter } from '../../sim/meter.ts';
import type { Ending } from '../../sim/story.ts';
import { createTime } from '../../sim/time.ts';

const by = { source: 'API' } as const;
const CHANNEL = 'CH1';
const CONVERSATION = 'CH2';

const written = (side: AccountName, sid: string, body: string, at: number, removedAt?: number): WrittenMessage => ({
  ...{ side, sid, at, by, index: at, dateCreated: at, author: 'somebody' },
  container: side === 'flex' ? CHANNEL : CONVERSATION,
  texts: [{ at, by, body }],
  removed: removedAt === undefined ? undefined : { at: removedAt, by },
});
const change = (at: number, state: ChatChange['state'], byTimer = false): ChatChange => ({
  ...{ at, by, deed: 'changed', identity: undefined, state, attributes: '{}', byTimer },
});
const closes = { container: CONVERSATION, method: 'POST', resource: '*Services/*/Conversations/*' } as Called;

/** @param said of people: the SIDs of their messages */
const problems = (
  all: readonly WrittenMessage[],
  said: readonly string[],
  more: {
    readonly beyond?: boolean;
    /** Nobody closes the conversation. */
    readonly goesOn?: boolean;
    /** A timer does. */
    readonly byTimer?: boolean;
    /** When the conversation was made. */
    readonly born?: number;
    readonly endings?: Ending[];
    readonly returns?: number[];
    readonly calls?: Called[];
  },
) => {
  const { beyond = false, goesOn = false, byTimer = false, born = 0, endings = [], returns = [], calls = [] } = more;
  const chronicle: Chronicle = {
    ...{ witness: () => {}, onlooker: () => {}, containers: () => [CHANNEL, CONVERSATION] },
    changes: (container) =>
      container === CONVERSATION ? [change(born, 'active'), ...(goesOn ? [] : [change(40, 'closed', byTimer)])] : [],
    of: (container) => all.filter((one) => one.container === container),
  };
  const own = (side: AccountName) =>
    new Set(all.filter((one) => one.side === side && said.includes(one.sid)).map(({ sid }) => sid));
  return wordProblems(
    { chronicle, meter: createMeter(), calls: () => calls, time: createTime(50) },
    {
      ...{ channel: CHANNEL, customer: 'jo', endings, returns },
      said: { flex: own('flex'), frontline: own('frontline') },
    },
    [CONVERSATION],
    beyond,
  );
};

describe('of a story it is seen', () => {
  test('when a copy stands twice; beyond SETTLE only when it does in the end, and could be taken out', () => {
    const twice = [written('flex', 'IM1', 'hello', 1), written('frontline', 'IM2', 'hello', 2)];
    const forAWhile = [...twice, written('frontline', 'IM3', 'hello', 3, 9)];
    expect(problems(forAWhile, ['IM1'], {})).toEqual(['frontline has a copy twice']);
    expect(problems(forAWhile, ['IM1'], { beyond: true })).toEqual([]);
    const forGood = [...twice, written('frontline', 'IM3', 'hello', 3)];
    expect(problems(forGood, ['IM1'], { beyond: true, goesOn: true })).toEqual(['frontline has a copy twice']);
    expect(problems(forGood, ['IM1'], { beyond: true })).toEqual([]);
  });

  test('when a word of the conversation was lost that the bridge did not close for an end before it', () => {
    const word = [written('frontline', 'IM1', 'hello', 30)];
    const ended: Ending[] = [{ at: 10, how: 'inactive' }];
    expect(problems(word, ['IM1'], { endings: ended, returns: [20], calls: [closes] })).toEqual([]);
    const lost = ['flex lacks "hello" (IM1)'];
    expect(problems(word, ['IM1'], { endings: ended, returns: [20] })).toEqual(lost);
    const late = { endings: ended, calls: [closes] };
    expect(problems(word, ['IM1'], { ...late, returns: [20], born: 15 })).toEqual([]);
    expect(problems(word, ['IM1'], { ...late, returns: [20], born: 25 })).toEqual(lost);
    const again: Ending[] = [...ended, { at: 35, how: 'inactive' }];
    expect(problems(word, ['IM1'], { endings: again, returns: [20], calls: [closes] })).toEqual(lost);
  });

  test("but not an agent's word that came between a timer and the end, and which no conversation could take", () => {
    const word = [written('flex', 'IM1', 'hello', 45)];
    const ended: Ending[] = [{ at: 48, how: 'inactive' }];
    expect(problems(word, ['IM1'], { endings: ended, byTimer: true })).toEqual([]);
    expect(problems(word, ['IM1'], { endings: ended })).toEqual(['frontline lacks "hello" (IM1)']);
  });
});
