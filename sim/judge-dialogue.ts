/** Who could have read what: whatever stood before a person's message when it was written, on that person's side. */
import type { Answered } from '../local-twilio/transcripts.ts';
import { firstText, lastText, stoodAt, type WrittenMessage } from './chronicle.ts';
import { isPersons } from './judge-copies.ts';
import type { Played } from './played.ts';
import { base } from './texts.ts';
import type { SimWorld } from './world.ts';

/** Texts are those of people's messages as they read now. */
export const dialogueOf = (world: SimWorld, chat: Played, conversation: string): readonly Answered[] => {
  const all = { flex: world.chronicle.of(chat.channel), frontline: world.chronicle.of(conversation) };
  const said = (one: WrittenMessage) => isPersons(chat, one);
  const now = new Map([...all.flex, ...all.frontline].filter(said).map((one) => [base(firstText(one)), lastText(one)]));
  return [all.flex, all.frontline].flatMap((side) =>
    side.filter(said).flatMap((answer) =>
      side
        .filter((one) => one.index < answer.index && stoodAt(one, answer.at))
        .flatMap((one) => {
          const question = now.get(base(firstText(one)));
          return question === undefined ? [] : [{ question, answer: lastText(answer) }];
        }),
    ),
  );
};
