import { describe, expect, test } from '@jest/globals';
import { intentFor, isIntended } from '../../../src/core/copies/fingerprint.ts';
import { textAcross } from '../../../src/core/copies/render.ts';
import type { Message } from '../../../src/core/model/event.ts';
import { readPair } from '../../../src/core/state/pair.ts';

const key = 'a key that only the bridge holds';
const createdAt = '2026-11-22T14:03:07.412Z';
const pair = readPair({ pk: 'flex#CHA', sk: 'pair', state: 'open', customer: 'jo' });
if (pair === undefined) throw new Error('no pair');

const file = { sid: 'ME1', contentType: 'image/png', filename: 'a.png', size: 10 };
const source: Message = {
  sid: `IM${'1'.repeat(32)}` as const,
  index: 5,
  author: 'ann@example.com',
  body: 'hello',
  createdAt,
  attributes: '{}',
  media: [],
};
const copy: Message = { ...source, sid: 'IM9', index: 8, author: 'ann_40example_2Ecom' };
const intent = (late = false, of = source) => ({
  ...intentFor(key, 'toFlex', of, late),
  notAfter: 0,
  settlesAt: 0,
  tail: 7,
});
const stamp = (s: string) => JSON.stringify({ bridge: { v: 1, d: 'live', s, k: 'copy', h: '0'.repeat(32) } });

describe('what an intent was to write', () => {
  test.each([
    ['by author, time and text', {}],
    ['when a list gives whole seconds', { createdAt: '2026-11-22T14:03:07Z' }],
    [
      'by its author and the stamp that it still carries, when its text was edited',
      { body: '?', attributes: stamp(source.sid) },
    ],
  ])('is known %s', (_, change) => {
    expect(isIntended(key, 'toFlex', { ...copy, ...change }, intent(), pair)).toBe(true);
  });

  test.each([
    ['of another author', { author: 'jo' }],
    ['of another author, with a copied stamp', { author: 'jo', attributes: stamp(source.sid) }],
    ['of another text', { body: 'hello!' }],
    ['of another second', { createdAt: '2026-11-22T14:03:08.000Z' }],
    ['that stood there before', { index: 7 }],
    ['that stood there before, with a copied stamp', { index: 7, attributes: stamp(source.sid) }],
    [
      "of another text, with another message's stamp",
      { body: 'hello!', attributes: stamp(`IM${'2'.repeat(32)}` as const) },
    ],
  ])('is no message %s', (_, change) => {
    expect(isIntended(key, 'toFlex', { ...copy, ...change }, intent(), pair)).toBe(false);
  });

  test('is known with its file, and when it is late, by the text as it crosses', () => {
    const withFile = { ...source, media: [file] };
    const body = textAcross('toFlex', withFile, true);
    expect(isIntended(key, 'toFlex', { ...copy, body }, intent(true, withFile), pair)).toBe(true);
    expect(isIntended(key, 'toFlex', { ...copy, body }, intent(false, withFile), pair)).toBe(false);
    expect(isIntended(key, 'toFlex', { ...copy, body }, intent(true), pair)).toBe(false);
  });

  test('shows neither its text nor that two texts are equal', () => {
    const [one, other] = [intent(), intent(false, { ...source, sid: 'IM2' })];
    expect(JSON.stringify(one)).not.toContain('hello');
    expect(one.digest).toMatch(/^[0-9a-f]{32}$/);
    expect(other.digest).not.toBe(one.digest);
    expect(intentFor('another key', 'toFlex', source, false).digest).not.toBe(one.digest);
  });
});
