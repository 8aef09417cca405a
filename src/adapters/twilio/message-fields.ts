/**
 * What a message's fields mean, whoever tells them: a webhook's form, a list, a look at one message, Chat or
 * Conversations. Each has one reader, for a field that reads otherwise from a webhook than from a list changes a copy
 * with the next comparison. Twilio says "there is none" by leaving a field out, by null and by an empty text. These
 * functions never throw.
 */
import type { Media } from '../../core/model/event.ts';
import { isSid } from '../../core/model/sids.ts';
import { parseCount } from './values.ts';

/** Half a character can stand in JSON and in no form: it reads as a form would have it, U+FFFD. */
const nonEmpty = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;

export const bodyIn = (value: unknown): string => nonEmpty(value) ?? '';

/** JSON or not, as Twilio holds it. It leaves attributes out, or says `null`, when there are none. */
export const attributesIn = (value: unknown): string => {
  const text = nonEmpty(value);
  return text === undefined || text === 'null' ? '{}' : text;
};

export type MediaFields = Readonly<Record<'sid' | 'filename' | 'contentType' | 'size', unknown>>;

/** undefined without a SID, for then the file cannot be opened. All else may be missing. */
export const mediumIn = ({ sid, filename, contentType, size }: MediaFields): Media | undefined => {
  if (!isSid('ME', sid)) return undefined;
  const name = nonEmpty(filename);
  return {
    sid,
    ...(name === undefined ? {} : { filename: name }),
    contentType: nonEmpty(contentType) ?? 'application/octet-stream',
    size: parseCount(size) ?? 0,
  };
};
