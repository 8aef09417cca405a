/** Compares one open pair's two ends, both lanes at once, from one list of each side. */
import type { Key } from './change.ts';
import { compareEnds, type End, type Finding } from './compare.ts';
import type { BridgeDeps } from './deps.ts';
import type { Lane, Side } from './event.ts';
import { forwardHoles } from './forward/holes.ts';
import { sendJob } from './jobs.ts';
import { confirmed } from './mend.ts';
import type { SeenTo } from './not-compared.ts';
import { type Home, readHome } from './pair.ts';
import { listForSweep, markQuiet, type SweepClass, unlistForSweep } from './pair-writes.ts';
import { TwilioTrouble } from './trouble.ts';

export type Verdict =
  | { readonly verdict: 'clean' }
  | { readonly verdict: 'repairing' }
  | { readonly verdict: 'ended' }
  | { readonly verdict: 'not compared'; readonly why: string; readonly container: string };

const DAY_MS = 24 * 3_600_000;

/** Never throws for what Twilio does: what could not be read is not compared. */
export const comparePair = async (deps: BridgeDeps, key: Key, kind: SweepClass): Promise<Verdict> => {
  const home = readHome(await deps.store.get(key));
  if (home === undefined || home.state === 'closed') {
    await unlistForSweep(deps, key);
    return { verdict: 'ended' };
  }
  const not = (why: string): Verdict => ({ verdict: 'not compared', why, container: key.pk });
  if (home.flex === undefined || home.frontline === undefined) return not('being linked or ended');
  try {
    const [flex, frontline] = await Promise.all([
      newest(deps, 'flex', home.flex),
      newest(deps, 'frontline', home.frontline),
    ]);
    // Composed from what was read anyway: what Flex's own webhook was never told.
    const forwarded = !deps.settings.forwards
      ? 0
      : await forwardHoles(deps, { sid: home.flex, customer: home.customer, since: home.since }, flex.messages);
    const left = await pickUpLapsed(deps, home);
    if (left) return { verdict: 'repairing' };
    const busy = whyNot(home);
    if (busy !== undefined) return not(busy);
    await keepClass(deps, home, kind, [flex, frontline]);
    const found = {
      F: await suspicions(deps, home, 'F', flex, frontline),
      B: await suspicions(deps, home, 'B', frontline, flex),
    };
    let repairing = forwarded > 0;
    for (const lane of ['F', 'B'] as const) {
      const because = found[lane]?.kind;
      if (because === undefined) continue;
      repairing = true;
      await sendJob(deps, home, { lane, work: { kind: 'reconcile', home: key.pk, lane, because } });
    }
    return { verdict: repairing ? 'repairing' : 'clean' };
  } catch (error) {
    if (error instanceof TwilioTrouble) return not(`twilio ${error.code ?? error.status ?? error.fate}`);
    throw error;
  }
};

/** Who waits is brought up to date as such; comparing it now would only see what is known. */
const whyNot = (home: Home): SeenTo | undefined => {
  const lanes = [home.lanes.F, home.lanes.B];
  if (home.state !== 'open' || !home.linked) return 'being linked or ended';
  if (home.held !== undefined) return 'held';
  if (lanes.some(({ dirty }) => dirty !== undefined)) return 'waiting for its side';
  return lanes.some(({ intent }) => intent !== undefined) ? 'a message is on its way' : undefined;
};

/** An intent whose owner died with the job that it came from has nobody else who would come back to it. */
const pickUpLapsed = async (deps: BridgeDeps, home: Home): Promise<boolean> => {
  let found = false;
  for (const lane of ['F', 'B'] as const) {
    const { intent } = home.lanes[lane];
    if (intent === undefined || intent.notAfter + deps.settings.settleMs >= deps.clock.now()) continue;
    found = true;
    await sendJob(deps, home, { lane, work: { kind: 'reconcile', home: home.key.pk, lane, because: 'lapsed' } });
  }
  return found;
};

const newest = async (deps: BridgeDeps, side: Side, container: string): Promise<End> => {
  const page = await deps[side].listMessages(container, 'desc');
  return { messages: page.messages, whole: page.next === undefined };
};

/** The first thing found that the ledger does not explain. */
const suspicions = async (
  deps: BridgeDeps,
  home: Home,
  lane: Lane,
  from: End,
  into: End,
): Promise<Finding | undefined> => {
  // Its own webhook may still be on its way. What SETTLE says of how slow Twilio is, this follows.
  const young = deps.clock.now() - deps.settings.settleMs / 2;
  for (const finding of compareEnds(deps.settings, home, lane, from, into)) {
    if (finding.kind === 'missing' && Date.parse(finding.original.createdAt) > young) continue;
    if (await confirmed(deps, home, lane, finding, into)) return finding;
  }
  return undefined;
};

const keepClass = async (deps: BridgeDeps, home: Home, kind: SweepClass, ends: readonly End[]): Promise<void> => {
  const last = Math.max(home.since, ...ends.flatMap(({ messages }) => messages.map((m) => Date.parse(m.createdAt))));
  const now: SweepClass = deps.clock.now() - last < DAY_MS ? 'active' : 'quiet';
  if (now === kind) return;
  // The mark first: a message that comes in between finds it, and puts the pair back.
  if (now === 'quiet') await markQuiet(deps, home.key);
  await listForSweep(deps, home.key, now);
};
