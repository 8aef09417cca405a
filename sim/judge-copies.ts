/**
 * Of everything the bridge ever wrote into a chat, also of what is gone again: whose it is, of when, and what it left
 * alone.
 */
import { AGENTS } from '../local-twilio/defaults.ts';
import type { AccountName } from '../local-twilio/model.ts';
import { firstText, lastText, type WrittenMessage } from './chronicle.ts';
import type { Played } from './played.ts';
import { base, notice } from './texts.ts';
import type { SimWorld } from './world.ts';

export type Texts = { readonly [side in AccountName]: readonly string[] };

/** Lists may tell whole seconds only; then a copy may be so much older than its source, and no younger. */
const SECOND_MS = 1_000;

export const isPersons = ({ said }: Pick<Played, 'said'>, { side, sid }: WrittenMessage): boolean =>
  said[side].has(sid);

/** @returns what is wrong, a line each. */
export const copyProblems = (world: SimWorld, chat: Played, conversations: readonly string[]): readonly string[] => {
  const flex = world.chronicle.of(chat.channel);
  const frontline = conversations.flatMap((one) => world.chronicle.of(one));
  const sources = new Map(
    [...flex, ...frontline].filter((one) => isPersons(chat, one)).map((one) => [base(firstText(one)), one]),
  );
  const across = new Map([
    ...Object.values(AGENTS).flatMap(({ flexIdentity, email }) => [
      [flexIdentity, email] as const,
      [email, flexIdentity] as const,
    ]),
    [chat.customer, chat.customer] as const,
  ]);

  const problemsOf = (copy: WrittenMessage): readonly string[] => {
    const text = firstText(copy);
    if (notice.test(text)) return copy.side === 'flex' ? ['flex has a notice, where customers read'] : [];
    const original = sources.get(base(text));
    if (original === undefined || original.side === copy.side) return [`${copy.side} got "${text}", a copy of nothing`];
    const wrong: string[] = [];
    const author = across.get(original.author);
    if (copy.author !== author)
      wrong.push(`${copy.side} got "${text}" as of ${copy.author}, and it is of ${original.author}, ${author} there`);
    const older = original.dateCreated - copy.dateCreated;
    const most = world.twilio.switches.restDates === 'seconds' ? SECOND_MS - 1 : 0;
    if (older < 0 || older > most) wrong.push(`${copy.side} got "${text}" with a time ${older} ms before its source's`);
    return wrong;
  };
  const touched = (one: WrittenMessage): readonly string[] => {
    const wrong: string[] = [];
    if (one.removed?.by.source === 'API') wrong.push(`a program removed what a person said: "${lastText(one)}"`);
    if (one.texts.some(({ by }, n) => n > 0 && by.source === 'API'))
      wrong.push(`a program changed what a person said to "${lastText(one)}"`);
    return wrong;
  };
  return [...flex, ...frontline].flatMap((one) => (isPersons(chat, one) ? touched(one) : problemsOf(one)));
};

/** What an agent took away with his own hand, of the bridge's copies: what it had been at first, by side. */
export const deletedByHand = (world: SimWorld, chat: Played, conversation: string | undefined): Texts => {
  const of = (container: string) =>
    world.chronicle
      .of(container)
      .filter((one) => !isPersons(chat, one) && one.removed?.by.source === 'SDK')
      .map((one) => base(firstText(one)));
  return { flex: of(chat.channel), frontline: conversation === undefined ? [] : of(conversation) };
};
