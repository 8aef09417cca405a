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
import { textField } from '../model/json.ts';
import { deferred, type Outcome, pairMovedOn } from '../model/outcome.ts';
import { asTwilioError, TwilioError } from '../model/twilio-error.ts';
import type { Container } from '../ports/chat.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { beginEnding, closePair, markDrained } from '../state/agreed.ts';
import { watchChannelEnd } from '../state/channel-ends.ts';
import { type EndedBy, hasBothContainers, type LinkedPair, loadPair } from '../state/pair.ts';
import { unlistForSweep } from '../state/pair-writes.ts';
import { deactivate } from './deactivate.ts';
import { dropHandover } from './handover-task.ts';
import { closeTasksOfLeaving } from './leaving.ts';
import { customersWordsLeft } from './left-behind.ts';
import { goOnInNextGeneration } from './next-generation.ts';

export const endChat = async (deps: BridgeDeps, pair: LinkedPair, by: EndedBy, run: Run): Promise<Outcome> => {
  const ending = await beginEnding(deps, pair, by);
  return ending === undefined || !hasBothContainers(ending) ? pairMovedOn() : goOnEnding(deps, ending, false, run);
};

/** @param looks the sweep has sent the job: what was expected to come has not come. */
export const goOnEnding = async (deps: BridgeDeps, pair: LinkedPair, looks: boolean, run: Run): Promise<Outcome> => {
  // Side by side: the other lane is another queue's.
  if (!pair.lanes.toFlex.drained) {
    if (looks && (await deps.flex.container(pair.flex)) === undefined) await markDrained(deps, pair.id, 'toFlex');
    else await sendDrain(deps, pair);
  }
  if (pair.endedBy === 'timer') return goOnInNextGeneration(deps, pair.id);
  const stop = pair.lanes.toFrontline.drained ? undefined : await drainToFrontline(deps, pair, run);
  if (stop !== undefined) return stop;
  const now = await loadPair(deps.store, pair.id);
  if (now === undefined || now.agreeFence !== pair.agreeFence || !hasBothContainers(now)) return pairMovedOn();
  if (!now.lanes.toFrontline.drained || !now.lanes.toFlex.drained) return deferred('draining');
  return closeFarSide(deps, now);
};

const sendDrain = async (deps: BridgeDeps, pair: LinkedPair): Promise<void> => {
  const work = { kind: 'reconcile', pair: pair.id, lane: 'toFlex', because: 'ending' } as const;
  await sendJobOn(deps, pair, 'toFlex', work);
};

/** @returns why the run ends here; undefined when the lane is drained. */
const drainToFrontline = async (deps: BridgeDeps, pair: LinkedPair, run: Run): Promise<Outcome | undefined> => {
  // What ended in Frontline is closed: nothing can be written there, but the customer may have said something.
  if (pair.endedBy === 'flex') {
    const outcome = await reconcile(deps, pair.id, 'toFrontline', run).catch(asTwilioError);
    if (outcome instanceof TwilioError) return afterChannel(deps, pair, outcome);
    if (outcome.end === 'reconciled') {
      await markDrained(deps, pair.id, 'toFrontline');
      return undefined;
    }
    if (outcome.end !== 'deferred' || outcome.reason !== 'container_gone') return outcome;
  }
  if (pair.endedBy === 'flex') {
    const conversation = await deps.frontline.container(pair.frontline);
    if (conversation?.state === 'open') return deferred('draining');
  }
  if (await customersWordsLeft(deps, pair)) return goOnInNextGeneration(deps, pair.id);
  await markDrained(deps, pair.id, 'toFrontline');
  return undefined;
};

/** A channel that was deleted tells nothing any more, and takes nothing. @throws what is no sign of that. */
const afterChannel = async (deps: BridgeDeps, pair: LinkedPair, error: TwilioError): Promise<undefined> => {
  if (!error.containerGone || (await deps.flex.container(pair.flex)) !== undefined) throw error;
  await markDrained(deps, pair.id, 'toFrontline');
  await markDrained(deps, pair.id, 'toFlex');
};

const closeFarSide = async (deps: BridgeDeps, pair: LinkedPair): Promise<Outcome> => {
  if (!(await dropHandover(deps, pair))) return deferred('draining');
  await closeTasksOfLeaving(deps, pair);
  if (pair.endedBy === 'flex') await deps.frontline.close(pair.frontline);
  else {
    const channel = await deps.flex.container(pair.flex);
    if (channel !== undefined && !(await smsAreThrough(deps, pair, channel))) return deferred('draining');
    await deactivate(deps, pair, channel);
  }
  if (deps.settings.forwards) await watchChannelEnd(deps, pair.flex);
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

/** A lane's comparison that was sent for the end has found nothing left: the pair's job goes on. */
export const noteDrained = async (deps: BridgeDeps, of: Pick<LinkedPair, 'id'>): Promise<void> => {
  const pair = await markDrained(deps, of.id, 'toFlex');
  if (pair !== undefined) await sendAgree(deps, pair, 'drained');
};
