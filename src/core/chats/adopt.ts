import type { BridgeDeps } from '../deps.ts';
import { textField } from '../model/json.ts';
import type { Outcome } from '../model/outcome.ts';
import { isSid } from '../model/sids.ts';
import type { Container, Member } from '../ports/chat.ts';
import type { Pair } from '../state/pair.ts';
import { openWithAlias } from './open-with-alias.ts';

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
  if (!isSid('CH', named)) return undefined;
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
