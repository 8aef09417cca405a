/**
 * Says whether two transcripts tell one story. It knows what people wrote and what now stands on each side, and
 * nothing of how the bridge works: it imports none of its code.
 */

export type SaidByPeople = {
  /** What people wrote on this side, in the order in which Twilio took it. No two texts of a chat are the same. */
  readonly flex: readonly string[];
  readonly frontline: readonly string[];
};

/** Texts as they stand on each side now, in order. */
export type Stands = { readonly flex: readonly string[]; readonly frontline: readonly string[] };

/** An answer was written by somebody who had read the question. */
export type Answered = { readonly question: string; readonly answer: string };

const times = (texts: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
};

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);

/** Texts that a person took away from a side, where they must not come back; on the other one they stand. */
export type Away = { readonly flex: readonly string[]; readonly frontline: readonly string[] };

const nothing: Away = { flex: [], frontline: [] };

/** @returns what is wrong, one line each; nothing when both sides tell the same. */
export const judge = (
  said: SaidByPeople,
  stands: Stands,
  dialogue: readonly Answered[] = [],
  away: Away = nothing,
): readonly string[] => {
  const wrong: string[] = [];
  for (const side of ['flex', 'frontline'] as const) {
    const other = side === 'flex' ? 'frontline' : 'flex';
    const here = times(stands[side]);
    const gone = new Set(away[side]);
    for (const text of [...said.flex, ...said.frontline]) {
      const count = here.get(text) ?? 0;
      if (gone.has(text)) {
        if (count > 0) wrong.push(`${side} has again "${shorten(text)}", which was taken away there`);
        continue;
      }
      if (count === 0) wrong.push(`${side} lacks "${shorten(text)}"`);
      if (count > 1) wrong.push(`${side} has ${count} times "${shorten(text)}"`);
    }
    const known = new Set([...said.flex, ...said.frontline]);
    for (const text of stands[side])
      if (!known.has(text)) wrong.push(`${side} has "${shorten(text)}", which nobody said`);

    const order = said[other].filter((text) => !gone.has(text));
    const crossed = new Set(order);
    const copies = stands[side].filter((text) => crossed.has(text));
    const first = copies.findIndex((text, n) => text !== order[n]);
    if (first >= 0 && copies.length === order.length)
      wrong.push(`${side} has what ${other} said in another order from number ${first}`);

    const place = new Map(stands[side].map((text, n) => [text, n]));
    for (const { question, answer } of dialogue)
      if ((place.get(answer) ?? Number.POSITIVE_INFINITY) < (place.get(question) ?? -1))
        wrong.push(`${side} has an answer before its question: "${shorten(answer)}"`);
  }
  return wrong;
};
