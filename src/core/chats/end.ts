/**
 * The end of a chat, carried over to the other side. Both lanes drain first: all that was said before the end crosses.
 * Only then the far side is closed, for that is final. Every step may be repeated, and none waits: what is waited for
 * sends the pair's job again, and the sweep does once a minute.
 */
import type { BridgeDeps } from '../deps.ts';
import { isCopyOfCarried } from '../forward/carried-copy.ts';
import { forwardsAreThrough } from '../forward/through.ts';
import type { Run } from '../jobs/run.ts';
import { sendAgree, sendJobOn } from '../jobs/send.ts';
import type { Lane } from '../model/event.ts';
import { textField } from '../model/json.ts';
import { deferred, type Outcome, pairMovedOn } from '../model/outcome.ts';
import { asTwilioError, TwilioError } from '../model/twilio-error.ts';
import type { Container } from '../ports/chat.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { beginEnding, closePair, markDrained } from '../state/agreed.ts';
import { watchChannelEnd } from '../state/channel-ends.ts';
import type { PairId } from '../state/items.ts';
import { type EndedBy, hasBothContainers, type LinkedPair, loadPair, type Pair } from '../state/pair.ts';
import { unlistForSweep } from '../state/sweep-lists.ts';
import { containerNow } from './container.ts';
import { deactivate } from './deactivate.ts';
import { dropHandover } from './handover-task.ts';
import { closeTasksOfLeaving } from './leaving.ts';
import { tellsOfMore, wordsLeftBehind } from './left-behind.ts';
import { goOnInNextGeneration } from './next-generation.ts';

export const endChat = async (deps: BridgeDeps, pair: LinkedPair, by: EndedBy, run: Run): Promise<Outcome> => {
  const ending = await beginEnding(deps, pair, by);
  return ending === undefined || !hasBothContainers(ending) ? pairMovedOn() : goOnEnding(deps, ending, false, run);
};

/** @param looks the sweep has sent the job: what was expected to come has not come. */
export const goOnEnding = async (deps: BridgeDeps, pair: LinkedPair, looks: boolean, run: Run): Promise<Outcome> => {
  if (!isThrough(deps, pair, 'toFlex')) {
    if (looks && (await eitherIsGone(deps, pair))) await markDrained(deps, pair.id, 'toFlex');
    else await sendDrain(deps, pair);
  }
  if (pair.endedBy === 'timer') return goOnInNextGeneration(deps, pair.id);
  const now = await loadPair(deps.store, pair.id);
  if (now === undefined || now.agreeFence !== pair.agreeFence || !hasBothContainers(now)) return pairMovedOn();
  if (!isThrough(deps, now, 'toFlex')) return deferred('draining');
  if (now.endedBy === 'flex' && !isThrough(deps, now, 'toFrontline')) {
    const stop = await drainToFrontline(deps, now, run);
    if (stop !== undefined) return stop;
  }
  if (!(await dropHandover(deps, now))) return deferred('draining');
  await closeTasksOfLeaving(deps, now);
  return now.endedBy === 'flex' ? endInFrontline(deps, now) : endInFlex(deps, now);
};

/** Then nothing can be drained: a conversation that was deleted tells nothing any more, a channel takes nothing. */
const eitherIsGone = async (deps: BridgeDeps, pair: LinkedPair): Promise<boolean> =>
  (await containerNow(deps, pair, 'flex')) === undefined || (await containerNow(deps, pair, 'frontline')) === undefined;

const sendDrain = async (deps: BridgeDeps, pair: LinkedPair): Promise<void> => {
  const work = { kind: 'reconcile', pair: pair.id, lane: 'toFlex', because: 'ending' } as const;
  await sendJobOn(deps, pair, 'toFlex', work);
};

/** @returns why the run ends here; undefined when the lane is drained. */
const drainToFrontline = async (deps: BridgeDeps, pair: LinkedPair, run: Run): Promise<Outcome | undefined> => {
  const outcome = await reconcile(deps, pair.id, 'toFrontline', run).catch(asTwilioError);
  if (outcome instanceof TwilioError) {
    if (await isOfGoneChannel(deps, pair, outcome)) return undefined;
    // An edit that the conversation does not take.
    if (outcome.remedy !== 'wait') throw outcome;
  } else {
    if (outcome.end === 'reconciled')
      return (await markIfDrained(deps, pair.id, 'toFrontline')) === undefined ? deferred('draining') : undefined;
    if (outcome.end !== 'deferred' || outcome.reason !== 'container_gone') return outcome;
  }
  // Both sides have ended: nothing can be written there, but the customer may have said something.
  const conversation = await containerNow(deps, pair, 'frontline');
  if (conversation?.state === 'open') return deferred('draining');
  return unlessWordsAreLeft(deps, pair);
};

/** @returns how it goes on when the customer has said something that has not crossed, or may have. */
const unlessWordsAreLeft = async (deps: BridgeDeps, pair: LinkedPair): Promise<Outcome | undefined> => {
  const left = await wordsLeftBehind(deps, pair);
  if (left === 'the customer’s') return goOnInNextGeneration(deps, pair.id);
  if (left === 'not listed yet') return deferred('draining');
  await markDrained(deps, pair.id, 'toFrontline');
  return undefined;
};

/** A channel that was deleted tells nothing any more, and takes nothing: then both lanes are drained. */
const isOfGoneChannel = async (deps: BridgeDeps, pair: LinkedPair, error: TwilioError): Promise<boolean> => {
  if (!error.containerGone || (await containerNow(deps, pair, 'flex')) !== undefined) return false;
  await markDrained(deps, pair.id, 'toFrontline');
  await markDrained(deps, pair.id, 'toFlex');
  return true;
};

const endInFrontline = async (deps: BridgeDeps, pair: LinkedPair): Promise<Outcome> => {
  await deps.frontline.close(pair.frontline);
  return endPair(deps, pair);
};

/**
 * What the customer has said is looked for last, whatever was waited for before, and once more when the channel has
 * ended: until then he may write.
 */
const endInFlex = async (deps: BridgeDeps, pair: LinkedPair): Promise<Outcome> => {
  const channel = await containerNow(deps, pair, 'flex');
  if (channel !== undefined) {
    if (!(await smsAreThrough(deps, pair, channel))) return deferred('draining');
    const stop = await unlessWordsAreLeft(deps, pair);
    if (stop !== undefined) return stop;
  }
  await deactivate(deps, pair, channel);
  const said = channel && (await unlessWordsAreLeft(deps, pair));
  return said ?? endPair(deps, pair);
};

const endPair = async (deps: BridgeDeps, pair: LinkedPair): Promise<Outcome> => {
  if (deps.settings.forwards) await watchChannelEnd(deps, pair.flex, pair.acceptedAt ?? pair.begunAt);
  if ((await closePair(deps, pair)) === undefined) return pairMovedOn();
  await unlistForSweep(deps, pair.id);
  return { end: 'agreed', reason: 'ended' };
};

/** A web chat has no phone behind it. */
const smsAreThrough = async (deps: BridgeDeps, pair: LinkedPair, { attributes }: Container): Promise<boolean> =>
  !deps.settings.forwards ||
  textField(attributes, 'proxySession') === undefined ||
  forwardsAreThrough(deps, {
    ...{ sid: pair.flex, customer: pair.customer, since: pair.begunAt },
    isCarried: (message) => isCopyOfCarried(deps, pair, message),
  });

/**
 * A list may be behind by seconds, and no webhook have told of what it does not show yet. So the first lane is compared
 * when all that was said before the end is surely listed, and the other one behind it.
 * @returns milliseconds until then.
 */
export const listedIn = async ({ store, clock, settings }: BridgeDeps, id: PairId): Promise<number> => {
  const pair = await loadPair(store, id);
  if (pair?.state !== 'ending' || pair.disagreesSince === undefined) return 0;
  return Math.max(0, pair.disagreesSince + settings.answeredSettleMs - clock.now());
};

/** A lane's comparison that was sent for the end has found nothing left: the pair's job goes on. */
export const noteDrained = async (deps: BridgeDeps, of: Pick<LinkedPair, 'id'>): Promise<void> => {
  const pair = await markIfDrained(deps, of.id, 'toFlex');
  if (pair !== undefined) await sendAgree(deps, pair, 'drained');
};

/** Drained, and nothing was said since, as far as anybody has heard. */
const isThrough = (deps: BridgeDeps, pair: LinkedPair, lane: Lane): boolean =>
  pair.lanes[lane].drained && !tellsOfMore(deps, pair.lanes[lane]);

/** Behind a comparison. @returns undefined when something is still to be listed: the sweep has it compared again. */
const markIfDrained = async (deps: BridgeDeps, id: LinkedPair['id'], lane: Lane): Promise<Pair | undefined> => {
  const pair = await loadPair(deps.store, id);
  if (pair === undefined || tellsOfMore(deps, pair.lanes[lane])) return undefined;
  return markDrained(deps, id, lane);
};
