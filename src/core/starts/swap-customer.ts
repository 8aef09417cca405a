/**
 * The customer's phone goes out of the conversation, and he stays in it by the identity that he has in Flex. He comes
 * in before his phone goes out: he is never missing, and an identity is no address that could be there twice.
 */
import type { BridgeDeps } from '../deps.ts';
import { sendJobOn } from '../jobs/send.ts';
import { nameOfPhone } from '../model/identity.ts';
import { lookAgain, type Outcome, pairMovedOn, retry } from '../model/outcome.ts';
import { CLOCK_SLACK_MS, RECEIPTS_WITHIN_MS } from '../model/times.ts';
import { pairId } from '../state/items.ts';
import { hasBothContainers, type Pair } from '../state/pair.ts';
import { writeAlias } from '../state/pair-writes.ts';
import { openStartedPair, wasOpened } from '../state/started-pair.ts';
import { endStart, type Start } from '../state/starts.ts';
import { noteCalled } from '../state/strays.ts';
import { listForSweep } from '../state/sweep-lists.ts';
import { customersName, gaveUp, mayBeUnlisted, noted, phoneOf, type StartStep } from './made-so-far.ts';
import { channelMade } from './reach-channel.ts';

export const swapCustomer: StartStep = async (deps, start, scene) => {
  const { conversation, phone, customer, swappedAt } = start;
  if (phone === undefined || swappedAt !== undefined) return start;
  // Nobody joins what is closed, and from there nothing goes to his phone any more.
  const isOpen = scene.conversation.state === 'open';
  if (isOpen) {
    const attributes = JSON.stringify({ customer_id: customer, display_name: customersName(start, scene) });
    await deps.frontline.join(conversation, { identity: customer, attributes });
  }
  const address = phoneOf(start, scene)?.address;
  // A list that is behind may not show it yet.
  if (address === undefined && mayBeUnlisted(deps, scene)) return lookAgain();
  // By his number his answers to Frontline's are known, once his phone is out; out already, it is noted already.
  if (address !== undefined)
    await noteCalled(deps, nameOfPhone(deps.settings.stampKey, address), {
      ...{ pair: pairId('flex', channelMade(start)), conversation },
    });
  if (isOpen) await deps.frontline.leave(conversation, phone);
  return noted(deps, start, { swappedAt: deps.clock.now() });
};

/** From here on it is a chat like any other. What was said before crosses now. */
export const openPairOfIt: StartStep = async (deps, start) => {
  const { conversation, swappedAt, customer, worker, workerIdentity, task, reservation } = start;
  if (task === undefined || reservation === undefined) throw new Error('no task yet');
  const due = (swappedAt ?? 0) + RECEIPTS_WITHIN_MS - deps.clock.now();
  if (due > 0) return retry(Math.ceil(due / 1000), 'receipts_due', true);
  // Its name first: what is written there meanwhile finds a pair that is not open yet, and is compared at once after.
  if (!(await writeAlias(deps, 'frontline', conversation, { id: pairId('flex', channelMade(start)) })))
    return gaveUp('counterpart');
  const opened = await openStartedPair(deps, channelMade(start), {
    ...{
      startedIn: conversation,
      customer,
      workspace: deps.tasks.workspace,
      task,
      reservation,
      worker,
      workerIdentity,
    },
    carriedBefore: swappedAt === undefined ? undefined : swappedAt + CLOCK_SLACK_MS,
  });
  if (opened === undefined || !wasOpened(opened, conversation)) return pairMovedOn();
  return endAsLinked(deps, start, opened);
};

/** Repeating is safe: the run that opened the pair may have died behind that. */
export const endAsLinked = async (deps: BridgeDeps, start: Start, pair: Pair): Promise<Outcome> => {
  if (pair.state !== 'closed') await listForSweep(deps, pair.id, 'active');
  await endStart(deps, start, 'linked');
  if (hasBothContainers(pair))
    await sendJobOn(deps, pair, 'toFlex', { kind: 'reconcile', pair: pair.id, lane: 'toFlex', because: 'marked' });
  return { end: 'linked', copies: [channelMade(start)] };
};
