/** An SMS goes out again only after a look that did not show it: by what was on the wire, whatever the journal says. */
import type { Called, Caller } from './calls.ts';
import type { SimWorld } from './world.ts';

export type SmsMoment = { readonly messageSid: string; readonly at: number };
type Doubt = SmsMoment & { readonly by: Caller | undefined };

export type SeenForwards = {
  readonly calls: readonly Called[];
  /** What reached the customer's phone. */
  readonly phone: readonly SmsMoment[];
  /** When the journal said of a message that it is perhaps sent twice. */
  readonly doubts: readonly Doubt[];
  /** Proxy's sessions name the messages that they carried. */
  readonly named: boolean;
};

const isLook = ({ method, resource }: Called): boolean => method === 'GET' && resource.endsWith('/Interactions');
/** Without the channel nobody knows which session to look at. */
const isRead = ({ method, resource }: Called): boolean => method === 'GET' && resource.endsWith('/Channels/*');

/** @returns what is wrong, a line each. */
export const forwardProblems = ({ calls, phone, doubts, named }: SeenForwards): readonly string[] => [
  ...(named ? calls.flatMap((post) => postedThoughListed(post, calls, phone)) : []),
  ...doubts.flatMap((doubt) => doubtedUnseen(doubt, calls)),
];

/** The process that posts it has seen that the session lists it. */
const postedThoughListed = (post: Called, calls: readonly Called[], phone: readonly SmsMoment[]): readonly string[] => {
  if (post.tellsOf === undefined || post.by === undefined) return [];
  const look = calls.findLast(
    (call) => call.by === post.by && call.at < post.at && isLook(call) && call.status === 200,
  );
  const sent = phone.find(({ messageSid, at }) => messageSid === post.tellsOf && at < (look?.at ?? 0));
  return sent === undefined
    ? []
    : [`an SMS of ${sent.at} was listed at ${look?.at} and posted again at ${post.at} (${post.tellsOf})`];
};

/**
 * The process that says so has not looked, or tried to, since it posted the message itself. What another one has posted
 * meanwhile it cannot know: it may have slept since its look.
 */
const doubtedUnseen = ({ messageSid, at, by }: Doubt, calls: readonly Called[]): readonly string[] => {
  const own = calls.filter((call) => call.by === by && call.at <= at);
  const looked = own.findLastIndex((call) => isLook(call) || isRead(call));
  return looked > own.findLastIndex((call) => call.tellsOf === messageSid)
    ? []
    : [`${messageSid} was said to be perhaps sent twice at ${at}, and not looked up`];
};

export const seenForwards = (world: SimWorld, phone: string): SeenForwards => ({
  calls: world.calls(),
  phone: world.twilio.customer.phone(phone),
  doubts: world.entries
    .filter(({ entry }) => entry.step === 'retried' && entry.reason === 'perhaps_sent_twice')
    .map(({ at, process, entry }) => ({ messageSid: entry.sids[0] ?? '', at, by: process })),
  named: world.twilio.switches.interactionsNameMessages,
});
