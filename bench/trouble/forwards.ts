/** Flex's own webhook answers every fourth event with 500 twice: how long is each event the head of its line? */
import { setTimeout as sleep } from 'node:timers/promises';
import { CHAT_EVENT } from '../../local-twilio/counts.ts';
import type { BenchChat } from '../link-chats.ts';
import { type Scene, standingCopy, until, write } from './scene.ts';

/** Milliseconds, each for one event; `lost` counts those that did not get through in three minutes. */
export type Forwards = { readonly asHead: readonly number[]; readonly lost: number };

export const FORWARD_CHATS = 3;
const EVENTS = 69;
const FAILS_EACH = 4;
const EVERY_MS = 250;
const PATIENCE_MS = 180_000;

export const forwards = async (scene: Scene): Promise<Forwards> => {
  const { twilio, chats, log } = scene;
  log.begin();
  const events = Array.from({ length: EVENTS }, (_, n) => ({ chat: chats[n % chats.length], text: `event-${n}-` }));
  for (const [n, { text }] of events.entries())
    if (n % FAILS_EACH === FAILS_EACH - 1)
      twilio.faults.add({
        ...{ fault: 'rest.5xx-before', p: 1, status: 500, times: 2 },
        ...{ account: 'flex', only: CHAT_EVENT, at: text },
      });
  for (const { chat, text } of events) {
    if (chat !== undefined) write(scene, chat, 'toFlex', text);
    await sleep(EVERY_MS);
  }
  // Twilio's Chat posts what it has to say once the copy is there; the bridge passes it on.
  const throughAt = (text: string): number | undefined =>
    log.posts().find(({ form, status }) => form.includes(text) && status !== 'destroyed' && status < 500)?.at;
  await until(() => events.every(({ text }) => throughAt(text) !== undefined), PATIENCE_MS);
  twilio.faults.clear();

  const asHead: number[] = [];
  let lost = 0;
  const before = new Map<BenchChat, number>();
  for (const { chat, text } of events) {
    const through = throughAt(text);
    const arrived = chat === undefined ? undefined : standingCopy(scene, chat, 'toFlex', text)?.committedAt;
    if (chat === undefined || through === undefined || arrived === undefined) {
      lost += 1;
      continue;
    }
    asHead.push(through - Math.max(arrived, before.get(chat) ?? 0));
    before.set(chat, through);
  }
  return { asHead, lost };
};
