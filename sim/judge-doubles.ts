/** No copy ever stood twice, not even for a moment: by what Twilio was made to hold, whatever the bridge says of it. */
import { firstText, stoodAt, type WrittenMessage } from './chronicle.ts';
import { base, notice } from './texts.ts';
import type { SimWorld } from './world.ts';

/** No two texts of a chat are the same, so that two of a text are one message twice. */
const byText = (written: readonly WrittenMessage[]): ReadonlyMap<string, readonly WrittenMessage[]> => {
  const found = new Map<string, WrittenMessage[]>();
  for (const one of written) {
    const text = base(firstText(one));
    if (!notice.test(text)) found.set(text, [...(found.get(text) ?? []), one]);
  }
  return found;
};

/** What agents are told there, and answer, is judged by itself (judge-system.ts): a 1 is a 1 each time. */
const isSystem = ({ changes }: SimWorld['chronicle'], container: string): boolean =>
  changes(container).some(({ attributes }) => attributes.includes('"bridgeSystemOf"'));

/** @returns what is wrong, a line each: a second one beside the first, or after it had been taken away. */
export const doubles = ({ chronicle }: Pick<SimWorld, 'chronicle'>): readonly string[] => {
  return chronicle
    .containers()
    .filter((container) => !isSystem(chronicle, container))
    .flatMap((container) =>
      [...byText(chronicle.of(container))].flatMap(([text, [first, ...others]]) =>
        others.map((one) => {
          const beside = first !== undefined && stoodAt(first, one.at);
          const how = beside ? 'stood twice' : 'was written again after it had been removed';
          return `"${text}" ${how} on the ${one.side} side (${first?.sid} ${one.sid})`;
        }),
      ),
    );
};
