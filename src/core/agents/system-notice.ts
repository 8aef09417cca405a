/** Tells an agent something in his System conversation, once: intent, call, row, as with every message. */

import { stampedFor } from '../copies/deliver.ts';
import { stampOn } from '../copies/find.ts';
import { asTwilioMayWrite, digestOf } from '../copies/fingerprint.ts';
import { NOTICE_AUTHOR } from '../copies/notice-text.ts';
import type { BridgeDeps } from '../deps.ts';
import { mayOutlast, type Run } from '../jobs/run.ts';
import type { Message } from '../model/event.ts';
import { leaseLost, type Outcome, outcomeUnknown, retry, retryTwilio, settling } from '../model/outcome.ts';
import type { ConversationSid, SourceSid, WorkerSid } from '../model/sids.ts';
import { LISTED_TIME_MS, LOOKS } from '../model/times.ts';
import { settleMsAfter, TwilioError } from '../model/twilio-error.ts';
import {
  endNoticeCall,
  intendSystemNotice,
  type NoticeIntent,
  readSystemNotice,
  recordSystemNotice,
  type SystemNotice,
} from '../state/system-notices.ts';
import { leavePlace, type SystemPlace, systemPlace } from './system-conversation.ts';

/** It stands there. */
export type SystemTold = { readonly told: true; readonly conversation: ConversationSid; readonly index: number };

export type SystemText = {
  /** Names what is told, for ever: at most 100 letters, digits, `_`, `-`. Of the same key there is no second one. */
  readonly key: string;
  /** May name people: it is stored nowhere but at Twilio. */
  readonly text: string;
  /** The worker's identity as Flex spells it, where it is known: saves a read. */
  readonly flexIdentity?: string | undefined;
};

const sourceOf = (key: string): SourceSid => `notice#system#${key}`;

/** A search for one whose call had no answer ends after so many pages of newer messages. */
const PAGES = 5;

/** @returns how it ends when it does not stand there yet. @throws TwilioError; repeating is safe. */
export const writeSystemNotice = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  notice: SystemText,
  run: Pick<Run, 'attempts' | 'deadline'>,
): Promise<SystemTold | Outcome> => {
  const { key } = notice;
  const known = await readSystemNotice(deps, { worker, key });
  const found = await findNoted(deps, worker, key, known);
  if (found !== undefined) return found;
  const place = await systemPlace(deps, worker, notice.flexIdentity);
  if ('end' in place) return place;
  const intent = known?.is === 'intended' ? known : undefined;
  return send(deps, worker, { ...notice, text: asTwilioMayWrite(notice.text) }, { known: intent, place, run });
};

/**
 * Whether it was told: by what is noted, and by a look where a call for it had no answer.
 * @returns how it ends while nobody can say; undefined when it does not stand there. @throws TwilioError
 */
export const findSystemNotice = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  key: string,
): Promise<SystemTold | Outcome | undefined> =>
  findNoted(deps, worker, key, await readSystemNotice(deps, { worker, key }));

const findNoted = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  key: string,
  known: SystemNotice | undefined,
): Promise<SystemTold | Outcome | undefined> => {
  if (known === undefined) return undefined;
  if (known.is === 'intended') return lookFor(deps, worker, key, known);
  return { told: true, conversation: known.conversation, index: known.index };
};

/** Whether it may be on its way or stand there, though its call had no answer. @returns undefined when it does not */
const lookFor = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  key: string,
  known: NoticeIntent,
): Promise<SystemTold | Outcome | undefined> => {
  const now = deps.clock.now();
  const { notAfter, settlesAt, conversation } = known;
  if (settlesAt === 0) return undefined;
  if (now < notAfter) return settling(known, now);
  const isSettled = now >= settlesAt;
  const found = await find(deps, key, known, isSettled);
  if (found !== undefined) {
    const { sid: message, index } = found;
    return { told: true, ...(await recordSystemNotice(deps, { worker, key }, { conversation, message, index })) };
  }
  return isSettled ? undefined : settling(known, now);
};

/** By its stamp; or, when an app has replaced that, by its text and time, once it is settled that it must be seen. */
const find = async (
  deps: BridgeDeps,
  key: string,
  known: NoticeIntent,
  isSettled: boolean,
): Promise<Message | undefined> => {
  let unproven: Message | undefined;
  let from: string | undefined;
  for (let pages = 0; pages < PAGES; pages += 1) {
    const { messages, next } = await deps.frontline.listMessages(known.conversation, 'desc', from);
    const writer = writerInto(known.conversation);
    const proven = messages.find((message) => stampOn(deps.settings, writer, message)?.s === sourceOf(key));
    if (proven !== undefined) return proven;
    unproven ??= messages.find((message) => isAsIntended(deps, key, known, message));
    const isOlder = ({ createdAt }: Message): boolean => Date.parse(createdAt) + LISTED_TIME_MS < known.createdAt;
    if (next === undefined || (messages.length > 0 && messages.every(isOlder))) break;
    from = next;
  }
  return isSettled ? unproven : undefined;
};

/** Who writes there, for the stamp: the lane to Frontline. */
const writerInto = (into: ConversationSid) => ({ lane: 'toFrontline', into }) as const;

const isAsIntended = (
  { settings }: BridgeDeps,
  key: string,
  { createdAt, digest }: NoticeIntent,
  message: Message,
): boolean =>
  message.author === NOTICE_AUTHOR &&
  Math.abs(Date.parse(message.createdAt) - createdAt) <= LISTED_TIME_MS &&
  digestOf(settings.stampKey, sourceOf(key), message.body) === digest;

type Sending = {
  readonly known: NoticeIntent | undefined;
  readonly place: SystemPlace;
  readonly run: Pick<Run, 'attempts' | 'deadline'>;
};

const send = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  { key, text: body }: SystemText,
  { known, place, run }: Sending,
): Promise<SystemTold | Outcome> => {
  const { conversation } = place;
  const of = { worker, key };
  const digest = digestOf(deps.settings.stampKey, sourceOf(key), body);
  const mine = await intendSystemNotice(deps, of, known, { conversation, digest });
  if (mine === undefined) return leaseLost();
  if (mayOutlast(deps, Math.min(mine.notAfter, run.deadline))) {
    await endNoticeCall(deps, of, mine, 0);
    return retry(1, 'lease_too_short');
  }
  const rendered = { author: NOTICE_AUTHOR, body };
  const draft = {
    ...rendered,
    createdAt: new Date(mine.createdAt).toISOString(),
    attributes: stampedFor(deps, writerInto(conversation), rendered, sourceOf(key), 'notice'),
    notifyWebhooks: false,
  };
  try {
    const sent = await deps.frontline.send(conversation, draft);
    const message = sent.sid;
    const stands = await recordSystemNotice(deps, of, { conversation, message, index: sent.index });
    // Another run's stands there already.
    if (stands.message !== message) await deps.frontline.erase(conversation, message);
    return { told: true, conversation: stands.conversation, index: stands.index };
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    return notSent(deps, of, mine, place, error, run);
  }
};

const notSent = async (
  deps: BridgeDeps,
  of: { readonly worker: WorkerSid; readonly key: string },
  mine: NoticeIntent,
  place: SystemPlace,
  error: TwilioError,
  { attempts }: Pick<Run, 'attempts'>,
): Promise<Outcome> => {
  if (error.effect === 'unknown') {
    await endNoticeCall(deps, of, mine, deps.clock.now() + settleMsAfter(error, deps.settings));
    return outcomeUnknown();
  }
  await endNoticeCall(deps, of, mine, 0);
  if (error.remedy === 'park') return { end: 'parked', reason: 'refused', code: error.code };
  if (error.remedy !== 'wait') return retryTwilio(error, attempts);
  const now = await deps.frontline.container(place.conversation);
  // A look at one that was just made may be behind.
  if (now?.state === 'closed' || (now === undefined && attempts > LOOKS)) await leavePlace(deps, of.worker, place);
  return retry(1, 'container_gone');
};
