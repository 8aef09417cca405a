/**
 * As many pairs as the sweep is promised for: the quiet ones rest for a day, the webhooks of some last messages are
 * lost, and it is measured how long each stays away, and how much is read of Twilio meanwhile.
 */

import { type Crowd, createCrowd, HOUR, MINUTE, SECOND, type SizedPair, TWILIO_MS } from './crowd.ts';
import { createFigures, judgeDelays, judgeDoubles, judgeReads, minutes } from './figures.ts';

const GOALS = { active: 5 * MINUTE, quiet: 60 * MINUTE };
const LINKS_A_SECOND = 10;
const NEVER = Number.POSITIVE_INFINITY;

type Kind = 'active' | 'quiet';
type Lost = { readonly kind: Kind; readonly at: number; readonly arrived: () => number | undefined };
export type Size = { readonly active: number; readonly quiet: number; readonly lost: number };

/** All of them are said within one round of the sweep over the active pairs, each at its own moment. */
const lose = (crowd: Crowd, { channel, conversation, agent }: SizedPair, kind: Kind, n: number, lost: Lost[]): void => {
  const { time, twilio, dice, messagesIn } = crowd;
  const fromFlex = n % 2 === 0;
  time.after(dice.between(0, 4 * MINUTE), () => {
    const text = `unheard ${lost.length}`;
    const heal = twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    if (fromFlex) twilio.customer.writes(channel, text);
    else twilio.frontlineAgent.writes(agent.email, conversation, text);
    time.after(1, heal);
    const into = () => (fromFlex ? messagesIn('frontline', conversation) : messagesIn('flex', channel));
    lost.push({ kind, at: time.now(), arrived: () => into().find(({ body }) => body === text)?.committedAt });
  });
};

const verdictsOf = ({ world }: Crowd): readonly (readonly [string, number])[] => {
  const verdicts = new Map<string, number>();
  for (const { entry } of world.entries) {
    if (entry.step !== 'swept' || entry.reason === undefined) continue;
    const what = `${entry.type}: ${entry.reason}${entry.why === undefined ? '' : ` (${entry.why})`}`;
    verdicts.set(what, (verdicts.get(what) ?? 0) + (entry.count ?? 1));
  }
  return [...verdicts].sort();
};

/** @returns how many goals were missed. */
export const playSize = async (seed: number, size: Size): Promise<number> => {
  const crowd = createCrowd('full size', seed, size.active + size.quiet);
  const { world, time, twilio, wait, waitUntil, linkAll, listed, say } = crowd;
  const quiet = await linkAll(size.quiet, LINKS_A_SECOND);
  say(`linked ${quiet.length} pairs that fall quiet`);
  // A day in which nothing happens: the sweeps would only find so, half a million times.
  world.setSweeps(false);
  await wait(25 * HOUR);
  world.setSweeps(true);
  // The quiet ones in which something is said are active then.
  const active = await linkAll(Math.max(1, size.active - size.lost), LINKS_A_SECOND);
  // The index is written when a sweep finds that a pair's class has changed.
  await waitUntil(async () => (await listed('quiet')) >= size.quiet, HOUR);
  await wait(20 * MINUTE);
  say(`linked ${active.length} active pairs; listed: ${await listed('active')} active, ${await listed('quiet')} quiet`);

  world.forget();
  const from = time.now();
  const lost: Lost[] = [];
  for (const [kind, pairs] of Object.entries({ active, quiet }) as [Kind, readonly SizedPair[]][])
    for (let n = 0; n < size.lost; n += 1) {
      const pair = pairs[Math.floor((n * pairs.length) / size.lost)];
      if (pair !== undefined) lose(crowd, pair, kind, n, lost);
    }
  await wait(4 * MINUTE);
  await waitUntil(() => lost.every(({ arrived }) => arrived() !== undefined), 2 * HOUR);
  say(`lost the webhooks of ${lost.length} messages (${twilio.faults.counts()['webhook.lost'] ?? 0} webhooks)`);
  // A whole round over all of them in any case.
  await wait(Math.max(0, from + HOUR - time.now()));

  const took = time.now() - from;
  console.log(`\n${size.active} active and ${size.quiet} quiet pairs, Twilio in ${TWILIO_MS} ms, ${minutes(took)}\n`);
  const figures = createFigures();
  const { row } = figures;
  for (const kind of ['active', 'quiet'] as const) {
    const delays = lost.filter((one) => one.kind === kind).map(({ at, arrived }) => (arrived() ?? NEVER) - at);
    judgeDelays(figures, `lost in ${kind} pairs: on the other side`, delays, GOALS[kind]);
  }
  judgeReads(figures, world.calls());
  const reads = world.calls().filter(({ reads: isRead }) => isRead).length;
  row('reads of Twilio a second, mean, jobs among them', (reads / (took / SECOND)).toFixed(1));
  row('writes of Twilio', world.calls().length - reads);
  for (const [what, times] of verdictsOf(crowd)) row(what, times);
  for (const list of ['active', 'quiet'] as const) row(`pairs in the list ${list} now`, await listed(list));
  judgeDoubles(figures, world);
  say('done');
  return figures.missed();
};
