/**
 * A chat whose conversation was closed by a timer goes on in the next one. What was said stands in Flex, and in one or
 * the other of its conversations, once and in order; nothing of it is parked or forgotten.
 */

import type { AccountName } from '../local-twilio/model.ts';
import type { Played } from './played.ts';
import { base, late, notice } from './texts.ts';
import type { SimWorld } from './world.ts';

export const isClosed = (world: SimWorld, conversation: string): boolean =>
  world.twilio.reads.container('frontline', conversation)?.state === 'closed';

type Standing = {
  readonly copies: readonly string[];
  readonly late: boolean;
  /** A second one was carried out beyond SETTLE, and nobody takes it out of a chat that has ended. */
  readonly doubled?: boolean;
};

/** By the order in which Twilio took what was said: a text may be older than the message that it was put into. */
export const problemsOfCopies = (
  side: AccountName,
  { copies: all, late, doubled = false }: Standing,
  said: readonly string[],
): readonly string[] => {
  const copies = doubled ? [...new Set(all)] : all;
  const places = copies.map((text) => said.indexOf(text)).filter((place) => place >= 0);
  const wrong: string[] = [];
  if (new Set(copies).size < copies.length) wrong.push(`${side} has a copy twice`);
  if (!late && places.some((place, n) => n > 0 && place < (places[n - 1] ?? 0)))
    wrong.push(`${side} has copies in another order`);
  return wrong;
};

export const problemsOfGenerations = (
  world: SimWorld,
  chat: Played,
  conversations: readonly string[],
  beyond: boolean,
): readonly string[] => {
  const { reads } = world.twilio;
  const standing = (side: 'flex' | 'frontline', containers: readonly string[]) => {
    const all = containers.flatMap((container) =>
      reads.transcript(side, container).map(({ sid, body = '' }) => ({ sid, body })),
    );
    const texts = (own: boolean) =>
      all
        .filter(({ sid, body }) => chat.said[side].has(sid) === own && !notice.test(body))
        .map(({ body }) => base(body));
    return { own: texts(true), copies: texts(false), late: all.some(({ body }) => late.test(body)) };
  };
  const flex = standing('flex', [chat.channel]);
  const frontline = standing('frontline', conversations);
  const gone = new Set([...chat.deletedByHand].map(base));
  const lacks = (side: string, into: readonly string[], own: readonly string[]) =>
    own.filter((text) => !into.includes(text) && !gone.has(text)).map((text) => `${side} lacks "${text}"`);
  const last = conversations.at(-1) ?? '';
  const parked = world.entries.filter(
    ({ entry: { step, sids, lane } }) =>
      step === 'parked' && lane !== 'forward' && sids.some((sid) => chat.said.flex.has(sid)),
  );
  world.meter.met('next generation', conversations.length - 1);
  return [
    ...problemsOfCopies('flex', flex, frontline.own),
    // What a link had not finished in one, the next one has from the beginning.
    ...conversations.flatMap((one) => {
      const doubled = beyond && isClosed(world, one);
      return problemsOfCopies('frontline', { ...standing('frontline', [one]), doubled }, flex.own);
    }),
    ...lacks('flex', flex.copies, frontline.own),
    ...lacks('frontline', frontline.copies, flex.own),
    ...(isClosed(world, last) ? ['its last conversation is closed, and the chat goes on'] : []),
    ...(parked.length > 0 ? [`${parked.length} messages were parked`] : []),
  ];
};
