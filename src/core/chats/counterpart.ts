/** The other side's container: adopted from the older app, or created under a name that no retry can give twice. */

import type { BridgeDeps } from '../deps.ts';
import type { Accepted } from '../model/event.ts';
import { textField } from '../model/json.ts';
import { type Outcome, pairMovedOn, retry } from '../model/outcome.ts';
import { REST_MS } from '../model/times.ts';
import type { Container, Member } from '../ports/chat.ts';
import type { Pair } from '../state/pair.ts';
import { nextGeneration } from '../state/pair-writes.ts';
import { adopt } from './adopt.ts';
import { openWithAlias } from './open-with-alias.ts';
import { parkLink } from './park-link.ts';
import { customerName } from './participants.ts';
import { counterpartName } from './unique-name.ts';

/** @returns the pair, open, with its counterpart; or why that could not be. */
export const createCounterpart = async (
  deps: BridgeDeps,
  begun: Pair,
  event: Accepted,
  channel: Container,
  customer: Member | undefined,
): Promise<Pair | Outcome> => {
  const adopted = await adopt(deps, begun, channel, customer);
  if (adopted !== undefined) return adopted;
  for (let pair = begun; ; ) {
    const uniqueName = counterpartName('flex', channel.sid, pair.generation);
    const created = await deps.frontline.createConversation({
      uniqueName,
      friendlyName: customerName(event, channel),
      attributes: birthAttributes(deps, event),
    });
    const conversation = created === 'taken' ? await deps.frontline.container(uniqueName) : created;
    if (conversation === undefined) return retry(1, 'counterpart_not_visible');
    if (!isOfDeployment(deps, conversation)) return parkLink(deps, event, 'other_deployment');
    if (isOfForgottenPair(pair, conversation)) await deps.frontline.close(conversation.sid);
    else if (conversation.state === 'open') return openWithAlias(deps, pair, conversation.sid, customer);
    const next = await nextGeneration(deps, pair);
    if (next === undefined || next.state !== 'linking') return pairMovedOn();
    pair = next;
  }
};

/**
 * The channel had a pair that was at rest and is forgotten (sweep-lists.ts), and with it what has crossed. The chat
 * goes on in a conversation of its own, or all of its history would stand in this one twice.
 */
const isOfForgottenPair = ({ begunAt }: Pair, { state, createdAt }: Container): boolean =>
  state === 'open' && createdAt !== undefined && createdAt < begunAt - REST_MS;

/** What this deployment has made, a conversation or an agent's membership, bears its name; another's is left to it. */
export const isOfDeployment = (
  { settings }: Pick<BridgeDeps, 'settings'>,
  { attributes }: Pick<Container, 'attributes'>,
): boolean => textField(attributes, 'bridgeDeployment') === settings.deployment;

/**
 * Written when the conversation is created and never again: by these the agent's app, and an operator, find the
 * channel.
 */
const birthAttributes = (deps: BridgeDeps, event: Accepted): string =>
  JSON.stringify({
    chatChannelSid: event.container,
    chatInstanceSid: deps.flex.service,
    WorkspaceSid: event.workspace,
    TaskSid: event.task,
    bridgeDeployment: deps.settings.deployment,
  });
