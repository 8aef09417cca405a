/** What a person on the page can do, read once from what the page asks for; anything else is refused. */

const LONGEST_TEXT = 4000;

const KINDS = ['web', 'sms'] as const;
const PERSONS = ['customer', 'flex', 'frontline'] as const;
const SIDES = ['flex', 'frontline'] as const;
const ANSWERS = ['accepts', 'rejects', 'letsTimeOut'] as const;
const TRANSFERS = ['cold', 'warm'] as const;

type Side = (typeof SIDES)[number];

/** An agent is named by his address. */
export type Act =
  | { readonly act: 'begin'; readonly kind: (typeof KINDS)[number] }
  | { readonly act: 'offer' | 'accept'; readonly channel: string; readonly agent: string }
  /** What was offered is answered in Flex. */
  | { readonly act: 'answer'; readonly reservation: string; readonly how: (typeof ANSWERS)[number] }
  /** Something is said to the bridge, in the agent's System conversation. */
  | { readonly act: 'tell'; readonly agent: string; readonly text: string }
  | {
      readonly act: 'write';
      readonly who: (typeof PERSONS)[number];
      readonly channel: string;
      readonly text: string;
      /** Which of several; the first who is there when absent. */
      readonly agent: string | undefined;
    }
  | {
      readonly act: 'transfer';
      readonly channel: string;
      readonly agent: string;
      readonly to: string;
      readonly how: (typeof TRANSFERS)[number];
    }
  /** In the Frontline app. */
  | { readonly act: 'pass'; readonly channel: string; readonly agent: string; readonly to: string }
  /** A conversation with a customer's phone is begun in the Frontline app. */
  | { readonly act: 'call'; readonly agent: string; readonly phone: string; readonly text: string }
  /** After a warm transfer. */
  | { readonly act: 'leave'; readonly channel: string; readonly agent: string }
  | { readonly act: 'end'; readonly side: Side; readonly channel: string; readonly agent: string }
  | { readonly act: 'complete'; readonly channel: string }
  | { readonly act: 'go'; readonly side: Side; readonly agent: string; readonly activity: string }
  | { readonly act: 'faults'; readonly names: readonly string[] };

const isOne = <T extends string>(value: unknown, of: readonly T[]): value is T => of.some((one) => one === value);
const isChannel = (value: unknown): value is string => typeof value === 'string' && /^CH[0-9a-f]{32}$/.test(value);
const isReservation = (value: unknown): value is string => typeof value === 'string' && /^WR[0-9a-f]{32}$/.test(value);
const isShort = (value: unknown): value is string => typeof value === 'string' && value.length <= 200;
const isPhone = (value: unknown): value is string => typeof value === 'string' && /^\+\d{7,15}$/.test(value);
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT;

/** @returns undefined when it is nothing that a person on the page can do. */
export const readAct = (json: string): Act | undefined => {
  const asked = parsed(json);
  const { act, kind, channel, agent, to, phone, who, text, names, reservation, how, side, activity } = asked;
  switch (act) {
    case 'begin':
      return isOne(kind, KINDS) ? { act, kind } : undefined;
    case 'offer':
    case 'accept':
    case 'leave':
      return isChannel(channel) && isShort(agent) ? { act, channel, agent } : undefined;
    case 'answer':
      return isReservation(reservation) && isOne(how, ANSWERS) ? { act, reservation, how } : undefined;
    case 'tell':
      return isShort(agent) && isText(text) ? { act, agent, text } : undefined;
    case 'write':
      return isChannel(channel) && isOne(who, PERSONS) && isText(text) && (agent === undefined || isShort(agent))
        ? { act, who, channel, text, agent }
        : undefined;
    case 'transfer':
      return isChannel(channel) && isShort(agent) && isShort(to) && isOne(how, TRANSFERS)
        ? { act, channel, agent, to, how }
        : undefined;
    case 'pass':
      return isChannel(channel) && isShort(agent) && isShort(to) ? { act, channel, agent, to } : undefined;
    case 'call':
      return isShort(agent) && isPhone(phone) && isText(text) ? { act, agent, phone, text } : undefined;
    case 'end':
      return isChannel(channel) && isShort(agent) && isOne(side, SIDES) ? { act, side, channel, agent } : undefined;
    case 'complete':
      return isChannel(channel) ? { act, channel } : undefined;
    case 'go':
      return isOne(side, SIDES) && isShort(agent) && isShort(activity) ? { act, side, agent, activity } : undefined;
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
