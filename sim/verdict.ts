/** After things have settled: does each chat tell one story? By Twilio's own truth, with none of the bridge's code. */

import { judge } from '../local-twilio/transcripts.ts';
import { ledgerKey, pairId } from '../src/core/state/items.ts';
import { problemsOfGenerations } from './generations.ts';
import { callProblems } from './judge-calls.ts';
import { copyProblems, deletedByHand } from './judge-copies.ts';
import { dialogueOf } from './judge-dialogue.ts';
import { doubles } from './judge-doubles.ts';
import { memberProblems } from './judge-members.ts';
import { restProblems } from './judge-rest.ts';
import { phoneProblems } from './phone.ts';
import { conversationsWith, conversationWith, type Played } from './played.ts';
import { base, edited, inOneForm, late, notice } from './texts.ts';
import type { SimWorld } from './world.ts';

/** @param others that are judged elsewhere, but for their rest @returns what is wrong, a line each. */
export const verdict = async (
  world: SimWorld,
  chats: readonly Played[],
  beyond = false,
  others: readonly Pick<Played, 'channel'>[] = [],
): Promise<readonly string[]> => {
  const wrong: string[] = [
    ...grantProblems(world),
    ...callProblems(world),
    ...(await restProblems(world, [...chats, ...others])),
  ];
  if (beyond) world.meter.met('limit: a double stood for a while', doubles(world).length);
  for (const [n, chat] of chats.entries())
    for (const problem of await problemsIn(world, chat, beyond))
      wrong.push(`chat ${n + 1} (${chat.channel}): ${problem}`);
  return wrong;
};

/** On AWS each of these is refused, however often it is tried. */
const grantProblems = ({ notGranted }: SimWorld): readonly string[] =>
  [...new Set(notGranted)].map((what) => `${what}, which its role does not allow`);

const problemsIn = async (world: SimWorld, chat: Played, beyond: boolean): Promise<readonly string[]> => {
  const conversation = conversationWith(world, chat.channel);
  if (conversation === undefined) return ['has no conversation'];
  const all = conversationsWith(world, chat.channel);
  const either = [...copyProblems(world, chat, all), ...(await phoneProblems(world, chat, beyond))];
  if (all.length > 1)
    return [
      ...problemsOfGenerations(world, chat, all, beyond),
      ...memberProblems(world, chat, conversation),
      ...either,
    ];
  return [
    ...problemsOf(world, chat, conversation),
    ...memberProblems(world, chat, conversation),
    ...(await unaccounted(world, chat)),
    ...either,
  ];
};

/** Every message of a person has its row: nothing ends silently. */
const unaccounted = async (world: SimWorld, chat: Played): Promise<readonly string[]> => {
  const wrong: string[] = [];
  const conversation = conversationWith(world, chat.channel);
  for (const [side, lane, container] of [
    ['flex', 'toFrontline', chat.channel],
    ['frontline', 'toFlex', conversation],
  ] as const)
    for (const { sid, body } of world.twilio.reads.transcript(side, container ?? '')) {
      if (!chat.said[side].has(sid)) continue;
      const row = await world.store.get(ledgerKey(pairId('flex', chat.channel), lane, sid));
      if (row === undefined) wrong.push(`no row tells what became of "${body}" of the ${side} side`);
    }
  return wrong;
};

const problemsOf = (world: SimWorld, chat: Played, conversation: string): readonly string[] => {
  const { reads } = world.twilio;
  const all = { flex: reads.transcript('flex', chat.channel), frontline: reads.transcript('frontline', conversation) };
  const own = (side: 'flex' | 'frontline') =>
    all[side].filter(({ sid }) => chat.said[side].has(sid)).map(({ body }) => body ?? '');
  const said = { flex: own('flex'), frontline: own('frontline') };
  const stands = (side: 'flex' | 'frontline') =>
    all[side].map(({ body }) => body ?? '').filter((body) => !notice.test(body));
  const byHand = deletedByHand(world, chat, conversation);
  const away = (side: 'flex' | 'frontline', from: readonly string[]) =>
    from.filter((text) => byHand[side].includes(base(text)));

  const wrong: string[] = [];
  // A copy that says it is late may stand anywhere after its time: it must be there, once, and the rest in order.
  const lates = { flex: latesOf(stands('flex')), frontline: latesOf(stands('frontline')) };
  const lateTexts = new Set([...lates.flex, ...lates.frontline]);
  for (const side of ['flex', 'frontline'] as const) {
    const other = side === 'flex' ? 'frontline' : 'flex';
    if (new Set(lates[side]).size < lates[side].length) wrong.push(`${side} has a late copy twice`);
    for (const text of lates[side]) {
      world.meter.met('late copy');
      if (stands(side).includes(text)) wrong.push(`${side} has "${text}" and a late copy of it`);
      if (!said[other].includes(text)) wrong.push(`${side} has a late copy of nothing`);
      if (away(side, [text]).length > 0) wrong.push(`${side} has again a late copy that was taken away there`);
    }
  }
  const timely = (texts: readonly string[]) => texts.filter((text) => !late.test(text) && !lateTexts.has(text));
  const dialogue = dialogueOf(world, chat, conversation);
  world.meter.met('answer to a question', dialogue.length);
  wrong.push(
    ...judge(
      { flex: timely(said.flex), frontline: timely(said.frontline) },
      { flex: timely(stands('flex')), frontline: timely(stands('frontline')) },
      dialogue,
      { flex: away('flex', said.frontline), frontline: away('frontline', said.flex) },
    ),
  );
  for (const side of ['flex', 'frontline'] as const)
    for (const { sid, body = '' } of all[side])
      if (chat.said[side].has(sid) && inOneForm(body) !== inOneForm(chat.meant.get(sid) ?? body.replace(edited, '')))
        wrong.push(`somebody changed what a person said on the ${side} side to "${body}"`);
  return wrong;
};

const latesOf = (texts: readonly string[]): readonly string[] =>
  texts.filter((text) => late.test(text)).map((text) => text.replace(late, ''));
