/** Compares one open pair's two ends, both lanes at once, from one list of each side. */

import { differ } from '../chats/members.ts';
import { readMembers } from '../chats/read-members.ts';
import type { BridgeDeps } from '../deps.ts';
import { isCopyOfCarried } from '../forward/carried-copy.ts';
import { forwardHoles } from '../forward/holes.ts';
import { isLapsed, sendAgree, sendJob } from '../jobs/send.ts';
import type { Lane, Message, Side } from '../model/event.ts';
import { DIRECTIONS, type Modes, modeFor } from '../model/mode.ts';
import type { ChannelSid, ContainerSid } from '../model/sids.ts';
import { type LeftAlone, type SweepVerdict, unread } from '../model/sweep-verdict.ts';
import { ACTIVE_MS, REST_MS, WEBHOOK_WITHIN_MS } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import { compareEnds, type End, type Finding } from '../reconcile/compare.ts';
import { isConfirmed } from '../reconcile/repair.ts';
import type { PairId } from '../state/items.ts';
import { type LaneLease, leaseOf } from '../state/lane/lease.ts';
import { modesNow } from '../state/modes.ts';
import { hasBothContainers, type LinkedPair, loadPair, type Pair } from '../state/pair.ts';
import { layToRest, listForSweep, markQuiet, type SweepClass, unlistForSweep } from '../state/sweep-lists.ts';

/**
 * A verdict per lane, and for what goes on to Flex's own webhook where anything does; none for a pair that has ended.
 */
export type Verdicts = { readonly [lane in Lane | 'forward']?: SweepVerdict };

export const bothLanes = (verdict: SweepVerdict): Verdicts => ({ toFrontline: verdict, toFlex: verdict });

/**
 * Never throws for what Twilio does: what could not be read is not compared.
 * @param hasItEnded is told of a pair of which that is not known yet.
 */
export const comparePair = async (
  deps: BridgeDeps,
  id: PairId,
  kind: SweepClass,
  hasItEnded: (pair: LinkedPair) => void,
): Promise<Verdicts> => {
  const pair = await loadPair(deps.store, id);
  if (pair === undefined || pair.state === 'closed') {
    await unlistForSweep(deps, id);
    return {};
  }
  if (!hasBothContainers(pair)) return bothLanes({ verdict: 'left_alone', why: 'not_open' });
  try {
    const [flex, frontline] = await Promise.all([
      newest(deps, 'flex', pair.flex),
      newest(deps, 'frontline', pair.frontline),
    ]);
    // From what was read anyway.
    const forward: Verdicts = deps.settings.forwards
      ? { forward: await compareForwards(deps, pair, pair.flex, flex) }
      : {};
    const modes = await modesNow(deps);
    if (pair.state === 'open' && pair.linked) {
      const silentMs = deps.clock.now() - lastSign(pair, [flex, frontline]);
      await keepClass(deps, pair, kind, silentMs);
      if (modeFor(modes, DIRECTIONS) === 'on') {
        // It waits for something already, and its job comes again for that.
        if (pair.disagreesSince === undefined) {
          if (kind === 'active' && (await membersDiffer(deps, pair))) await sendAgree(deps, pair, 'sweep');
          else hasItEnded(pair);
        }
        if (kind === 'quiet' && silentMs > REST_MS) await rest(deps, pair);
      }
    }
    return {
      toFrontline: await compareLane(deps, leaseOf(pair, 'toFrontline'), flex, frontline, modes),
      toFlex: await compareLane(deps, leaseOf(pair, 'toFlex'), frontline, flex, modes),
      ...forward,
    };
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    // Deleted, perhaps: the pair's own job looks, and ends the chat.
    if (error.containerGone) await sendAgree(deps, pair, 'sweep');
    return bothLanes(unread(error));
  }
};

/** Who serves the chat: of a quiet one only its own job asks. */
const membersDiffer = async (deps: BridgeDeps, pair: LinkedPair): Promise<boolean> =>
  differ(deps, pair, await readMembers(deps, pair));

const compareForwards = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  channel: ChannelSid,
  { messages }: End,
): Promise<SweepVerdict> => {
  const { customer, begunAt } = pair;
  const isCarried = (message: Message) => isCopyOfCarried(deps, pair, message);
  const holes = await forwardHoles(deps, { sid: channel, customer, since: begunAt, isCarried }, messages);
  return { verdict: holes > 0 ? 'repairing' : 'clean' };
};

const compareLane = async (
  deps: BridgeDeps,
  ends: LaneLease,
  from: End,
  into: End,
  modes: Modes,
): Promise<SweepVerdict> => {
  const { pair, lane, from: group } = ends;
  const mode = modes[lane];
  if (mode !== 'on') return { verdict: 'left_alone', why: mode };
  const because = isLapsed(deps, pair, lane) ? 'lapsed' : undefined;
  const busy = because === undefined ? whyNot(pair, lane) : undefined;
  if (busy !== undefined) return { verdict: 'left_alone', why: busy };
  const found = because ?? (await suspicion(deps, ends, from, into))?.kind;
  if (found === undefined) return { verdict: 'clean' };
  await sendJob(deps, { lane, group, work: { kind: 'reconcile', pair: pair.id, lane, because: found } });
  return { verdict: 'repairing' };
};

/** What waits is brought up to date as such; comparing it now would only see what is known. */
const whyNot = (pair: Pair, lane: Lane): LeftAlone | undefined => {
  const { dirty, intent } = pair.lanes[lane];
  if (pair.state !== 'open' || !pair.linked) return 'not_open';
  if (pair.heldUntil !== undefined) return 'held';
  if (dirty !== undefined) return 'dirty';
  return intent === undefined ? undefined : 'in_flight';
};

const newest = async (deps: BridgeDeps, side: Side, container: ContainerSid): Promise<End> => {
  const page = await deps[side].listMessages(container, 'desc');
  return { messages: page.messages, whole: page.next === undefined };
};

/** The first thing found that the ledger does not explain. */
const suspicion = async (deps: BridgeDeps, ends: LaneLease, from: End, into: End): Promise<Finding | undefined> => {
  // Its own webhook may still be on its way.
  const young = deps.clock.now() - WEBHOOK_WITHIN_MS;
  for (const finding of compareEnds(deps.settings, ends, from, into)) {
    if (finding.kind === 'pending' && Date.parse(finding.original.createdAt) > young) continue;
    if (await isConfirmed(deps, ends, finding, into)) return finding;
  }
  return undefined;
};

/** When the chat was last accepted, or something was said in it. */
const lastSign = (pair: Pair, ends: readonly End[]): number =>
  Math.max(
    pair.begunAt,
    pair.acceptedAt ?? 0,
    ...ends.flatMap(({ messages }) => messages.map((m) => Date.parse(m.createdAt))),
  );

const keepClass = async (deps: BridgeDeps, pair: Pair, kind: SweepClass, silentMs: number): Promise<void> => {
  const now: SweepClass = silentMs < ACTIVE_MS ? 'active' : 'quiet';
  if (now === kind) return;
  // The mark first: a message that comes in between finds it, and puts the pair back.
  if (now === 'quiet') await markQuiet(deps, pair.id);
  await listForSweep(deps, pair.id, now);
};

/** It is compared no more. Its own job looks a last time whether the chat has ended, which no list in bulk may show. */
const rest = async (deps: BridgeDeps, pair: Pair): Promise<void> => {
  if (pair.disagreesSince === undefined) await sendAgree(deps, pair, 'sweep');
  await layToRest(deps, pair);
};
