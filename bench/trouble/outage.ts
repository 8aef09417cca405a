/** A side is away for a minute; how long after its end have all chats caught up? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountName } from '../../local-twilio/model.ts';
import type { Lane } from '../../src/core/model/event.ts';
import type { BenchChat } from '../link-chats.ts';
import { CREATE, destinationIn, type Scene, standingCopy, until, write, wrongIn } from './scene.ts';

export type OutagePlan = {
  readonly side: AccountName;
  /** Its edge answers 503 with Twilio's own error, or connections break without an answer. */
  readonly how: '503' | 'destroy';
};

/** In milliseconds. */
export type Outage = {
  /** From the end of the outage until a chat had caught up. */
  readonly caughtUp: readonly number[];
  /**
   * The same, of chats with a create that got no answer and was not carried out: from that call's end, for until
   * SETTLE is over nobody can know.
   */
  readonly unanswered: readonly number[];
  readonly wrong: readonly string[];
};

export const OUTAGE_CHATS = 30;
/** The last call of these was carried out, and its answer lost as the outage began. */
const CARRIED = 6;
const OUTAGE_MS = 60_000;
/** Each chat says something at these moments of it, and by turns. */
const SAID_AT_MS = [500, 25_000, 50_000];
const TURN_MS = 50;
const SETTLED_BY_MS = 150_000;

export const outage = async (scene: Scene, { side, how }: OutagePlan): Promise<Outage> => {
  const { twilio, chats, log } = scene;
  const lane: Lane = side === 'flex' ? 'toFlex' : 'toFrontline';
  log.begin();
  const said = new Map<BenchChat, string[]>(chats.map((chat) => [chat, []]));
  const say = (chat: BenchChat, text: string): void => {
    said.get(chat)?.push(text);
    write(scene, chat, lane, text);
  };
  const carried = chats.slice(0, CARRIED);
  const lost = carried.map((chat) =>
    twilio.faults.add({
      ...{ fault: 'rest.answer-lost', p: 1, loss: 'destroy', times: 1 },
      ...{ account: side, only: CREATE[side], at: destinationIn(chat, lane) },
    }),
  );
  for (const chat of carried) say(chat, `carried out ${chat.number}`);
  await until(() => carried.every((chat) => log.failed(destinationIn(chat, lane)).length > 0), 10_000);
  for (const remove of lost) remove();

  const begun = Date.now();
  const end = twilio.faults.add({ fault: 'side.down', p: 1, account: side, how });
  for (const [n, at] of SAID_AT_MS.entries())
    for (const chat of chats) {
      await sleep(Math.max(0, begun + at + chats.indexOf(chat) * TURN_MS - Date.now()));
      say(chat, `during ${n} ${chat.number}`);
    }
  await sleep(Math.max(0, begun + OUTAGE_MS - Date.now()));
  end();
  const ended = Date.now();

  const copyAt = (chat: BenchChat, text: string): number =>
    standingCopy(scene, chat, lane, text)?.committedAt ?? Number.NaN;
  const caughtUpAt = (chat: BenchChat): number => Math.max(...(said.get(chat) ?? []).map((text) => copyAt(chat, text)));
  await until(() => chats.every((chat) => !Number.isNaN(caughtUpAt(chat))), SETTLED_BY_MS);
  const caughtUp: number[] = [];
  const unanswered: number[] = [];
  for (const chat of chats) {
    // Those whose first call was carried out have a copy of it from before; their next call waits for its outcome.
    const calls = log.failed(destinationIn(chat, lane)).slice(carried.includes(chat) ? 1 : 0);
    const open = calls.find(({ status }) => status === 'destroyed');
    if (open === undefined) caughtUp.push(caughtUpAt(chat) - ended);
    else unanswered.push(caughtUpAt(chat) - open.at);
  }
  const wrong = chats.flatMap((chat) => wrongIn(scene, chat, lane, said.get(chat) ?? []));
  return { caughtUp, unanswered, wrong };
};
