/** Reads what an agent has written in his System conversation: its newest page, whatever webhooks told or did not. */
import type { BridgeDeps } from '../deps.ts';
import { mayOutlast, type Run } from '../jobs/run.ts';
import type { Message } from '../model/event.ts';
import { leaseLost, lookAgain, type Outcome, retry } from '../model/outcome.ts';
import { LOOKS } from '../model/times.ts';
import { dealtWith, inConversation, loadOffers, type Offers, saveOffers, takeAnswer } from '../state/offers.ts';
import { loadSystem, type SystemConversation } from '../state/system-conversation.ts';
import { readSystemNotice } from '../state/system-notices.ts';
import { decideAnswer, type Reply } from './decide-answer.ts';
import { named, noteUntold, type OfferSession, tell } from './offer-session.ts';
import { askText, helpText, overText } from './offer-text.ts';
import { noteTold } from './settle-offers.ts';

/**
 * @param heard the index of a message that a webhook told of
 * @returns how it ends when it cannot go on. @throws TwilioError; repeating is safe.
 */
export const readAnswers = async (
  deps: BridgeDeps,
  session: OfferSession,
  run: Run,
  heard?: number,
): Promise<Outcome | undefined> => {
  const { open: place } = await loadSystem(deps, session.worker);
  if (place === undefined) return undefined;
  const stopped = await noteTold(deps, session.worker);
  if (stopped !== undefined) return stopped;
  const { messages } = await deps.frontline.listMessages(place.conversation, 'desc');
  const isListed = heard === undefined || messages.some(({ index }) => index >= heard);
  for (const message of unanswered(await loadOffers(deps, session.worker), place, messages, heard)) {
    if (mayOutlast(deps, run.deadline)) return retry(1, 'no_time_left', true);
    const stopped = await answer(deps, session, place, message, run);
    if (stopped !== undefined) return stopped;
  }
  return isListed || run.attempts > LOOKS ? undefined : lookAgain();
};

/** The agent's own, oldest first. Before anything was told there is only what a webhook told of. */
const unanswered = (
  known: Offers,
  { conversation, identity }: SystemConversation,
  messages: readonly Message[],
  heard: number | undefined,
): readonly Message[] => {
  const { readUpTo, answered } = inConversation(known, conversation);
  const after = readUpTo ?? (heard === undefined ? Number.POSITIVE_INFINITY : heard - 1);
  return messages
    .filter(({ author, index }) => author === identity && index > after && !answered.includes(index))
    .toSorted((a, b) => a.index - b.index);
};

const answer = async (
  deps: BridgeDeps,
  session: OfferSession,
  { conversation }: SystemConversation,
  message: Message,
  run: Run,
): Promise<Outcome | undefined> => {
  const { worker } = session;
  const { index } = message;
  const known = inConversation(await loadOffers(deps, worker), conversation);
  const key = `reply-${message.sid}`;
  // A run that died may have replied: what it understood stands.
  const isReplied = (await readSystemNotice(deps, { worker, key })) !== undefined;
  const reply = decideAnswer(known.offers, { index, body: message.body, at: Date.parse(message.createdAt) });
  if (reply.is === 'take' && !isReplied) {
    const taken = takeAnswer(known, reply.offer, reply.does, index);
    return (await saveOffers(deps, worker, taken)) === undefined ? leaseLost() : undefined;
  }
  const text = await textOf(session, known, reply);
  const told = await tell(deps, session, { key, text }, run);
  if ('end' in told && (told.end === 'retry' || told.end === 'deferred')) return told;
  if ('end' in told) noteUntold(deps, session, told);
  const after = { ...dealtWith(known, index), readUpTo: known.readUpTo ?? index - 1 };
  return (await saveOffers(deps, worker, after)) === undefined ? leaseLost() : undefined;
};

const textOf = async (session: OfferSession, { offers }: Offers, reply: Reply): Promise<string> => {
  if (reply.is === 'over') {
    const [meant] = await named(session, [reply.offer]);
    if (meant !== undefined) return overText(meant);
  }
  const open = await named(
    session,
    offers.filter(({ stage }) => stage === 'open'),
  );
  return reply.is === 'help' ? helpText(open) : askText(open);
};
