/** One message of a stray conversation into the chat's own, once: intent, call, row, as with every copy. */
import { intentFor, second } from '../copies/fingerprint.ts';
import { sendNotice } from '../copies/notice-text.ts';
import { type Rendered, textAcross } from '../copies/render.ts';
import { stampedAttributes } from '../copies/stamp.ts';
import type { BridgeDeps } from '../deps.ts';
import { mayOutlast, type Run } from '../jobs/run.ts';
import { sendJobOn } from '../jobs/send.ts';
import type { Message } from '../model/event.ts';
import { nameOfPhone } from '../model/identity.ts';
import { deferred, leaseLost, type Outcome, outcomeUnknown, retry, retryTwilio } from '../model/outcome.ts';
import { settleMsAfter, TwilioError } from '../model/twilio-error.ts';
import { writeSkipped } from '../state/ledger.ts';
import type { LinkedPair } from '../state/pair.ts';
import { intendStray, lapseStray, moveStrayOn, type Stray } from '../state/strays.ts';
import { rowOfJoined, writeJoined } from './joined.ts';

/** A chat that has its customer. */
export type ChatOfStray = LinkedPair & { readonly customer: string };

export type JoinScene = {
  readonly pair: ChatOfStray;
  /** When the youngest message that has joined the chat was written, in seconds since 1970; 0: none is listed. */
  readonly joinedUpTo: number;
  /** The largest index of the chat's conversation that was seen before. */
  readonly tail: number;
  readonly run: Run;
};

/** As the customer, whichever number he has written to. @param late one that was written after it has joined before */
export const asJoined = (
  { settings }: Pick<BridgeDeps, 'settings'>,
  { frontline, customer }: ChatOfStray,
  message: Message,
  late: boolean,
): Rendered & { readonly attributes: string } => {
  const rendered = { author: customer, body: textAcross('toFlex', message, late) };
  const at = { lane: 'stray', container: frontline, ...rendered } as const;
  const { stampKey, deployment } = settings;
  return { ...rendered, attributes: stampedAttributes(stampKey, deployment, at, message.sid, 'copy') };
};

/** He has made the conversation, and writes there by his number. */
export const isByCustomer = (
  { settings }: Pick<BridgeDeps, 'settings'>,
  { called }: Pick<Stray, 'called'>,
  { author }: Pick<Message, 'author'>,
): boolean => nameOfPhone(settings.stampKey, author) === called;

/** @returns the stray as it stands then; or how the run ends. */
export const joinMessage = async (
  deps: BridgeDeps,
  stray: Stray,
  message: Message,
  scene: JoinScene,
): Promise<Stray | Outcome> => {
  const { pair, joinedUpTo, tail, run } = scene;
  const { index, createdAt } = message;
  const late = index < stray.upTo || second(createdAt) < joinedUpTo;
  const { author, body, attributes } = asJoined(deps, pair, message, late);
  if (body === '') {
    await writeSkipped(deps, rowOfJoined(stray, message.sid), 'empty');
    return (await moveStrayOn(deps, stray, index)) ?? leaseLost();
  }
  if (mayOutlast(deps, run.deadline)) return retry(0, 'no_time_left', true);
  const of = intentFor(deps.settings.stampKey, 'toFlex', message, late);
  const intended = await intendStray(deps, stray, { ...of, author, tail, into: pair.frontline });
  if (intended?.intent === undefined) return leaseLost();
  if (mayOutlast(deps, intended.intent.notAfter))
    return (await moveStrayOn(deps, intended)) ? retry(1, 'lease_too_short') : leaseLost();
  try {
    // Its webhook brings it to Flex, as if it had been written there.
    const draft = { author, body, createdAt, attributes, notifyWebhooks: true };
    const sent = await deps.frontline.send(pair.frontline, draft);
    const row = await writeJoined(deps, intended, of, sent);
    if (row?.state === 'copied' && row.copy !== sent.sid) await eraseJoined(deps, pair, sent.sid);
    deps.journal({ step: 'replicated', type: 'stray', lane: 'toFlex', sids: [message.sid, sent.sid] });
    return (await moveStrayOn(deps, intended, index)) ?? leaseLost();
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    return notJoined(deps, intended, message, error, scene);
  }
};

/** Of a message that joined twice, one goes again, and from Flex with it. */
export const eraseJoined = async (deps: BridgeDeps, pair: LinkedPair, copy: Message['sid']): Promise<void> => {
  await deps.frontline.erase(pair.frontline, copy);
  deps.journal({ step: 'undone', type: 'duplicate', lane: 'toFlex', sids: [copy] });
  await compareToFlex(deps, pair);
};

/** No webhook tells of what the bridge changes in the chat's conversation. */
export const compareToFlex = (deps: BridgeDeps, pair: LinkedPair): Promise<boolean> =>
  sendJobOn(deps, pair, 'toFlex', { kind: 'reconcile', pair: pair.id, lane: 'toFlex', because: 'differs' });

/** Twilio did not say yes. */
const notJoined = async (
  deps: BridgeDeps,
  stray: Stray,
  { sid, index, createdAt }: Message,
  error: TwilioError,
  { pair, run }: JoinScene,
): Promise<Stray | Outcome> => {
  if (error.effect === 'unknown')
    return (await lapseStray(deps, stray, settleMsAfter(error, deps.settings))) ? outcomeUnknown() : leaseLost();
  if (error.remedy === 'park') {
    const { code } = error;
    // Its agent is told where it is missing; a second notice of the same message is the same one.
    await sendNotice(deps, pair.flex, pair.id, { sid, way: 'stray', reason: 'refused', code, createdAt });
    await writeSkipped(deps, rowOfJoined(stray, sid), 'parked');
    deps.journal({ step: 'parked', type: 'stray', lane: 'toFlex', reason: 'refused', code, sids: [sid] });
    return (await moveStrayOn(deps, stray, index)) ?? leaseLost();
  }
  if ((await moveStrayOn(deps, stray)) === undefined) return leaseLost();
  // The chat ends, or goes on in its next conversation: the sweep comes back to it.
  return error.remedy === 'wait' ? deferred('container_gone') : retryTwilio(error, run.attempts);
};
