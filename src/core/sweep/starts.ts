/**
 * Looks each minute for conversations that an agent has begun: those of which no webhook told, among the new ones, and
 * those whose Flex side is not whole yet. Stray ones are looked at by and by, for what is said there.
 */
import { TABLE } from '../../contract.ts';
import type { BridgeDeps } from '../deps.ts';
import { sendStart } from '../jobs/send.ts';
import { DIRECTIONS, modeFor } from '../model/mode.ts';
import type { ConversationSid } from '../model/sids.ts';
import {
  OFFER_PACE_MS,
  START_PAGES,
  START_RECALL_LEAST_MS,
  START_RECALL_MS,
  STRAY_EVERY_MS,
  STRAY_QUIET_MS,
} from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import { everyItem } from '../state/every-item.ts';
import { firstStart } from '../state/first-start.ts';
import { pairId, pairKey } from '../state/items.ts';
import { modesNow } from '../state/modes.ts';
import { loadStart } from '../state/starts.ts';
import { BudgetSpent, type BulkVerdict, createTurns, type LeftToMode, listAll, notCompared } from './turns.ts';

/** @returns what sweeps once, until a deadline in milliseconds since 1970; it never rejects. Make it once. */
export const createStartSweep = (deps: BridgeDeps): ((deadline: number) => Promise<void>) => {
  /** New conversations of which all is known. */
  const settled = new Set<ConversationSid>();
  const straysDue = createStraysDue(deps);
  let recallMs = START_RECALL_MS;
  let notBefore = 0;
  const log = ({ verdict: reason, ...why }: BulkVerdict | LeftToMode, count: number): void =>
    deps.journal({ step: 'swept', type: 'starts', sids: [], count, reason, ...why });
  return async (deadline) => {
    if (deps.outbound === undefined || deps.tasks === undefined || deps.workers === undefined) return;
    const mode = modeFor(await modesNow(deps), DIRECTIONS);
    if (mode !== 'on') return log({ verdict: 'left_alone', why: mode }, 0);
    let sent = 0;
    try {
      const waiting = new Set<ConversationSid>(
        (await everyItem(deps.store, 'starts')).map((item) => String(item[TABLE.listOrder]) as ConversationSid),
      );
      const found = findNew(deps, settled, waiting, { deadline, notBefore, recallMs });
      const trouble = await found.catch((error: unknown) => {
        if (error instanceof BudgetSpent) recallMs = Math.max(START_RECALL_LEAST_MS, recallMs / 2);
        if (error instanceof TwilioError) notBefore = deps.clock.now() + (error.retryAfter ?? 0) * 1000;
        return notCompared(error);
      });
      if (trouble === undefined) recallMs = Math.min(START_RECALL_MS, recallMs * 1.1);
      for (const conversation of waiting) {
        await sendStart(deps, conversation);
        sent += 1;
      }
      // As a rule there is nothing new in them: they are no repair.
      for (const conversation of await straysDue()) await sendStart(deps, conversation);
      log(trouble ?? { verdict: sent === 0 ? 'clean' : 'repairing' }, sent);
    } catch (error) {
      log(notCompared(error), sent);
    }
  };
};

/**
 * @returns what gives the stray conversations whose turn it is. Who is started anew looks at all of them once more.
 */
const createStraysDue = ({ store, clock }: BridgeDeps): (() => Promise<readonly ConversationSid[]>) => {
  let looked = new Map<ConversationSid, number>();
  return async () => {
    const now = clock.now();
    const due: ConversationSid[] = [];
    const before = looked;
    looked = new Map();
    for (const { [TABLE.listOrder]: order, saidAt } of await everyItem(store, 'strays')) {
      const conversation = String(order) as ConversationSid;
      const every = now - Number(saidAt) < STRAY_QUIET_MS ? STRAY_EVERY_MS.active : STRAY_EVERY_MS.quiet;
      const last = before.get(conversation);
      const isDue = last === undefined || now - last >= every;
      if (isDue) due.push(conversation);
      looked.set(conversation, isDue ? now : last);
    }
    return due;
  };
};

const findNew = async (
  deps: BridgeDeps,
  settled: Set<ConversationSid>,
  found: Set<ConversationSid>,
  { deadline, notBefore, recallMs }: Record<'deadline' | 'notBefore' | 'recallMs', number>,
): Promise<BulkVerdict | undefined> => {
  const now = deps.clock.now();
  if (now < notBefore) return { verdict: 'not_compared', why: 'asked_to_wait' };
  const since = Math.max(await firstStart(deps), now - recallMs);
  const turn = createTurns(deps.clock, { deadline, paceMs: OFFER_PACE_MS });
  const listed = await listAll(
    async (from) => {
      const { sids: all, next } = await deps.frontline.listSince(since, from);
      return { all, next };
    },
    START_PAGES,
    turn,
  );
  const fresh = new Set(listed);
  for (const sid of settled) if (!fresh.has(sid)) settled.delete(sid);
  for (const sid of fresh) {
    if (settled.has(sid) || found.has(sid)) continue;
    if (await isKnown(deps, sid)) settled.add(sid);
    else found.add(sid);
  }
  return undefined;
};

/** A pair's or an agent's System conversation, or one that was looked at. */
const isKnown = async ({ store }: BridgeDeps, conversation: ConversationSid): Promise<boolean> =>
  (await store.get(pairKey(pairId('frontline', conversation)))) !== undefined ||
  (await loadStart(store, conversation))?.is === 'ended';
