/**
 * Notices: what the agent is told, where no customer reads, of a message that did not reach its other side. A notice
 * is a message of its own on the lane to Frontline, with intent and row like any other.
 */

import type { BridgeDeps } from '../deps.ts';
import { encodeEnvelope, type Undelivered } from '../jobs/envelope.ts';
import type { Parked } from '../model/outcome.ts';
import type { ChannelSid, SourceSid } from '../model/sids.ts';
import type { Queues } from '../ports/queues.ts';
import type { PairId } from '../state/items.ts';
import { minute } from './render.ts';

const prefix = 'notice#' as const;

/** In the place of an edit's name: the message is gone at its source. */
export const GONE = 'gone';

/**
 * Under which source SID a notice stands in intents, rows and stamps, on its queue and in the backlog. It names what
 * the notice says, for two things may be true of one message: a text that is missing in Frontline and went to no phone.
 * A notice that says the same again is the same one.
 */
export const noticeSid = ({
  sid,
  way,
  reason,
  edit,
}: Pick<Undelivered, 'sid' | 'way' | 'reason' | 'edit'>): SourceSid => {
  if (way === 'forward') return `${prefix}sms#${sid}`;
  if (edit === undefined) return `${prefix}${sid}`;
  return `${prefix}${reason === 'altered' ? 'altered' : 'edit'}#${edit}#${sid}`;
};
export const isNotice = (sid: SourceSid): sid is `notice#${string}` => sid.startsWith(prefix);

export const NOTICE_AUTHOR = 'Bridge';
const MARK = '[Bridge] ';

/** Whether a message in the conversation reads as a notice. */
export const isNoticeText = ({ author, body }: { readonly author: string; readonly body: string }): boolean =>
  author === NOTICE_AUTHOR && body.startsWith(MARK);

/** Why it did not cross, in an agent's words. */
const WHY: Readonly<Record<string, string>> = {
  refused: 'Twilio refused it',
  gave_up: 'Twilio did not take it for an hour',
  altered: 'its copy is changed again and again',
  forward_refused: "Flex's SMS webhook refused it",
  forward_pointless: 'it is too late to send it',
} satisfies Partial<Record<Parked, string>>;

/** Says what is missing where, and why. A message is named by its time; what was said is not repeated. */
export const noticeText = ({ way, reason, code, createdAt, edit }: Undelivered): string => {
  const why = `${WHY[reason] ?? reason}${code === undefined ? '' : `, error ${code}`}`;
  const written = createdAt === undefined ? '' : `, written ${minute(createdAt)} UTC,`;
  if (edit === GONE)
    return way === 'toFlex'
      ? `${MARK}A message of yours that was deleted is still shown in Flex (${why}).`
      : `${MARK}A message that was deleted is still shown here (${why}).`;
  if (reason === 'altered')
    return way === 'toFlex'
      ? `${MARK}A message of yours${written} says something else in Flex, whatever the bridge does (${why}).`
      : `${MARK}A message from Flex${written} says something else here (${why}). Please read it in Flex.`;
  const what = edit === undefined ? 'A message' : 'An edit of a message';
  switch (way) {
    case 'toFrontline':
      return `${MARK}${what} from Flex${written} is missing here (${why}). Please read it in Flex.`;
    case 'toFlex':
      return `${MARK}${what} of yours${written} was not delivered to Flex (${why}).`;
    case 'stray':
      return `${MARK}What the customer wrote in another conversation${written} is missing here and in Flex (${why}).`;
    case 'forward':
      return `${MARK}${what}${written} may not have reached the customer by SMS (${why}).`;
    default:
      return way satisfies never;
  }
};

/** Puts the notice on the queue of the lane to Frontline. */
export const sendNotice = (
  deps: { readonly queues: Pick<Queues, 'send'>; readonly clock: BridgeDeps['clock'] },
  channel: ChannelSid,
  pair: PairId,
  about: Undelivered,
): Promise<void> =>
  deps.queues.send('flex-events', {
    group: channel,
    dedupe: noticeSid(about),
    body: encodeEnvelope({ receivedAt: deps.clock.now(), work: { kind: 'notice', pair, about } }),
  });
