/**
 * What an intent remembers of the copy it stands for: who wrote its source, when, and a keyed digest of what it says.
 * By these the copy is known again when an app has replaced its stamp, whatever became of its source meanwhile. The
 * text itself is kept nowhere.
 */
import { createHmac } from 'node:crypto';
import type { Lane, Message } from '../model/event.ts';
import type { NewIntent } from '../state/lane/intent.ts';
import type { Intent, Pair } from '../state/pair.ts';
import { authorAcross, textAcross } from './render.ts';
import { claimedStamp } from './stamp.ts';

/** A person's message, as it is about to cross. */
export const intentFor = (key: string, lane: Lane, message: Message, late: boolean): NewIntent => {
  const { sid, index, createdAt, author } = message;
  const text = textAcross(lane, message, late);
  const canonical = asTwilioMayWrite(text);
  return {
    ...{ sid, index, createdAt, author, late, digest: digestOf(key, sid, text) },
    canonical: canonical === text ? undefined : digestOf(key, sid, canonical),
  };
};

/** Twilio may trim a text, and compose its letters (docs/adr/0031): of no more than that it is known again. */
export const asTwilioMayWrite = (text: string): string => text.trim().normalize('NFC');

/** Of what a message says on the other side. */
export const digestAcross = (key: string, lane: Lane, message: Message, late: boolean): string =>
  digestOf(key, message.sid, textAcross(lane, message, late));

/** Under its own word, so that it is no stamp, and under the SID, so that equal texts do not show as equal. */
export const digestOf = (key: string, sid: string, text: string): string =>
  createHmac('sha256', key)
    .update(JSON.stringify(['text', sid, text]))
    .digest('hex')
    .slice(0, 32);

/**
 * Whether a message is what the intent was to write. People cannot choose their author. Besides it, either the text and
 * the time that the bridge set are whole; or the text was edited, and the stamp still names the source.
 */
export const isIntended = (key: string, lane: Lane, copy: Message, intent: Intent, pair: Pair): boolean =>
  copy.index > intent.tail &&
  copy.author === authorAcross(lane, intent.author, pair) &&
  (claimedStamp(copy.attributes)?.s === intent.sid ||
    (second(copy.createdAt) === second(intent.createdAt) && isDigestOf(key, copy.body, intent)));

const isDigestOf = (key: string, body: string, { sid, digest, canonical }: Intent): boolean =>
  digestOf(key, sid, body) === digest || digestOf(key, sid, asTwilioMayWrite(body)) === (canonical ?? digest);

/** Twilio's lists may give whole seconds where its webhooks give milliseconds. */
export const second = (iso: string): number => Math.floor(Date.parse(iso) / 1000);
