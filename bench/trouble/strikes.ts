/** One call of a chat goes wrong while others get through: how long is the chat's next message held up? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../local-twilio/faults.ts';
import type { Lane } from '../../src/core/model/event.ts';
import type { BenchChat } from '../link-chats.ts';
import {
  CREATE,
  destinationIn,
  destinationOf,
  LANES,
  type Scene,
  standingCopy,
  until,
  write,
  wrongIn,
} from './scene.ts';
import type { Waits } from './waits.ts';

export const STRIKES = ['lost', 'answered, done', 'answered, not done'] as const;
export type Strike = (typeof STRIKES)[number];

/** From when the bridge knows until the next message is across. */
export type StruckTalk = { readonly of: Readonly<Record<Strike, Waits>>; readonly wrong: readonly string[] };

/** In each lane, of each kind. */
export const STRUCK = 20;
/** Chats that nothing befalls: others' successes keep a side from being left alone. */
export const BYSTANDERS = 8;
export const STRIKE_CHATS = BYSTANDERS + STRIKES.length * LANES.length * STRUCK;

const EVERY_MS = 250;
const NEXT_AFTER_MS = 100;
const BYSTANDER_MS = 60;
const PATIENCE_MS = 100_000;

const faultOf = (strike: Strike, n: number): Pick<Fault, 'fault'> & Readonly<Record<string, unknown>> => {
  if (strike === 'lost') return { fault: 'rest.answer-lost', loss: 'destroy' };
  return {
    fault: strike === 'answered, done' ? 'rest.5xx-after' : 'rest.5xx-before',
    status: n % 2 === 0 ? 500 : 503,
  };
};

export const strike = async (scene: Scene): Promise<StruckTalk> => {
  const bystanders = scene.chats.slice(0, BYSTANDERS);
  const struck = scene.chats.slice(BYSTANDERS).map((chat, n) => ({
    chat,
    strike: STRIKES[n % STRIKES.length] ?? 'lost',
    lane: LANES[Math.floor(n / STRIKES.length) % LANES.length] ?? 'toFlex',
    n,
  }));
  scene.log.begin();
  let over = false;
  const healthy = (async () => {
    for (let n = 0; !over; n += 1) {
      const chat = bystanders[n % bystanders.length];
      // The times between two messages of one lane stay above what the bridge takes for a loop.
      if (chat !== undefined) write(scene, chat, n % 2 === 0 ? 'toFlex' : 'toFrontline', `bystander ${n}`);
      await sleep(BYSTANDER_MS * 4);
    }
  })();

  const talks = struck.map(async ({ chat, strike, lane, n }) => {
    await sleep(n * EVERY_MS);
    const fault = { ...faultOf(strike, n), p: 1, times: 1 };
    const remove = scene.twilio.faults.add({
      ...fault,
      ...{ account: destinationOf(lane), only: CREATE[destinationOf(lane)], at: destinationIn(chat, lane) },
    } as Fault);
    const texts = [`first ${n}`, `next ${n}`] as const;
    write(scene, chat, lane, texts[0]);
    await sleep(NEXT_AFTER_MS);
    write(scene, chat, lane, texts[1]);
    await until(() => standingCopy(scene, chat, lane, texts[1]) !== undefined, PATIENCE_MS);
    remove();
    return { strike, ...waitIn(scene, chat, lane, texts) };
  });
  const all = await Promise.all(talks);
  over = true;
  await healthy;
  const waitsOf = (kind: Strike): Waits => {
    const waits = all.filter((one) => one.strike === kind).map(({ wait }) => wait);
    return {
      waits: waits.filter((wait) => wait !== undefined),
      never: waits.filter((wait) => wait === undefined).length,
    };
  };
  return {
    of: {
      lost: waitsOf('lost'),
      'answered, done': waitsOf('answered, done'),
      'answered, not done': waitsOf('answered, not done'),
    },
    wrong: all.flatMap(({ wrong }) => wrong),
  };
};

const waitIn = (
  scene: Scene,
  chat: BenchChat,
  lane: Lane,
  texts: readonly [string, string],
): { readonly wait: number | undefined; readonly wrong: readonly string[] } => {
  const knows = scene.log.failed(destinationIn(chat, lane))[0]?.at;
  const across = standingCopy(scene, chat, lane, texts[1])?.committedAt;
  const wrong = wrongIn(scene, chat, lane, texts);
  if (knows === undefined) return { wait: undefined, wrong: [...wrong, `chat ${chat.number}: its fault met no call`] };
  // Across before the bridge knew: nothing was held up.
  return { wait: across === undefined ? undefined : Math.max(0, across - knows), wrong };
};
