/** The bridge is killed while its calls are under way, and carried out; how long after its start does a chat go on? */
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

export const KILLED_CHATS = 20;
const PATIENCE_MS = 100_000;

const laneOf = ({ number }: BenchChat): Lane => LANES[number % LANES.length] ?? 'toFlex';

/** Resolves when a call of each chat is carried out, and under way for as long as its caller waits. */
export const getUnderWay = async (scene: Scene): Promise<void> => {
  for (const chat of scene.chats) {
    const lane = laneOf(chat);
    const side = destinationOf(lane);
    scene.twilio.faults.add({
      ...{ fault: 'rest.answer-lost', p: 1, loss: 'hang', times: 1 },
      ...{ account: side, only: CREATE[side], at: destinationIn(chat, lane) },
    });
    write(scene, chat, lane, `under way ${chat.number}`);
  }
  const done = (chat: BenchChat): boolean =>
    standingCopy(scene, chat, laneOf(chat), `under way ${chat.number}`) !== undefined;
  if (!(await until(() => scene.chats.every(done), PATIENCE_MS / 10))) throw new Error('not all calls got under way');
};

/** @param from - milliseconds since 1970, when the new process was started. */
export const goOn = async (
  scene: Scene,
  { from }: { readonly from: number },
): Promise<Waits & { readonly wrong: readonly string[] }> => {
  for (const chat of scene.chats) write(scene, chat, laneOf(chat), `next ${chat.number}`);
  const at = (chat: BenchChat): number | undefined =>
    standingCopy(scene, chat, laneOf(chat), `next ${chat.number}`)?.committedAt;
  await until(() => scene.chats.every((chat) => at(chat) !== undefined), PATIENCE_MS);
  const waits = scene.chats.map(at).filter((moment) => moment !== undefined);
  return {
    waits: waits.map((moment) => moment - from),
    never: scene.chats.length - waits.length,
    wrong: scene.chats.flatMap((chat) =>
      wrongIn(scene, chat, laneOf(chat), [`under way ${chat.number}`, `next ${chat.number}`]),
    ),
  };
};
