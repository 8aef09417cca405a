/** Pairs of the older app: both their containers name each other already. */

import type { BridgeDeps } from '../deps.ts';
import { textField } from '../model/json.ts';
import { type Outcome, retry, skipped } from '../model/outcome.ts';
import type { ConversationSid } from '../model/sids.ts';
import type { Container, Member } from '../ports/chat.ts';
import type { Pair } from '../state/pair.ts';
import { openPair, writeAlias } from '../state/pair-writes.ts';

/**
 * A pair of the older app: both containers must name each other. Nothing from before is ever compared or copied, so
 * both cursors start at the tails as they are now.
 */
export const adopt = async (
  deps: BridgeDeps,
  begun: Pair,
  channel: Container,
  customer: Member | undefined,
): Promise<Pair | Outcome | undefined> => {
  const named = textField(channel.attributes, 'ConversationSid');
  if (named === undefined || !/^CH[0-9a-f]{32}$/.test(named)) return undefined;
  const conversation = await deps.frontline.container(named);
  if (conversation?.state !== 'open' || textField(conversation.attributes, 'chatChannelSid') !== channel.sid)
    return undefined;
  const [flex, frontline] = await Promise.all([
    deps.flex.listMessages(channel.sid, 'desc'),
    deps.frontline.listMessages(conversation.sid, 'desc'),
  ]);
  const tail = (page: typeof flex) => Math.max(-1, ...page.messages.map((message) => message.index));
  return openWithAlias(deps, begun, conversation.sid, customer, { toFrontline: tail(flex), toFlex: tail(frontline) });
};

export const openWithAlias = async (
  deps: BridgeDeps,
  pair: Pair,
  conversation: ConversationSid,
  customer: Member | undefined,
  cursors?: { readonly toFrontline: number; readonly toFlex: number },
): Promise<Pair | Outcome> => {
  if (!(await writeAlias(deps, 'frontline', conversation, pair))) return skipped('counterpart');
  return (await openPair(deps, pair, conversation, customer?.identity, cursors)) ?? retry(1, 'the pair has moved on');
};
