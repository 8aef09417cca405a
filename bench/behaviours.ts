/** What each thing that people do costs in calls to Twilio, in a bridge that knows its agents. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from './figures.ts';
import { withHarness } from './harness.ts';
import type { Measured, Say } from './load.ts';
import type { Deed } from './persons.ts';

/** The sweep's reads are no behaviour's. */
const NO_SWEEP_MS = 3_600_000;
/** Between changes of presence: one that follows at once is looked at once more. */
const APART_MS = 10_000;

type Counted = { readonly deed: Deed; readonly of?: string; readonly atMost?: number };

/** No workspace in the settings: nobody is asked in Frontline, and an accept is no more than the chat that it links. */
const UNASKED: readonly Counted[] = [
  { deed: 'begin' },
  { deed: 'accept in Flex', of: ', nobody asked before', atMost: 8 },
  { deed: 'talk' },
  { deed: 'end in Flex', atMost: 6 },
];
const ASKED: readonly Counted[] = [
  { deed: 'begin' },
  { deed: 'offer' },
  { deed: 'accept in Flex', of: ', and that is told in Frontline' },
  { deed: 'talk' },
  { deed: 'end in Flex', atMost: 6 },
  { deed: 'begin' },
  { deed: 'offer' },
  // Ten for the accept and the link; one to read the answer, two to say what came of it.
  { deed: 'accept in Frontline', of: ', the answer read and replied to', atMost: 13 },
  { deed: 'talk' },
  { deed: 'end in Frontline', atMost: 8 },
  { deed: 'away in Flex', atMost: 2 },
  { deed: 'back in Frontline', atMost: 2 },
  { deed: 'begin' },
  { deed: 'offer' },
  { deed: 'accept in Flex', of: ', and that is told in Frontline' },
  { deed: 'hand over in Frontline', atMost: 24 },
  { deed: 'begin in Frontline', of: ', with a first text, by SMS' },
];
/** AUTO_ACCEPT_TASKS=true. */
const AT_ONCE: readonly Counted[] = [{ deed: 'begin' }, { deed: 'accept at once', of: ', by the bridge', atMost: 10 }];

const figureOf = ({ deed, of = '', atMost }: Counted, calls: number): Figure => ({
  what: `REST calls: ${deed}${of}`,
  goal: atMost === undefined ? '' : `<= ${atMost}`,
  measured: String(calls),
  met: atMost === undefined ? undefined : calls <= atMost,
});

type Settings = { readonly agents: boolean; readonly acceptsOffers?: boolean };

/** Each once to get acquainted, then once to be counted. */
const countWith = (settings: Settings, lived: readonly Counted[], say: Say): Promise<readonly Figure[]> =>
  withHarness({ validate: false, forwards: false, sweepMs: NO_SWEEP_MS, ...settings }, async ({ deed: live }) => {
    const once = async (one: Counted): Promise<Figure> => {
      if (/^(away|back)/.test(one.deed)) await sleep(APART_MS);
      const { rest, calls } = await live(one.deed);
      const each = Object.entries(calls).map(([call, times]) => `${times > 1 ? `${times} x ` : ''}${call}`);
      say(`  ${one.deed}: ${each.join(', ') || 'nothing'}`);
      return figureOf(one, rest);
    };
    for (const one of lived) await once(one);
    say('  counted from here:');
    const figures: Figure[] = [];
    for (const one of lived) figures.push(await once(one));
    return figures.filter(({ what, met }) => met !== undefined || /offer|accept|begin in/.test(what));
  });

export const countBehaviours = async (say: Say): Promise<Measured> => {
  const figures = [
    ...(await countWith({ agents: false }, UNASKED, say)),
    ...(await countWith({ agents: true, acceptsOffers: true }, AT_ONCE, say)),
    ...(await countWith({ agents: true }, ASKED, say)),
  ];
  return { figures: [...new Map(figures.map((figure) => [figure.what, figure])).values()], wrong: [] };
};
