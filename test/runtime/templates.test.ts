import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTemplates, WrongTemplates } from '../../src/templates.ts';

const wrong = (text: string): string => {
  try {
    return JSON.stringify(readTemplates(text));
  } catch (error) {
    return error instanceof WrongTemplates ? error.message.split('\n').slice(1).join('\n') : String(error);
  }
};

describe('the file of templates', () => {
  test('is a list of categories, as Frontline shows them', () => {
    const categories = [
      {
        display_name: 'Openers',
        templates: [{ content: 'Hello {{Name}}, {{ Author }} here.', whatsAppApproved: true }],
      },
      { display_name: 'Closing', templates: [] },
    ];
    expect(readTemplates(JSON.stringify(categories))).toEqual(categories);
    expect(readTemplates('[]')).toEqual([]);
    expect(readTemplates(`\uFEFF${JSON.stringify(categories)}`)).toEqual(categories);
  });

  test.each([
    ['no JSON at all', '', '  line 1: not JSON'],
    ['a comma too many', '[\n  {\n    "display_name": "Openers",\n  }\n]', '  line 4: not JSON'],
    ['an end that is missing', '[\n{"display_name":\n"Openers"', '  line 3: not JSON'],
    ['an object in the place of the list', '\n{}', '  line 2: not a list of categories'],
    ['a category that is a text', '[\n"Openers"]', '  line 2: not a category'],
    ['a category without a name', '[\n\n{"templates": []}]', '  line 3: display_name is no name'],
    ['no list of templates', '[{"display_name": "A",\n"templates": {}}]', '  line 2: templates is no list'],
    [
      'a field that is spelt otherwise',
      '[{"display_name": "A", "templates": [\n{"content": "x",\n"whatsappApproved": true}]}]',
      '  line 3: a template has content, whatsAppApproved, nothing else',
    ],
    [
      'a mark that is a text',
      '[{"display_name": "A", "templates": [\n{"content": "x",\n"whatsAppApproved":\n"yes"}]}]',
      '  line 4: whatsAppApproved is neither true nor false',
    ],
    [
      'a field that is left open',
      '[{"display_name": "A: [1], {2}", "templates": [{"content": "\\"x\\\\"},\n{"content": "Hello {{Name}"}]}]',
      '  line 2: what stands in {{ }} is no name of a field, such as {{Name}}',
    ],
    [
      'a field with a number for a name, which nobody fills in',
      '[{"display_name": "A", "templates": [{"content": "Hello {{1}}"}]}]',
      '  line 1: what stands in {{ }} is no name of a field, such as {{Name}}',
    ],
  ])('with %s is refused with the line', (_what, text, message) => {
    expect(wrong(text)).toBe(message);
  });

  test('is refused for all that is wrong in it at once', () => {
    const text = '[\n{"display_name": "A", "templates": [{"content": 1}]},\n3,\n{"display_name": ""}]';
    expect(wrong(text).split('\n')).toEqual([
      '  line 2: content is no text',
      '  line 3: not a category',
      '  line 4: display_name is no name',
      '  line 4: templates is no list',
    ]);
  });

  test('is read or refused with lines that it has, whatever stands in it', () => {
    const near = fc.anything({ maxDepth: 4, key: fc.constantFrom('display_name', 'templates', 'content', 'x') });
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      near.map((value) => JSON.stringify([value], undefined, 1) ?? ''),
    );
    fc.assert(
      fc.property(text, (file) => {
        const said = wrong(file);
        if (said === '' || said.startsWith('[')) return;
        const lines = said.split('\n').map((line) => Number(/^ {2}line (\d+): /.exec(line)?.[1]));
        expect(lines.every((line) => line >= 1 && line <= file.split('\n').length)).toBe(true);
      }),
    );
  });

  test('is refused when its answer would be longer than Frontline takes', () => {
    for (const content of ['x'.repeat(50_000), '漢'.repeat(22_000)])
      expect(wrong(JSON.stringify([{ display_name: 'A', templates: [{ content }] }]))).toContain('line 1: longer than');
  });
});
