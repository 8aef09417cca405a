/** What happens to parameters. */
import type { Dice } from '../../sim/random.ts';
import type { RequestDraft } from '../draft.ts';
import { NAMES, valueFor } from '../hostile.ts';
import { NAME } from '../marks.ts';
import type { Mutation } from '../mutation.ts';
import { config } from '../settings.ts';

const EVENT_TYPES = [
  'onMessageSent',
  'onMediaMessageSent',
  'onMessageUpdated',
  'onMessageRemoved',
  'onMessageAdded',
  'onChannelUpdated',
  'onChannelDestroyed',
  'onMemberAdded',
  'reservation.accepted',
  'reservation.created',
  'task.completed',
  'ONMESSAGESENT',
  '__proto__',
  'constructor',
  '',
] as const;

const at = (draft: RequestDraft, dice: Dice): number => dice.between(0, draft.params.length - 1);

/** Changes one parameter's name and value. */
const change =
  (how: (name: string, value: string, dice: Dice) => readonly [string, string]) =>
  (draft: RequestDraft, dice: Dice): void => {
    if (draft.params.length === 0) return;
    const index = at(draft, dice);
    draft.params = draft.params.map(([name, value], n) => {
      if (n !== index) return [name, value];
      const [newName, newValue] = how(name, value, dice);
      return [newName, newValue];
    });
  };

const set = (draft: RequestDraft, name: string, value: string): void => {
  draft.params = draft.params.map((one) => (one[0] === name ? [name, value] : one));
};

const otherSpelling = (name: string, dice: Dice): string =>
  dice.pick([name.toLowerCase(), name.toUpperCase(), `${name} `, `${name}[]`, `${name}\u0000`, name.slice(1)]);

/** Long enough for each limit: Twilio's texts, a parameter count, the body, the queue. */
const LENGTHS = [300, 5_000, 32_768, 70_000] as const;
const HUGE = [90_000, 262_144, 300_000] as const;

const long = (dice: Dice, length: number): string => {
  const unit = dice.pick(['x', 'あ', '\u0001', '👍', '\uFFFF', '"', '\\', '&', '=', NAME]);
  return unit.repeat(Math.max(1, Math.floor(length / unit.length)));
};

export const paramMutations: readonly Mutation[] = [
  {
    name: 'a parameter dropped',
    weight: 6,
    on: (draft, dice) => {
      const index = at(draft, dice);
      draft.params = draft.params.filter((_, n) => n !== index);
    },
  },
  {
    name: 'a parameter twice',
    weight: 5,
    on: (draft, dice) => {
      const one = draft.params[at(draft, dice)];
      if (one === undefined) return;
      const [name, value] = one;
      draft.params.splice(at(draft, dice), 0, [name, dice.chance(0.4) ? value : valueFor(dice, name)]);
    },
  },
  { name: 'a parameter renamed', weight: 5, on: change((name, value, dice) => [otherSpelling(name, dice), value]) },
  { name: 'a parameter with a hostile name', weight: 5, on: change((_, value, dice) => [dice.pick(NAMES), value]) },
  { name: 'a hostile value', weight: 40, on: change((name, _, dice) => [name, valueFor(dice, name)]) },
  {
    name: 'a long value',
    weight: 2,
    on: change((name, _, dice) => [name, long(dice, dice.pick(LENGTHS))]),
  },
  {
    name: 'a huge value',
    weight: 0.3,
    on: change((name, _, dice) => [name, long(dice, dice.pick(HUGE))]),
  },
  {
    name: 'a value cut or grown',
    weight: 4,
    on: change((name, value, dice) => {
      const cut = dice.between(0, value.length);
      return [name, dice.pick([value.slice(0, cut), value.slice(cut), `${value} `, `\n${value}`, value + value])];
    }),
  },
  {
    name: 'parameters in another order',
    weight: 3,
    on: (draft, dice) => {
      const keyed = draft.params.map((one) => [dice.next(), one] as const);
      draft.params = keyed.sort(([a], [b]) => a - b).map(([, one]) => one);
    },
  },
  {
    name: 'two values swapped',
    weight: 4,
    on: (draft, dice) => {
      const [one, other] = [draft.params[at(draft, dice)], draft.params[at(draft, dice)]];
      if (one !== undefined && other !== undefined) [one[1], other[1]] = [other[1], one[1]];
    },
  },
  {
    name: 'strange parameters more',
    weight: 4,
    on: (draft, dice) => {
      for (let n = dice.pick([1, 2, 20]); n > 0; n -= 1) {
        const name = dice.pick(NAMES);
        draft.params.splice(at(draft, dice), 0, [name, valueFor(dice, name)]);
      }
    },
  },
  {
    name: 'a thousand parameters more',
    weight: 0.2,
    on: (draft, dice) => {
      const more = dice.pick([900, 990, 1_000, 1_100]);
      draft.params.push(...Array.from({ length: more }, (_, n): [string, string] => [`p${n}`, '']));
    },
  },
  {
    name: 'another event type',
    weight: 5,
    on: (draft, dice) => set(draft, 'EventType', dice.pick(EVENT_TYPES)),
  },
  {
    name: 'another index',
    weight: 4,
    on: (draft, dice) => set(draft, 'Index', String(dice.between(0, 60))),
  },
  {
    name: "the other account's AccountSid",
    weight: 3,
    on: (draft, dice) => set(draft, 'AccountSid', dice.pick([config.flex, config.frontline]).accountSid),
  },
  {
    name: 'a blanked channel',
    weight: 1,
    on: (draft, dice) => set(draft, dice.pick(['ChannelSid', 'ConversationSid']), `CH${'0'.repeat(32)}` as const),
  },
];
