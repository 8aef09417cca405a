/**
 * Whether a copy says what its source says. Word for word as a rule; but should Twilio itself write a text otherwise
 * than it was given (trimmed, or composed), then that is what the copy says, and writing it again would change nothing.
 */
import type { BridgeSettings } from '../deps.ts';
import type { Lane, Message } from '../model/event.ts';
import type { CopiedRow } from '../state/ledger.ts';
import type { Stamps, Writer } from './find.ts';
import { digestOf } from './fingerprint.ts';
import { textAcross } from './render.ts';
import { stampForText } from './stamp.ts';

/** The stamp is the one that was made for this text, and nobody has ever edited the message. */
export const isAsTwilioWroteIt = (stamps: Stamps, writer: Writer, copy: Message, sid: string, text: string): boolean =>
  copy.neverEdited === true && isStampedFor(stamps, writer, copy, sid, text);

export const isStampedFor = (stamps: Stamps, writer: Writer, copy: Message, sid: string, text: string): boolean => {
  const { author, attributes } = copy;
  const stamp = stampForText(
    stamps.stampKey,
    { lane: writer.lane, container: writer.into, author, body: text },
    attributes,
  );
  return stamp?.d === stamps.deployment && stamp.s === sid;
};

/** By the text, or by what the row remembers of Twilio's answer when the copy was last rewritten. */
export const readsAs = (
  { stampKey }: Pick<BridgeSettings, 'stampKey'>,
  lane: Lane,
  row: CopiedRow,
  copy: Message,
  original: Message,
): boolean => {
  const text = textAcross(lane, original, row.late);
  if (copy.body === text) return true;
  const digest = (body: string) => digestOf(stampKey, original.sid, body);
  return row.written !== undefined && row.said === digest(text) && row.written === digest(copy.body);
};
