/**
 * What was said in a chat that changed hands and ended: every word of before the end stands on both sides, once and in
 * order, but what a closed or deleted container could not take, and never a customer's.
 */
import type { WrittenMessage } from './chronicle.ts';
import { firstText } from './chronicle.ts';
import { problemsOfCopies } from './generations.ts';
import { isPersons } from './judge-copies.ts';
import { lastEnding, type Story, statusIn, wasEnded } from './story.ts';
import { base, late, notice } from './texts.ts';
import type { SimWorld } from './world.ts';

/** Between the bridge's last look for a customer's word and its end of the channel: it may sleep, its call be late. */
const AT_ONCE_MS = { within: 300_000, beyond: 600_000 };
/** As the address of a call has it: the bridge writes to a conversation itself only to close it. */
const CONVERSATION = '/Conversations/*';

type Seen = Pick<SimWorld, 'chronicle' | 'meter' | 'calls' | 'time'>;
type Words = Pick<Story, 'channel' | 'customer' | 'said' | 'endings' | 'returns'>;

/**
 * @param beyond writes were carried out later than SETTLE: a copy may have stood twice for a while, which doubles tell
 * @returns what is wrong, a line each
 */
export const wordProblems = (
  world: Seen,
  story: Words,
  conversations: readonly string[],
  beyond: boolean,
): readonly string[] => {
  const { chronicle, meter } = world;
  const flex = chronicle.of(story.channel);
  const frontline = conversations.flatMap((one) => chronicle.of(one));
  const texts = (from: readonly WrittenMessage[], own: boolean) =>
    from
      .filter((one) => isPersons(story, one) === own && !notice.test(firstText(one)))
      .map((one) => base(firstText(one)));
  const copiesIn = (from: readonly WrittenMessage[]) =>
    texts(beyond ? from.filter(({ removed }) => removed === undefined) : from, false);
  const isLate = (from: readonly WrittenMessage[]) => from.some((one) => late.test(firstText(one)));
  const deleted = story.endings.some(({ how }) => how === 'deleted');
  const closed = story.endings.filter(({ how }) => how === 'closed').map(({ at }) => at);
  /** A story's own, and the weather's. */
  const timers = conversations
    .flatMap(chronicle.changes)
    .filter(({ byTimer }) => byTimer)
    .map(({ at }) => at);
  const inactive = chronicle
    .changes(story.channel)
    .filter(({ deed, attributes }) => deed === 'changed' && statusIn(attributes) === 'INACTIVE')
    .map(({ at }) => at);
  const race = AT_ONCE_MS[beyond ? 'beyond' : 'within'];
  const atOnce = (at: number): boolean => inactive.some((end) => end >= at && end - at <= race);
  /** Nobody could make the next conversation before the chat ended. */
  const isTimersLast = (end: number): boolean => {
    const last = conversations.at(-1) ?? '';
    const isClosed = chronicle.changes(last).some(({ state }) => state === 'closed');
    return isClosed && !hasClosed(world, last) && timers.some((at) => at <= end);
  };
  /** Why it need not stand on the other side. */
  const excuse = (one: WrittenMessage): string | undefined => {
    if (deleted) return 'of a deleted channel';
    if (one.side === 'frontline' && isOfEndedChat(world, story, one)) return 'said after the end';
    if (wasEnded(story, one.at)) {
      // Who closes in Frontline does not end it for a customer who writes before the channel is ended.
      if (one.author !== story.customer || story.endings.some(({ at, how }) => how !== 'closed' && at <= one.at))
        return 'said after the end';
      return atOnce(one.at) || inactive.some((end) => end <= one.at) ? 'said while it ended' : undefined;
    }
    if (one.author === story.customer || one.side === 'frontline') return undefined;
    if (closed.some((at) => at >= one.at)) return "an agent's, into a conversation that a person closed";
    const end = lastEnding(story, world.time.now());
    return end !== undefined && (timers.some((at) => at >= one.at) || isTimersLast(end.at))
      ? "an agent's, into a conversation that a timer closed while the chat ended"
      : undefined;
  };
  const lacks = (from: readonly WrittenMessage[], into: readonly WrittenMessage[], side: string): readonly string[] => {
    const copies = new Set(texts(into, false));
    return from
      .filter((one) => isPersons(story, one) && !copies.has(base(firstText(one))))
      .flatMap((one) => {
        const why = excuse(one);
        if (why === undefined) return [`${side} lacks "${firstText(one)}" (${one.sid})`];
        meter.met(`word that did not cross: ${why}`);
        return [];
      });
  };
  return [
    ...problemsOfCopies(
      'flex',
      { copies: copiesIn(flex), late: isLate(flex), doubled: beyond && inactive.length > 0 },
      texts(frontline, true),
    ),
    ...conversations.flatMap((one) => {
      const standing = { copies: copiesIn(chronicle.of(one)), late: isLate(chronicle.of(one)) };
      const doubled = beyond && chronicle.changes(one).some(({ state }) => state === 'closed');
      return problemsOfCopies('frontline', { ...standing, doubled }, texts(flex, true));
    }),
    ...lacks(flex, frontline, 'frontline'),
    ...lacks(frontline, flex, 'flex'),
  ];
};

/**
 * The customer's next chat has a conversation of its own. The agent of the one before may write into his old one still,
 * until the bridge closes it for that chat's end: who comes back does not make that a word of the next chat.
 */
const isOfEndedChat = (world: Seen, { endings, returns }: Words, { container, at }: WrittenMessage): boolean => {
  const changes = world.chronicle.changes(container);
  const born = changes[0]?.at ?? at;
  const closed = changes.find(({ state }) => state === 'closed')?.at;
  if (closed === undefined || !hasClosed(world, container)) return false;
  // Was it closed for an end of before the word, and not for a later one? It may be as late as made behind that end.
  const isNextChats = (end: number): boolean => returns.some((at) => at > end && at <= born);
  const last = endings.findLast((ending) => ending.at <= closed && !isNextChats(ending.at));
  return last !== undefined && last.at <= at;
};

/** Whether the bridge has closed a conversation, or may have: no answer says otherwise. */
const hasClosed = ({ calls }: Pick<Seen, 'calls'>, conversation: string): boolean =>
  calls().some(
    ({ container, method, resource, status = 0 }) =>
      container === conversation && method === 'POST' && resource.endsWith(CONVERSATION) && status < 400,
  );
