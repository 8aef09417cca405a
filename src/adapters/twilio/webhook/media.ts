import type { Media } from '../../../core/model/event.ts';
import { mediumIn } from '../message-fields.ts';
import { parseJson } from '../values.ts';
import type { Form } from './form.ts';
import { optionalParameter } from './parameters.ts';

/** `flaw`: an entry could not be read as a file. It is left out; its message still crosses. */
export type MediaRead = { readonly media: readonly Media[]; readonly flaw?: 'media_unreadable' };

const read = (entries: readonly (Media | undefined)[]): MediaRead => {
  const media = entries.filter((entry) => entry !== undefined);
  return media.length === entries.length ? { media } : { media, flaw: 'media_unreadable' };
};

/** Programmable Chat: one file, in parameters of its own. */
export const chatMedia = (form: Form): MediaRead =>
  read([
    mediumIn({
      sid: optionalParameter(form, 'MediaSid'),
      filename: optionalParameter(form, 'MediaFilename'),
      contentType: optionalParameter(form, 'MediaContentType'),
      size: optionalParameter(form, 'MediaSize'),
    }),
  ]);

/** Conversations: a JSON array of `{Sid, Filename, ContentType, Size}`; Filename may be null. */
export const conversationMedia = (form: Form): MediaRead => {
  const text = optionalParameter(form, 'Media');
  if (text === undefined || text === '' || text === 'null') return { media: [] };
  const entries = parseJson(text);
  if (!Array.isArray(entries)) return { media: [], flaw: 'media_unreadable' };
  return read(
    entries.map((entry: unknown) => {
      const { Sid, Filename, ContentType, Size } = (entry ?? {}) as Record<string, unknown>;
      return mediumIn({ sid: Sid, filename: Filename, contentType: ContentType, size: Size });
    }),
  );
};
