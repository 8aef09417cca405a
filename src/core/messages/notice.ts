/** Writes a notice into the conversation, with intent, read-back and row, so that it stands there once. */

import { outcomeOf, post, stampedFor } from '../copies/deliver.ts';
import { digestOf } from '../copies/fingerprint.ts';
import { NOTICE_AUTHOR, noticeSid, noticeText } from '../copies/notice-text.ts';
import { readBack } from '../copies/read-back.ts';
import type { BridgeDeps } from '../deps.ts';
import { addToBacklog } from '../jobs/backlog.ts';
import type { Undelivered } from '../jobs/envelope.ts';
import type { Run } from '../jobs/run.ts';
import { deferred, leaseLost, lookAgain, type Outcome, retry, skipped } from '../model/outcome.ts';
import { LOOKS } from '../model/times.ts';
import type { PairId } from '../state/items.ts';
import { fence, intend } from '../state/lane/intent.ts';
import { leaseOf } from '../state/lane/lease.ts';
import { readRow } from '../state/ledger.ts';
import { type LinkedPair, linkedOr, loadPair, type Pair } from '../state/pair.ts';

/** @throws TwilioError when the conversation could not be read; repeating is safe. */
export const writeNotice = async (deps: BridgeDeps, id: PairId, about: Undelivered, run: Run): Promise<Outcome> => {
  const lane = 'toFrontline';
  const known = await loadPair(deps.store, id);
  if (known?.flex !== undefined && hasNoConversationYet(known)) {
    // Not on its queue: what makes the conversation stands in the same line.
    await addToBacklog(deps, id, known.flex, noticeSid(about), { kind: 'notice', pair: id, about });
    return deferred('container_gone');
  }
  const pair = linkedOr(known);
  if (typeof pair === 'string' || (pair.state === 'ending' && pair.endedBy !== 'flex')) return skipped('not_linked');
  const freed = await readBack(deps, leaseOf(pair, lane));
  if (!freed.free) return freed.outcome;
  const sid = noticeSid(about);
  if ((await readRow(deps, { pair, lane, sid })) !== undefined) return skipped('already');
  const happened = await whatHappened(deps, freed.lease.pair, about);
  if (happened === 'unseen') return run.attempts <= LOOKS ? lookAgain() : skipped('removed');
  if (happened === 'own') return skipped('own');
  const fenced = await fence(deps, freed.lease);
  if (!fenced.ok) return leaseLost();
  const createdAt = new Date(deps.clock.now()).toISOString();
  const rendered = { author: NOTICE_AUTHOR, body: noticeText(happened) };
  const digest = digestOf(deps.settings.stampKey, sid, rendered.body);
  // No source index is behind it: it is late, so that the cursor stays where it is.
  const of = { sid, index: -1, createdAt, author: NOTICE_AUTHOR, digest, late: true };
  const intended = await intend(deps, fenced.lease, of);
  if (!intended.ok) return leaseLost();
  const draft = {
    ...rendered,
    createdAt,
    attributes: stampedFor(deps, intended.lease, rendered, sid, 'notice'),
    notifyWebhooks: false,
  };
  const gaps = { missing: [], listedAt: deps.clock.now() };
  const sent = await post(deps, intended.lease, draft, gaps, run.attempts);
  const ended = outcomeOf(sent);
  // No lane's mark stands for it: it goes to the backlog when trying is over.
  return ended.end === 'deferred' ? { ...retry(1, 'container_gone'), gone: true } : ended;
};

/**
 * It is being made; or a timer has closed the last one, and the chat goes on in the next. Of a link that has been given
 * up nobody waits for anything.
 */
const hasNoConversationYet = ({ state, endedBy, due }: Pair): boolean =>
  due && (state === 'linking' || (state === 'ending' && endedBy === 'timer'));

/**
 * The forwarder knows a message by its SID alone, so the notice reads the rest.
 * @returns `own` when no notice is needed, for the customer's own words go to no phone; `unseen` when the message is
 * gone, or
 *   a look at it is behind.
 */
const whatHappened = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  about: Undelivered,
): Promise<Undelivered | 'own' | 'unseen'> => {
  if (about.way !== 'forward') return about;
  const message = await deps.flex.message(pair.flex, about.sid);
  if (message === undefined) return 'unseen';
  if (message.author === pair.customer) return 'own';
  return { ...about, createdAt: message.createdAt };
};
