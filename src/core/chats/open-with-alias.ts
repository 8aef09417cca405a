import type { BridgeDeps } from '../deps.ts';
import { type Outcome, pairMovedOn, skipped } from '../model/outcome.ts';
import type { Container, Member } from '../ports/chat.ts';
import type { Pair } from '../state/pair.ts';
import { openPair, writeAlias } from '../state/pair-writes.ts';

/** From here on messages cross, and the other container names the pair, too. */
export const openWithAlias = async (
  deps: BridgeDeps,
  pair: Pair,
  conversation: Container['sid'],
  customer: Member | undefined,
  cursors?: { readonly toFrontline: number; readonly toFlex: number },
): Promise<Pair | Outcome> => {
  if (!(await writeAlias(deps, 'frontline', conversation, pair))) return skipped('counterpart');
  return (await openPair(deps, pair, conversation, customer?.identity, cursors)) ?? pairMovedOn();
};
