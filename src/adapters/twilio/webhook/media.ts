import type { Media } from '../../../core/model/event.ts';
import { isSid } from '../../../core/model/sids.ts';
import { parseCount, parseJson } from '../values.ts';
import type { Form } from './form.ts';
import { optionalParameter } from './parameters.ts';

/** `flaw`: an entry could not be read as a file. It is left out; its message still crosses. */
export type MediaRead = { readonly media: readonly Media[]; readonly flaw?: 'media_unreadable' };

/** undefined without a SID, for then the file cannot be opened. All else may be missing. */
const medium = (about: Readonly<Record<'sid' | 'filename' | 'contentType' | 'size', unknown>>): Media | undefined => {
  if (!isSid('ME', about.sid)) return undefined;
  const named = typeof about.filename === 'string' && about.filename !== '';
  return {
    sid: about.sid,
    ...(named ? { filename: about.filename as string } : {}),
    contentType: typeof about.contentType === 'string' ? about.contentType : 'application/octet-stream',
    size: parseCount(about.size) ?? 0,
  };
};

const read = (entries: readonly (Media | undefined)[]): MediaRead => {
  const media = entries.filter((entry) => entry !== undefined);
  return media.length === entries.length ? { media } : { media, flaw: 'media_unreadable' };
};

/** Programmable Chat: one file, in parameters of its own. */
export const chatMedia = (form: Form): MediaRead =>
  read([
    medium({
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
      return medium({ sid: Sid, filename: Filename, contentType: ContentType, size: Size });
    }),
  );
};
