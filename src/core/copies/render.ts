/** How a message of one side reads on the other. Pure, so that reconcile can compare a copy with its source. */
import type { Lane, Media, Message } from '../model/event.ts';
import { decodeIdentity, encodeIdentity, isAddress, isSpelledAddress } from '../model/identity.ts';

export type Rendered = { readonly author: string; readonly body: string };

const size = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
};

/** Until files cross: a line that names the file and says where it can be opened. */
const named = (media: Media, lane: Lane): string =>
  `[File: ${media.filename ?? 'without a name'}, ${media.contentType}, ${size(media.size)}. Open it in ${lane === 'toFrontline' ? 'Flex' : 'Frontline'}.]`;

/** `2026-11-22 14:03`, UTC. */
export const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;

/** Who is who in a pair: the customer's one identity; as Flex spells them the agent's, and those of agents before. */
export type People = {
  readonly customer: string | undefined;
  readonly workerIdentity: string | undefined;
  readonly formerAgents: readonly string[];
  /** Set where an agent began the chat: his customer may have written by the number of his phone at first. */
  readonly startedIn?: string | undefined;
};

/**
 * An agent is spelt `ann_40example_2Ecom` in Flex and `ann@example.com` in Frontline. Everybody else has one name on
 * both sides: customers, `system`, bots like `support_42`. Agents are those who accepted the chat's task, and who is
 * called by an e-mail address, as workers are (docs/adr/0030). Flex's own spelling comes before a computed one.
 */
export const authorAcross = (lane: Lane, author: string, people: People): string =>
  nameAcross(lane, author, people).toWellFormed();

const nameAcross = (lane: Lane, author: string, people: People): string => {
  const { customer, workerIdentity, formerAgents, startedIn } = people;
  if (author === customer || author === '') return author;
  const agents = workerIdentity === undefined ? formerAgents : [workerIdentity, ...formerAgents];
  if (lane === 'toFrontline')
    return agents.includes(author) || isSpelledAddress(author) ? decodeIdentity(author) : author;
  if (startedIn !== undefined && customer !== undefined && /^(whatsapp:)?\+\d+$/.test(author)) return customer;
  const known = agents.find((agent) => decodeIdentity(agent) === author);
  return known ?? (isAddress(author) ? encodeIdentity(author) : author);
};

const LATE = '[Late, written ';

/** Whether a copy says that it is late, and so stands behind younger ones. */
export const isLate = (body: string): boolean => body.startsWith(LATE);

/**
 * As the wire carries it: of half a character, which JSON can hold and a form cannot, it makes U+FFFD. So stamp, digest
 * and comparison are of what can stand there.
 * @returns an empty text when the message holds nothing that could cross.
 */
export const textAcross = (lane: Lane, { body, media, createdAt }: Message, late: boolean): string => {
  const text = [body, ...media.map((one) => named(one, lane))].filter((line) => line !== '').join('\n');
  return (late && text !== '' ? `${LATE}${minute(createdAt)} UTC] ${text}` : text).toWellFormed();
};

/** What a copy says, which may be nothing, for its source may have been emptied. */
export const copyOf = (lane: Lane, message: Message, people: People, late: boolean): Rendered => ({
  author: authorAcross(lane, message.author, people),
  body: textAcross(lane, message, late),
});

/** @returns undefined when the message holds nothing that could cross. */
export const render = (lane: Lane, message: Message, people: People, late: boolean): Rendered | undefined => {
  const copy = copyOf(lane, message, people, late);
  return copy.body === '' ? undefined : copy;
};
