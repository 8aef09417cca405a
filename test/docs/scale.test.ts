/** docs/scale.md has one row for each setting of the stack's scale, with the default that is deployed. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { SCALE_SETTINGS, scaleSettings } from '../../lib/scale.ts';

const scale = readFileSync(`${import.meta.dirname}/../../docs/scale.md`, 'utf8');

test('docs/scale.md names each setting once, with its default and a reason', () => {
  const rows = [...scale.matchAll(/^\| `([A-Z_]+)` \| (\S+) \| (.+) \|$/gm)].map(([, name, otherwise, why]) => ({
    name,
    otherwise: otherwise === 'none' ? 0 : Number(otherwise),
    isExplained: (why ?? '').length > 40,
  }));
  expect(rows).toEqual(
    scaleSettings.map((name) => ({ name, otherwise: SCALE_SETTINGS[name].otherwise, isExplained: true })),
  );
});
