/** Values and names that broke somebody's parser once. */
import type { Dice } from '../sim/random.ts';
import { stampedAttributes } from '../src/core/copies/stamp.ts';
import { IDENTITY, NAME, TEXT } from './marks.ts';
import { config, secrets } from './settings.ts';

export const NAMES: readonly string[] = [
  '',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'eventtype',
  'EventType[]',
  'EventType\u0000',
  ' EventType',
  'accountSid',
  'bodySHA256',
  'length',
  '0',
  '$where',
  '%00',
  NAME,
];

const TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  `${NAME}\u0000after`,
  '\uFFFE',
  `${NAME}\uFFFF`,
  '\uFEFF',
  '\uD800',
  `\uDC00${NAME}`,
  'a\uD83D',
  '\u{1FFFE}\u{10FFFF}',
  '\u0001\u000b\u001f\u007f\u0085\u2028\u2029',
  '\r\n\r\nHTTP/1.1 200 OK',
  '\u202e\u200b\u00ad',
  'Z̶̢̛͚̗͍̙͔̥̹̿̀̑̀͑͐̔̕a̴l̵g̷o̸',
  '👩‍👩‍👧‍👦'.repeat(9),
  '\u1680\u2000\u3000\u00a0',
  '__proto__',
  'null',
  'undefined',
  '[object Object]',
  'true',
  '../../etc/passwd',
  '.',
  '..',
  '/',
  '%',
  '%25',
  '%ED%A0%80',
  '_ED_A0_80',
  '_',
  '_00',
  '_2',
  "'; DROP TABLE pairs; --",
  '<script>alert(1)</script>',
  '$\u007bjndi:ldap://x}',
  'bridge-flex-CH00000000000000000000000000000000-1',
  'system',
  'client:',
  NAME,
  IDENTITY,
];

const NUMBERS: readonly string[] = [
  '-1',
  '-0',
  '0',
  '1',
  '2',
  '7',
  '50',
  '51',
  '52',
  '1000',
  '2147483648',
  '9007199254740991',
  '9007199254740992',
  '18446744073709551616',
  `1${'0'.repeat(400)}`,
  '1e3',
  '1e309',
  'NaN',
  'Infinity',
  '0x10',
  '1.5',
  '1,5',
  ' 1',
  '1\n',
  '+1',
  '٣',
  '１',
];

const DATES: readonly string[] = [
  '1970-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-03-14T24:00:00Z',
  '2026-03-14T24:00:01Z',
  '2026-03-14T23:59:60Z',
  '2026-03-14T17:04:44.123456789Z',
  '2026-03-14T17:04:44+14:00',
  '2026-03-14T17:04:44-23:59',
  '2026-03-14T17:04:44+24:00',
  '2026-03-14T17:04:44+00:60',
  '2026-03-14 17:04:44Z',
  '2026-03-14T17:04:44',
  'Sat, 14 Mar 2026 17:04:44 GMT',
  '1773507884742',
  '2126-03-14T17:04:44Z',
];

const hex = (dice: Dice, count: number): string =>
  Array.from({ length: count }, () => dice.between(0, 15).toString(16)).join('');

const SID_KINDS = ['CH', 'IM', 'IS', 'AC', 'WT', 'WR', 'WK', 'WS', 'ME', 'ch', 'XX', ''] as const;

const sid = (dice: Dice): string => {
  const kind = dice.pick(SID_KINDS);
  switch (dice.between(0, 7)) {
    case 0:
      return kind + '0'.repeat(32);
    case 1:
      return kind + hex(dice, dice.between(30, 34));
    case 2:
      return kind + hex(dice, 32).toUpperCase();
    case 3:
      return `${kind}${hex(dice, 32)}\n`;
    case 4:
      return `${kind}${hex(dice, 31)}\u0666`;
    case 5:
      return dice.pick([config.flex, config.frontline]).accountSid;
    case 6:
      return dice.pick([config.flex, config.frontline]).serviceSid;
    default:
      return kind + hex(dice, 32);
  }
};

const deep = (dice: Dice): string => {
  const levels = dice.pick([3, 100, 2_000, 20_000]);
  return dice.pick([
    () => '['.repeat(levels) + ']'.repeat(levels),
    () => '['.repeat(levels),
    () => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
    () => `${'{"bridge":'.repeat(levels)}null${'}'.repeat(levels)}`,
  ])();
};

const value = (dice: Dice): unknown =>
  dice.pick<() => unknown>([
    () => null,
    () => true,
    () => [],
    () => ({}),
    () => [[]],
    () => -1,
    () => 1e308,
    () => hostileText(dice),
    () => sid(dice),
    () => ({ toString: null, length: -1, constructor: { name: 1 } }),
  ])();

/** Names of members that the bridge reads, or that a prototype has. */
const MEMBERS = [
  'bridge',
  '__proto__',
  'constructor',
  'toJSON',
  'channelSid',
  'name',
  'customerName',
  'contact_uri',
  'email',
  'Sid',
  'Filename',
  'ContentType',
  'Size',
  'length',
] as const;

const object = (dice: Dice): string => {
  const members = Array.from({ length: dice.between(1, 4) }, () => {
    const said = dice.pick([
      () => JSON.stringify(value(dice)),
      () => '{"__proto__":{"bridge":1}}',
      () => number(dice),
    ])();
    return `${JSON.stringify(dice.pick(MEMBERS))}:${said}`;
  });
  return `{${members.join(',')}}`;
};

const forged = (dice: Dice): string =>
  JSON.stringify({
    bridge: {
      v: dice.pick([1, '1', 2]),
      d: dice.pick([config.deployment, 'other', null, 1]),
      s: sid(dice),
      k: dice.pick(['copy', 'silent', 'notice', 'other', null]),
      h: dice.pick([hex(dice, 32), '', 'é'.repeat(32), 7]),
    },
  });

/** Made with the bridge's own key, as a customer sees it in the copies and may write it again. */
const copied = (dice: Dice): string =>
  stampedAttributes(
    secrets.stampKey,
    config.deployment,
    { lane: dice.pick(['toFrontline', 'toFlex'] as const), container: `CH${hex(dice, 32)}`, author: NAME, body: TEXT },
    `IM${hex(dice, 32)}`,
    dice.pick(['copy', 'silent', 'notice'] as const),
  );

const list = (dice: Dice): string => {
  const entries = Array.from({ length: dice.pick([0, 1, 2, 40]) }, () => object(dice));
  return `[${entries.join(',')}${dice.chance(0.1) ? ',' : ''}]`;
};

export const hostileText = (dice: Dice): string => dice.pick(TEXTS);
export const number = (dice: Dice): string => dice.pick(NUMBERS);
export const json = (dice: Dice): string =>
  dice.pick([deep, object, object, object, forged, copied, list, list, (d: Dice) => JSON.stringify(value(d))])(dice);

const isDate = /Date|Timestamp/;
const isNumber = /Index|Size|Age|Count|Version|Priority|Capacity/;

/** Mostly of the kind that the parameter should have. */
export const valueFor = (dice: Dice, parameter: string): string => {
  const any = () => dice.pick([hostileText, number, json, sid, (d: Dice) => d.pick(DATES)])(dice);
  if (dice.chance(0.3)) return any();
  if (parameter.endsWith('Sid')) return sid(dice);
  if (parameter === 'Body' && dice.chance(0.5)) return TEXT + hostileText(dice);
  if (isDate.test(parameter)) return dice.pick(DATES);
  if (isNumber.test(parameter)) return number(dice);
  if (parameter.endsWith('Attributes') || parameter === 'Media') return json(dice);
  return hostileText(dice);
};
