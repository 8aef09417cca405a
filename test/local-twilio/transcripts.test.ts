import { describe, expect, test } from '@jest/globals';
import { judge } from '../../local-twilio/transcripts.ts';

const said = { flex: ['hello', 'thanks'], frontline: ['hi'] };
const dialogue = [{ question: 'hello', answer: 'hi' }];
const right = ['hello', 'hi', 'thanks'];

describe('the judge of two transcripts', () => {
  test('finds nothing when both sides tell the same', () => {
    expect(judge(said, { flex: right, frontline: right }, dialogue)).toEqual([]);
  });

  test('sees a lost message', () => {
    expect(judge(said, { flex: right, frontline: ['hello', 'hi'] })).toEqual(['frontline lacks "thanks"']);
  });

  test('sees a doubled message', () => {
    expect(judge(said, { flex: right, frontline: [...right, 'hello'] })).toContain('frontline has 2 times "hello"');
  });

  test('sees another order', () => {
    expect(judge(said, { flex: right, frontline: ['thanks', 'hello', 'hi'] }).join()).toContain('in another order');
  });

  test('sees an answer before its question', () => {
    const early = judge(said, { flex: ['hi', 'hello', 'thanks'], frontline: right }, dialogue);
    expect(early.join()).toContain('an answer before its question');
  });

  test('sees what nobody said', () => {
    expect(judge(said, { flex: [...right, 'ghost'], frontline: right }).join()).toContain('which nobody said');
  });

  test('lets a person take a copy away, and sees when it comes back or takes its source along', () => {
    const away = { flex: [], frontline: ['thanks'] };
    expect(judge(said, { flex: right, frontline: ['hello', 'hi'] }, dialogue, away)).toEqual([]);
    expect(judge(said, { flex: right, frontline: right }, dialogue, away)).toEqual([
      'frontline has again "thanks", which was taken away there',
    ]);
    expect(judge(said, { flex: ['hello', 'hi'], frontline: ['hello', 'hi'] }, dialogue, away)).toEqual([
      'flex lacks "thanks"',
    ]);
  });
});
