/**
 * A chat whose conversation was closed by a timer. Closed is final at Twilio, and a next generation of the pair is not
 * there yet: what is said in Flex from then on waits. Nothing of it may be parked, doubled, out of order or forgotten.
 */

import type { AccountName } from '../local-twilio/model.ts';
import { pairId } from '../src/core/state/items.ts';
import { loadPair } from '../src/core/state/pair.ts';
import type { Played } from './played.ts';
import { base, late, notice } from './texts.ts';
import type { SimWorld } from './world.ts';

export const isClosed = (world: SimWorld, conversation: string): boolean =>
  world.twilio.reads.container('frontline', conversation)?.state === 'closed';

type Standing = { readonly copies: readonly string[]; readonly late: boolean };

/** By the order in which Twilio took what was said: a text may be older than the message that it was put into. */
export const problemsOfCopies = (
  side: AccountName,
  { copies, late }: Standing,
  said: readonly string[],
): readonly string[] => {
  const places = copies.map((text) => said.indexOf(text)).filter((place) => place >= 0);
  const wrong: string[] = [];
  if (new Set(copies).size < copies.length) wrong.push(`${side} has a copy twice`);
  if (!late && places.some((place, n) => n > 0 && place < (places[n - 1] ?? 0)))
    wrong.push(`${side} has copies in another order`);
  return wrong;
};

export const problemsOfClosed = async (
  world: SimWorld,
  chat: Played,
  conversation: string,
): Promise<readonly string[]> => {
  const { reads } = world.twilio;
  const wrong: string[] = [];
  const standing = (side: 'flex' | 'frontline', container: string) => {
    const all = reads.transcript(side, container).map(({ sid, body = '' }) => ({ sid, body }));
    const texts = (own: boolean) =>
      all
        .filter(({ sid, body }) => chat.said[side].has(sid) === own && !notice.test(body))
        .map(({ body }) => base(body));
    return { own: texts(true), copies: texts(false), late: all.some(({ body }) => late.test(body)) };
  };
  const flex = standing('flex', chat.channel);
  const frontline = standing('frontline', conversation);
  wrong.push(...problemsOfCopies('flex', flex, frontline.own), ...problemsOfCopies('frontline', frontline, flex.own));
  const gone = new Set([...chat.deletedByHand].map(base));
  const lacks = (into: readonly string[], own: readonly string[]) =>
    own.filter((text) => !into.includes(text) && !gone.has(text));
  const pair = await loadPair(world.store, pairId('flex', chat.channel));
  // Before the link is complete, which it cannot be any more, the agent's own words wait too.
  const unheard = lacks(flex.copies, frontline.own);
  if (pair?.linked) wrong.push(...unheard.map((text) => `flex lacks "${text}", and is open`));
  const waits = [...lacks(frontline.copies, flex.own), ...unheard];
  if (waits.length > 0) world.meter.met('waits for a closed conversation', waits.length);
  if (waits.length > 0 && !pair?.due) wrong.push(`nothing says that ${waits.length} messages wait`);
  const parked = world.entries.filter(
    ({ entry: { step, sids, lane } }) =>
      step === 'parked' && lane !== 'forward' && sids.some((sid) => chat.said.flex.has(sid)),
  );
  if (parked.length > 0) wrong.push(`${parked.length} messages were parked`);
  return wrong;
};
