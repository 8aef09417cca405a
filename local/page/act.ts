/** What the page asks for, read once; anything else is refused. */
import type { Act } from './demo.ts';

const LONGEST_TEXT = 4000;

const isOne = <T extends string>(value: unknown, of: readonly T[]): value is T => of.some((one) => one === value);
const isChannel = (value: unknown): value is string => typeof value === 'string' && /^CH[0-9a-f]{32}$/.test(value);
const isShort = (value: unknown): value is string => typeof value === 'string' && value.length <= 200;

/** @returns undefined when it is nothing that a person on the page can do. */
export const readAct = (json: string): Act | undefined => {
  const asked = parsed(json);
  const { act, kind, channel, agent, who, text, names } = asked;
  switch (act) {
    case 'begin':
      return isOne(kind, ['web', 'sms']) ? { act, kind } : undefined;
    case 'accept':
      return isChannel(channel) && isShort(agent) ? { act, channel, agent } : undefined;
    case 'write':
      return isChannel(channel) &&
        isOne(who, ['customer', 'flex', 'frontline']) &&
        typeof text === 'string' &&
        text.trim() !== '' &&
        text.length <= LONGEST_TEXT
        ? { act, who, channel, text }
        : undefined;
    case 'faults':
      return Array.isArray(names) && names.every(isShort) ? { act, names } : undefined;
    default:
      return undefined;
  }
};

const parsed = (json: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
};
