/** Whether both sides tell one story, and the one that was meant. */

import type { MeantEnding } from './endings.ts';
import type { Kind } from './scene.ts';
import type { SideState, SidesNow } from './state.ts';

const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

/** @returns what is wrong, a line each. */
export const judgeEnding = (sides: SidesNow, ending: MeantEnding, kind: Kind): readonly string[] => {
  const { state, agents, said, away = [], tasks, told, inFrontline } = ending;
  const meant: SideState = { state, people: [...agents, 'Customer'].sort(), said, away };
  const answers = said.filter((line) => !line.startsWith('Customer: ')).map((line) => line.replace(/^\w+: /, ''));
  const wanted: SidesNow = {
    channel: sides.channel,
    flex: meant,
    frontline: inFrontline === 'yes' ? meant : { state: 'none', people: [], said: [], away },
    // Which one it is nobody foresees; that it is one, anybody can.
    conversations: inFrontline === 'yes' ? sides.conversations.slice(-1) : [],
    tasks,
    told,
    phone: kind === 'web' ? undefined : answers,
    smsSession: kind === 'web' ? undefined : state === 'open' ? 'open' : 'closed',
  };
  const parts = Object.keys(wanted) as (keyof SidesNow)[];
  return parts
    .filter((part) => shown(sides[part]) !== shown(wanted[part]))
    .map((part) => `${part}: ${shown(sides[part])}, and not ${shown(wanted[part])}`);
};
