/** What a text costs in calls: counted, not timed, in dialogues in which every answer follows its question. */
import type { Figure } from './figures.ts';
import { withHarness } from './harness.ts';
import type { Measured, Say } from './load.ts';

const CHATS = 40;
/** One message a second in each chat: the one before is long across. */
const PER_SECOND = CHATS;
const MESSAGES = CHATS * 20;
/** Nothing may be counted but what the messages themselves cost. */
const NO_SWEEP_MS = 3_600_000;

const each = (count: number): string => (count / MESSAGES).toFixed(3).replace(/\.?0+$/, '');

const counted = (what: string, goal: number | undefined, count: number): Figure => ({
  what: `${what} per text`,
  goal: goal === undefined ? '' : String(goal),
  measured: each(count),
  met: goal === undefined ? undefined : count === goal * MESSAGES,
});

export const countCalls = (say: Say): Promise<Measured> =>
  withHarness({ validate: false, forwards: true, sweepMs: NO_SWEEP_MS }, async (harness) => {
    await harness.link(CHATS);
    // Once each way, so that where the pair lies is known: "3 writes, plus one read when the alias is not cached".
    const talk = { perSecond: PER_SECOND, latencyMs: 150 };
    const first = await harness.round({ ...talk, messages: 2 * CHATS });
    say(`  first text each way: ${(first.bridge.reads / first.plan.messages).toFixed(3)} store reads per text`);
    const round = await harness.round({ ...talk, messages: MESSAGES });
    const { bridge, twilio, talked } = round;
    const figures = [
      counted('REST calls', 1, twilio.rest),
      counted('store writes', 3, bridge.writes),
      counted('store reads', 0, bridge.reads),
      counted("posts to Flex's own webhook", undefined, twilio.chatEvent),
      counted('store requests of the forwarder', undefined, bridge.forwarder),
    ];
    return { figures, wrong: [...first.talked.wrong, ...talked.wrong] };
  });
