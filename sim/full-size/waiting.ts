/**
 * A side is down for a while, and in all of many chats something is said for it; others are accepted meanwhile. Then it
 * is back: each chat gets its turn, in order, once; those in which people go on talking do not wait for them all; and
 * no more conversations are made than Twilio takes.
 */
import { CONSUMERS_AT_ONCE } from '../../src/contract.ts';
import { type Chat, type Crowd, createCrowd, HOUR, MINUTE, SECOND, type SizedPair, TWILIO_MS } from './crowd.ts';
import { createFigures, minutes } from './figures.ts';
import { judgeWaiting, type Said } from './judge-waiting.ts';

const OUTAGE = 10 * MINUTE;
/** Behind the outage, in which those who do not wait go on talking. */
const AFTER = 10 * MINUTE;
const LINKS_A_SECOND = 20;
/** Lambda takes ten messages at a time, of different chats when so many wait. */
const AT_ONCE = CONSUMERS_AT_ONCE * 10;

/** Two texts of each customer, the second one behind the first; and some new chats. */
const talkMeanwhile = ({ time, twilio, dice, begin }: Crowd, pairs: readonly SizedPair[], newChats: number) => {
  const chats: Chat[] = [];
  for (const { channel } of pairs)
    for (const [n, from] of [0, OUTAGE / 2].entries())
      time.after(from + dice.between(0, OUTAGE / 2 - SECOND), () => {
        twilio.customer.writes(channel, `waits ${n + 1}`);
      });
  for (let n = 0; n < newChats; n += 1) time.after(dice.between(0, OUTAGE - SECOND), () => chats.push(begin()));
  return chats;
};

/** What each pair's customer says once the side is back, one text a half minute. */
const goOnTalking = ({ time, twilio, dice }: Crowd, pairs: readonly SizedPair[]): Said =>
  new Map(
    pairs.map((pair) => {
      const times: number[] = [];
      for (let at = dice.between(0, 30 * SECOND); at < AFTER; at += 30 * SECOND)
        time.after(at, () => {
          times.push(time.now());
          twilio.customer.writes(pair.channel, `goes on ${times.length}`);
        });
      return [pair, times];
    }),
  );

/** @returns how many goals were missed. */
export const playWaiting = async (seed: number, count: number): Promise<number> => {
  const [liveCount, newCount] = [Math.ceil(count / 100), Math.ceil(count / 20)];
  const crowd = createCrowd('waiting', seed, count + liveCount + newCount, { consumers: AT_ONCE });
  const { world, time, twilio, wait, waitUntil, linkAll, listed, say } = crowd;
  const all = await linkAll(count + liveCount, LINKS_A_SECOND);
  const [pairs, live] = [all.slice(liveCount), all.slice(0, liveCount)];
  say(`linked ${all.length} pairs, of which ${await listed('due')} want to be compared once`);
  await waitUntil(async () => (await listed('due')) === 0, 2 * HOUR);
  say('all were');

  world.forget();
  const heal = twilio.faults.add({ fault: 'side.down', p: 1, account: 'frontline', how: '503' });
  const newChats = talkMeanwhile(crowd, pairs, newCount);
  await wait(OUTAGE);
  const waiting = { pairs: await listed('due'), accepts: await listed('backlog') };
  say(`Frontline was down for ${minutes(OUTAGE)}: ${waiting.pairs} pairs and ${waiting.accepts} accepts wait`);
  const duringOutage = world.calls().length;
  heal();
  const back = time.now();
  const said = goOnTalking(crowd, live);
  await wait(AFTER);
  const isDone = async () => (await listed('due')) + (await listed('backlog')) === 0;
  await waitUntil(isDone, HOUR);
  await wait(2 * MINUTE);
  say(`and up again for ${minutes(time.now() - back)}`);

  console.log(`\n${count} waiting pairs, ${liveCount} live ones, ${newCount} new chats, Twilio in ${TWILIO_MS} ms\n`);
  const figures = createFigures();
  await judgeWaiting(figures, crowd, { pairs, said, newChats, back, calls: world.calls().slice(duringOutage) });
  say('done');
  return figures.missed();
};
