/** Both sides of a chat beside each other, for a person. */
import type { SidesNow } from './state.ts';

const WIDTH = 46;

const row = (name: string, flex: string, frontline: string): string =>
  `    ${name.padEnd(10)}${flex.padEnd(WIDTH)} ${frontline}`.trimEnd();

const rows = (name: string, flex: readonly string[], frontline: readonly string[]): readonly string[] =>
  Array.from({ length: Math.max(flex.length, frontline.length, 1) }, (_, n) =>
    row(n === 0 ? name : '', flex[n] ?? (n === 0 ? '–' : ''), frontline[n] ?? (n === 0 ? '–' : '')),
  );

/** @returns its lines */
export const sidesAsLines = (sides: SidesNow): readonly string[] => {
  const { channel, flex, frontline, conversations, tasks, told, phone, smsSession } = sides;
  const notices = Object.entries(told).flatMap(([name, lines]) => lines.map((line) => `${name}: ${line}`));
  return [
    row('', 'Flex', 'Frontline'),
    ...rows(
      'chat',
      [`${channel} ${flex.state}`],
      conversations.length === 0 ? [] : [`${conversations.join(' ')} ${frontline.state}`],
    ),
    ...rows('people', [flex.people.join(', ')], frontline.people.length === 0 ? [] : [frontline.people.join(', ')]),
    ...rows('said', flex.said, frontline.said),
    ...(flex.away.length + frontline.away.length === 0 ? [] : rows('away', flex.away, frontline.away)),
    ...rows('task', tasks, []),
    ...rows('notices', [], notices),
    ...(phone === undefined
      ? []
      : [`    the phone: ${phone.map((text) => `"${text}"`).join(', ') || '–'}; its session is ${smsSession}`]),
  ];
};
