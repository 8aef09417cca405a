/** The channel of a chat that an agent begins: the one in which its customer is already, or a new one. */

import { customerAmong } from '../chats/participants.ts';
import type { BridgeDeps } from '../deps.ts';
import { mayOutlast } from '../jobs/run.ts';
import { textField } from '../model/json.ts';
import { type Outcome, retry } from '../model/outcome.ts';
import { type ChannelSid, type FlowSid, isSid, type SessionSid } from '../model/sids.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Outbound } from '../ports/outbound.ts';
import { FLOW_LEASE, NONCE } from '../state/items.ts';
import { beginStartedPair } from '../state/started-pair.ts';
import { forgetIntent, type Made, type Start } from '../state/starts.ts';
import { channelName } from './find-made.ts';
import {
  customersName,
  gaveUp,
  noted,
  phoneOf,
  type StartDeps,
  type StartStep,
  willMake,
  withoutPhone,
} from './made-so-far.ts';

/** Under a name that no retry can give twice. */
export const reachChannel: StartStep = async (deps, start, scene) => {
  if (start.channel !== undefined) return start;
  const { outbound } = scene;
  const phone = phoneOf(start, scene)?.address;
  if (start.phone !== undefined && phone === undefined) return withoutPhone(deps, scene);
  if (outbound === undefined || (start.messenger !== 'chat' && outbound.number(start.messenger) === undefined))
    return gaveUp('no_sender');
  const found = phone === undefined ? undefined : await adopt(deps, outbound, phone, start.workerIdentity);
  if (found !== undefined) return noted(deps, start, found);
  const flow = await flowOf(deps, outbound);
  if (typeof flow !== 'string') return flow;
  const uniqueName = channelName(start.conversation);
  const name = customersName(start, scene);
  return make(deps, start, async () => {
    const created = await outbound.createChannel({ flow, uniqueName, identity: start.customer, name, target: phone });
    return created === 'taken' ? (await deps.flex.container(uniqueName))?.sid : created;
  });
};

const make = async (
  deps: StartDeps,
  start: Start,
  create: () => Promise<ChannelSid | undefined>,
): Promise<Start | Outcome> => {
  const intended = await willMake(deps, start, 'channelSettlesAt');
  if ('end' in intended) return intended;
  try {
    const channel = await create();
    return channel === undefined ? retry(1, 'counterpart_not_visible') : noted(deps, intended, { channel, made: 1 });
  } catch (error) {
    // Of an earlier call that had no answer it says nothing.
    const isFirst = start.channelSettlesAt === undefined;
    if (isFirst && error instanceof TwilioError && error.effect !== 'unknown')
      await forgetIntent(deps, intended, 'channelSettlesAt');
    throw error;
  }
};

/** The chat that the phone is in: Proxy would refuse a second session of it. */
const adopt = async (deps: StartDeps, outbound: Outbound, phone: string, agent: string): Promise<Made | undefined> => {
  for (const channel of await deps.tasks.channelsWith(phone)) {
    const attributes = (await deps.flex.container(channel))?.attributes ?? '';
    const session = textField(attributes, 'proxySession');
    if (!isSid('KC', session) || (await outbound.isOpen(session as SessionSid)) !== true) continue;
    const customer = customerAmong(await deps.flex.members(channel), agent)?.identity;
    if (customer !== undefined) return { channel, session: session as SessionSid, customer };
  }
  return undefined;
};

/** By its name; made at the first use. Of several runs one makes it, the others wait for it. */
const flowOf = async (deps: BridgeDeps, outbound: Outbound): Promise<FlowSid | Outcome> => {
  const stands = await outbound.flow();
  if (stands !== undefined) return stands;
  const now = deps.clock.now();
  const notAfter = now + deps.settings.leaseMs;
  const lease = await deps.store.write(FLOW_LEASE, {
    when: [['any', [['lacks', 'until']], [['<=', 'until', now]]]],
    // An answer that is lost tells nothing: it is listed by then, or not there.
    set: { until: notAfter + deps.settings.settleMs },
    nonce: [NONCE, deps.nonce()],
  });
  if (!lease.ok) return retry(2, 'flow_being_made');
  // Between the first look and here this run may have slept, and another one have made it.
  const madeMeanwhile = await outbound.flow();
  if (madeMeanwhile !== undefined) return madeMeanwhile;
  return mayOutlast(deps, notAfter) ? retry(2, 'flow_being_made') : outbound.createFlow();
};

/** From here on no accept links the channel by itself: it has its conversation. */
export const beginPairOfIt: StartStep = async (deps, start) => {
  const pair = await beginStartedPair(deps, channelMade(start), start.conversation);
  return pair?.startedIn === start.conversation ? start : gaveUp('chat_open');
};

/** Steps come in an order: this one is behind the step that makes the channel. */
export const channelMade = ({ channel }: Made): ChannelSid => {
  if (channel === undefined) throw new Error('no channel yet');
  return channel;
};
