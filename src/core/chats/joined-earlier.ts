import type { BridgeDeps } from '../deps.ts';
import type { Accepted } from '../model/event.ts';
import { decodeIdentity } from '../model/identity.ts';
import { noteJoinedEarlier } from '../state/agreed.ts';
import { hasBothContainers, type Pair } from '../state/pair.ts';

/**
 * Another agent's accept is linked before the link of this one is finished. Whom that has put into the conversation
 * already is noted as an agent of the chat: else nobody would take him out when he has given it away, and he would seem
 * to have come in by himself.
 * @returns the pair as it is then. @throws TwilioError; repeating is safe.
 */
export const noteWhoJoinedEarlier = async (deps: BridgeDeps, pair: Pair, earlier: Accepted): Promise<Pair> => {
  if (!hasBothContainers(pair)) return pair;
  const { workerIdentity: identity, reservation, task, worker } = earlier;
  const his = decodeIdentity(identity);
  const present = await deps.frontline.members(pair.frontline);
  if (!present.some((one) => one.identity === his)) return pair;
  return (await noteJoinedEarlier(deps, pair, { identity, reservation, task, worker })) ?? pair;
};
