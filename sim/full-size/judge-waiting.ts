/** Whether all that waited has crossed, in time, and has kept nobody else waiting. */
import { SENT_BY_AND_BY_MS } from '../../src/core/model/times.ts';
import { busiestSecond, type Called } from '../calls.ts';
import { type Chat, type Crowd, MINUTE, SECOND, type SizedPair } from './crowd.ts';
import { type Figures, isOfSweep, judgeDelays, judgeDoubles, judgeReads } from './figures.ts';

/** A minute until the sweep runs, another for its jobs; and then fifty chats a second. */
const turnWithin = (pairs: number): number => 2 * MINUTE + (pairs / 50) * SECOND;
/** Its event may have had its last try just before; then ten a second, in that part of a minute that a run has. */
const linkWithin = (chats: number): number => 4 * MINUTE + chats * SENT_BY_AND_BY_MS * (60 / 42);
/** Links and accepts, ten each; what events try again by themselves is Twilio's to refuse. */
const BY_AND_BY_A_SECOND = (2 * SECOND) / SENT_BY_AND_BY_MS;
const LIVE_MS = MINUTE;
const NEVER = Number.POSITIVE_INFINITY;

/** When each text was said by whom it was. */
export type Said = ReadonlyMap<SizedPair, readonly number[]>;
export type Waited = {
  readonly pairs: readonly SizedPair[];
  readonly said: Said;
  readonly newChats: readonly Chat[];
  /** When the side was back, in milliseconds since 1970. */
  readonly back: number;
  /** Since then. */
  readonly calls: readonly Called[];
};

/** When the copies of texts stood there, if they stand once and in order. */
const stoodAt = (crowd: Crowd, pair: SizedPair, beginning: string, count: number): readonly number[] | undefined => {
  const found = crowd.messagesIn('frontline', pair.conversation).filter(({ body }) => body?.startsWith(beginning));
  const inOrder = found.every(({ body }, n) => body === `${beginning} ${n + 1}`);
  return inOrder && found.length === count ? found.map(({ committedAt }) => committedAt) : undefined;
};

const makesConversation = ({ method, resource, status }: Called): boolean =>
  method === 'POST' && resource.endsWith('/Conversations') && status === 201;

export const judgeWaiting = async (figures: Figures, crowd: Crowd, waited: Waited): Promise<void> => {
  const { row, most } = figures;
  const { pairs, said, newChats, back, calls } = waited;
  const { world, twilio, listed, conversationOf } = crowd;
  const turns = pairs.map((pair) => stoodAt(crowd, pair, 'waits', 2));
  const talks = [...said].map(([pair, at]) => ({ at, stood: stoodAt(crowd, pair, 'goes on', at.length) }));
  const wrong = [...turns, ...talks.map(({ stood }) => stood)].filter((stood) => stood === undefined);
  most('pairs that miss a text, have one twice or out of order', wrong.length, 0);
  const level = turns.map((stood) => Math.max(0, (stood?.at(-1) ?? NEVER) - back));
  judgeDelays(figures, 'until a waiting pair was level', level, turnWithin(pairs.length));
  const delays = talks.flatMap(({ at, stood }) => at.map((one, n) => (stood?.[n] ?? NEVER) - one));
  judgeDelays(figures, "a live pair's text meanwhile", delays, LIVE_MS);
  const { containers } = twilio.place.frontline.chat;
  const links = newChats.map((chat) => containers.get(conversationOf(chat) ?? '')?.committedAt ?? NEVER);
  const late = links.map((at) => Math.max(0, at - back));
  judgeDelays(figures, 'until a new chat had its conversation', late, linkWithin(newChats.length));
  const made = calls.filter(makesConversation);
  const sent = busiestSecond(made.filter(({ by }) => by?.isJob)).length;
  most('new conversations by jobs of the sweep, busiest second', sent, BY_AND_BY_A_SECOND);
  row("  and by events' own new tries", busiestSecond(made).length);
  row('  refused for being too many, and tried again', calls.filter(({ status }) => status === 429).length);
  judgeReads(figures, calls);
  const ofJobs = calls.filter((call) => !isOfSweep(call));
  row('calls of the jobs a waiting pair, mean', (ofJobs.length / pairs.length).toFixed(1));
  row('  busiest second', busiestSecond(ofJobs).length);
  for (const list of ['due', 'backlog'] as const) most(`left on the list ${list}`, await listed(list), 0);
  judgeDoubles(figures, world);
};
