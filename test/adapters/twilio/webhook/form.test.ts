import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readForm } from '../../../../src/adapters/twilio/webhook/form.ts';

const read = (body: string) => readForm(new TextEncoder().encode(body));
const pairs = (body: string) => {
  const result = read(body);
  return typeof result === 'string' ? result : Object.fromEntries(result.form);
};

describe('a form', () => {
  test('is read as browsers and Twilio write it', () => {
    expect(pairs('a=1+2&b=%2B&c&=d&e=f=g&a=3&a=1%202')).toEqual({
      a: ['1 2', '3'],
      b: ['+'],
      c: [''],
      '': ['d'],
      e: ['f=g'],
    });
  });

  test('gives back what was put in, every character', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.dictionary(text, text, { minKeys: 1 }), (params) => {
        const expected = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, [value]]));
        expect(pairs(new URLSearchParams(params).toString())).toEqual(expected);
      }),
    );
  });

  test('keeps a byte order mark, which is part of what was signed', () => {
    expect(pairs('\uFEFFa=\uFEFF')).toEqual({ '\uFEFFa': ['\uFEFF'] });
  });

  test('never fails, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const result = readForm(bytes);
        if (typeof result === 'string') return ['empty_body', 'not_utf8', 'too_many_parameters'].includes(result);
        return [...result.form].flat(2).every((text) => text.isWellFormed());
      }),
      { numRuns: 1_000 },
    );
  });
});
