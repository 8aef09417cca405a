/**
 * After a chat's end Flex's own webhook must hear that the channel is INACTIVE or gone, or the customer's SMS session
 * stays open. Where no forward of that is known its webhook was lost, and it is composed and goes on in the channel's
 * line, behind all that is due to the customer. A session that still stands after that is ended by REST.
 */
import type { BridgeDeps } from '../deps.ts';
import { composeChannelEnd } from '../forward/compose.ts';
import { encodeEnvelope } from '../jobs/envelope.ts';
import { errorName } from '../model/error-name.ts';
import { jsonObject, textField } from '../model/json.ts';
import { END_BY_REST_MS, END_LOOKS, END_PACE_MS, END_WATCHED_MS } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Container } from '../ports/chat.ts';
import type { DefaultWebhook } from '../ports/default-webhook.ts';
import { type ChannelEnd, channelEndsToLookAt, rescheduleChannelEnd } from '../state/channel-ends.ts';
import { modesNow } from '../state/modes.ts';
import { concernsAll, createTurns, type Turn } from './turns.ts';

export type ChannelEndSweepDeps = Pick<
  BridgeDeps,
  'store' | 'queues' | 'clock' | 'nonce' | 'journal' | 'flex' | 'settings'
> & { readonly defaultWebhook: DefaultWebhook | undefined };

/** Looks at those whose turn has come, until a deadline in milliseconds since 1970; never rejects. */
export const sweepChannelEnds = async (deps: ChannelEndSweepDeps, deadline: number): Promise<void> => {
  const { defaultWebhook } = deps;
  if (defaultWebhook === undefined) return;
  try {
    const turn = createTurns(deps.clock, { deadline, paceMs: END_PACE_MS });
    for (const end of await channelEndsToLookAt(deps, END_LOOKS))
      await lookAt({ ...deps, defaultWebhook }, end, turn).catch((error: unknown) => unlessOfAll(deps, end, error));
  } catch (error) {
    // The next run goes on; what Twilio did not answer, or what this run has no time for, keeps its place.
    if (!(error instanceof TwilioError))
      deps.journal({ step: 'failed', type: 'channel_ends', reason: errorName(error), sids: [] });
  }
};

/** What Twilio answers may be said of this one alone, and holds up no other. @throws what concerns all of them */
const unlessOfAll = async (deps: ChannelEndSweepDeps, end: ChannelEnd, error: unknown): Promise<void> => {
  if (concernsAll(error)) throw error;
  await lookAgain(deps, end);
};

const lookAgain = (deps: ChannelEndSweepDeps, end: ChannelEnd): Promise<void> => {
  const now = deps.clock.now();
  return rescheduleChannelEnd(deps, end, now + Math.max(END_BY_REST_MS / 5, now - end.since));
};

type Deps = ChannelEndSweepDeps & { readonly defaultWebhook: DefaultWebhook };

/** @throws TwilioError, BudgetSpent */
const lookAt = async (deps: Deps, end: ChannelEnd, turn: Turn): Promise<void> => {
  const now = deps.clock.now();
  const again = () => lookAgain(deps, end);
  if (end.hasNoProxy || now - end.since > END_WATCHED_MS) return rescheduleChannelEnd(deps, end, undefined);
  await turn();
  const channel = await deps.flex.container(end.channel);
  const session = sessionOf(end, channel);
  if (session === undefined) return rescheduleChannelEnd(deps, end, undefined);
  // Only its task has ended, or the customer has come back: Flex ends the channel, or does not.
  if (channel !== undefined && textField(channel.attributes, 'status') !== 'INACTIVE') return again();
  if (end.forwardedAt === undefined) {
    if (!end.isComposed) await compose(deps, end, channel);
    return again();
  }
  await turn();
  if ((await deps.defaultWebhook.isSessionOpen(session)) !== true) return rescheduleChannelEnd(deps, end, undefined);
  const { toFlex } = await modesNow(deps);
  if (toFlex === 'on' && now - end.forwardedAt > END_BY_REST_MS) {
    await deps.defaultWebhook.endSession(session);
    deps.journal({ step: 'agreed', type: 'session', reason: 'ended', sids: [session, end.channel] });
  }
  return again();
};

/** Flex names a session by its channel, which is all that is known of a channel that is gone. undefined: a web chat. */
const sessionOf = ({ channel }: ChannelEnd, container: Container | undefined): string | undefined => {
  if (container === undefined) return channel;
  return jsonObject(container.attributes) === undefined ? channel : textField(container.attributes, 'proxySession');
};

/** On the queue before the note: a death between them puts it there again, under the same name. */
const compose = async (deps: Deps, end: ChannelEnd, container: Container | undefined): Promise<void> => {
  const { account, service } = deps.flex;
  const now = deps.clock.now();
  const forward = composeChannelEnd(container, { account, service, channel: end.channel }, end.since, now);
  await deps.queues.send('default-webhook', {
    group: end.channel,
    dedupe: `composed:${end.channel}:${deps.nonce()}`,
    body: encodeEnvelope({ receivedAt: now, work: { kind: 'forward', forward } }),
  });
  deps.journal({ step: 'queued', type: forward.eventType, lane: 'forward', reason: 'composed', sids: [end.channel] });
  await rescheduleChannelEnd(deps, end, now + END_BY_REST_MS / 5, true);
};
