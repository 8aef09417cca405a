/**
 * Before a customer's phone was taken out of the conversation in which an agent began the chat, Conversations itself
 * carried messages to it: their copies are silent, or he would get them twice.
 */
import type { BridgeDeps } from '../deps.ts';
import type { Lane, Message } from '../model/event.ts';
import type { LinkedPair } from '../state/pair.ts';
import type { StampKind } from './stamp.ts';

/** Asks Twilio only of what was said before that. @throws TwilioError */
export const kindOfCopy = async (
  deps: BridgeDeps,
  { frontline, carriedBefore }: LinkedPair,
  lane: Lane,
  { sid, createdAt }: Pick<Message, 'sid' | 'createdAt'>,
): Promise<StampKind> => {
  if (lane !== 'toFlex' || carriedBefore === undefined || Date.parse(createdAt) >= carriedBefore) return 'copy';
  return (await deps.frontline.wasCarried(frontline, sid)) === true ? 'silent' : 'copy';
};
