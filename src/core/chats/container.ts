/** What a pair's container is now. */
import { type BridgeDeps, chatSide } from '../deps.ts';
import type { Side } from '../model/event.ts';
import { BEHIND_MS } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Container } from '../ports/chat.ts';
import { noteDisagreement } from '../state/agreed.ts';
import type { LinkedPair } from '../state/pair.ts';

/** Long enough ago to be behind no more: what was missed then, and is now, is not there. */
export const hasLookedBefore = ({ clock }: Pick<BridgeDeps, 'clock'>, { disagreesSince }: LinkedPair): boolean =>
  clock.now() - (disagreesSince ?? Number.POSITIVE_INFINITY) >= BEHIND_MS;

/**
 * A look may be behind by seconds, and finds nothing of a container that has just been made. One that finds nothing has
 * the sweep look again, within a minute; the chat ends when that look finds nothing either.
 * @returns undefined when the container is gone.
 * @throws TwilioError when it is gone, or is not to be seen yet.
 */
export const containerNow = async (deps: BridgeDeps, pair: LinkedPair, side: Side): Promise<Container | undefined> => {
  const found = await chatSide(deps, side).container(pair[side]);
  if (found !== undefined || hasLookedBefore(deps, pair)) return found;
  await noteDisagreement(deps, pair);
  throw new TwilioError('a look found no container', { remedy: 'wait', effect: 'refused', containerGone: true });
};
