/** The table of waits: how long a person waits after small trouble, counted from when the bridge knows of it. */
import { type BenchHarness, type BenchPlan, withHarness } from '../harness.ts';
import type { Measured, Say } from '../load.ts';
import { FORWARD_CHATS } from './forwards.ts';
import { KILLED_CHATS } from './killed.ts';
import { OUTAGE_CHATS, type OutagePlan } from './outage.ts';
import { STRIKE_CHATS, STRIKES, type Strike } from './strikes.ts';
import { waitsFigure, waitsOf } from './waits.ts';

/** Settings as they are when nobody sets them; and no stale lists. */
const PLAN = { validate: false, forwards: true, sweepMs: 60_000, settleMs: 60_000 } satisfies BenchPlan;
const LATENCY_MS = 150;
/** The last resort of a chat whose call was not carried out: SETTLE, and what any chat may take after an outage. */
const SETTLED_MS = 75_000;

const STRIKE_FIGURES: Readonly<
  Record<Strike, { readonly what: string; readonly goalMs: number; readonly of: 'p95' | 'all' }>
> = {
  lost: { what: 'lost answer, carried out: next message across', goalMs: 2_000, of: 'p95' },
  'answered, done': { what: 'answered 5xx, carried out: next message across', goalMs: 12_000, of: 'all' },
  'answered, not done': { what: 'answered 5xx, not carried out: next message across', goalMs: 12_000, of: 'all' },
};

const strikes = (): Promise<Measured> =>
  within(STRIKE_CHATS, 0, async ({ twilio }) => {
    const { of, wrong } = await twilio.ask('strike', undefined);
    const figures = STRIKES.map((kind) => {
      const { what, goalMs, of: judged } = STRIKE_FIGURES[kind];
      return waitsFigure(what, goalMs, of[kind], judged);
    });
    return { figures, wrong };
  });

const outage = (plan: OutagePlan): Promise<Measured> =>
  within(OUTAGE_CHATS, 0, async ({ twilio }) => {
    const { caughtUp, unanswered, wrong } = await twilio.ask('outage', plan);
    const name = `60 s outage of ${plan.side === 'flex' ? 'Flex' : 'Frontline'}, ${plan.how === '503' ? 'answered 503' : 'connections broken'}`;
    const figures = [waitsFigure(`${name}: all caught up after its end`, 15_000, waitsOf(caughtUp), 'all')];
    if (unanswered.length > 0)
      figures.push(
        waitsFigure(`${name}: after a create that was not carried out`, SETTLED_MS, waitsOf(unanswered), 'all'),
      );
    return { figures, wrong };
  });

const killed = (): Promise<Measured> =>
  within(KILLED_CHATS, 0, async (harness) => {
    await harness.twilio.ask('getUnderWay', undefined);
    const from = await harness.killAndRestart();
    const { wrong, ...waits } = await harness.twilio.ask('goOn', { from });
    return {
      figures: [waitsFigure('kill -9 and restart, calls carried out: next message across', 5_000, waits, 'all')],
      wrong,
    };
  });

const forwards = (): Promise<Measured> =>
  within(FORWARD_CHATS, FORWARD_CHATS - 1, async ({ twilio }) => {
    const { asHead, lost } = await twilio.ask('forwards', undefined);
    const what = "Flex's own webhook, each fourth event 500 twice: through as head of its line";
    return { figures: [waitsFigure(what, 15_000, { waits: asHead, never: lost }, 'all')], wrong: [] };
  });

const within = <T>(chats: number, sms: number, work: (harness: BenchHarness) => Promise<T>): Promise<T> =>
  withHarness(PLAN, async (harness) => {
    await harness.link(chats, sms);
    await harness.twilio.ask('takes', { latencyMs: LATENCY_MS });
    return work(harness);
  });

/** What is quick alone, one after the other; then what mostly waits, side by side. */
export const measureTrouble = async (say: Say): Promise<Measured> => {
  const measured: Measured[] = [];
  const told = (one: Measured): void => {
    for (const { what, measured: value } of one.figures) say(`  ${what}: ${value}`);
    measured.push(one);
  };
  told(await killed());
  told(await strikes());
  const slow = await Promise.all([
    forwards(),
    ...(['flex', 'frontline'] as const).flatMap((side) =>
      (['destroy', '503'] as const).map((how) => outage({ side, how })),
    ),
  ]);
  slow.forEach(told);
  return { figures: measured.flatMap(({ figures }) => figures), wrong: measured.flatMap(({ wrong }) => wrong) };
};
