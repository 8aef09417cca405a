/** What Programmable Chat and Conversations have in common, in the words of either. */

import type { Media, Message, Side } from '../../../core/model/event.ts';
import { textField } from '../../../core/model/json.ts';
import type { ContainerSid, ServiceSid } from '../../../core/model/sids.ts';
import { MEMBER_PAGES, TIMER_SLACK_MS, TWILIO_PAGE } from '../../../core/model/times.ts';
import { TwilioError } from '../../../core/model/twilio-error.ts';
import type { ChatSide, Container, Draft, Page, StandingMember } from '../../../core/ports/chat.ts';
import type { Rest } from '../http/client.ts';
import { memberExists, noMember, saysGone } from '../http/errors.ts';
import {
  asPayload,
  list,
  optionalText,
  type Payload,
  requiredText,
  sid,
  Unreadable,
  wholeNumber,
} from '../http/payload.ts';
import { attributesIn, bodyIn, mediumIn } from '../message-fields.ts';

export type ChatApi = {
  readonly side: Side;
  /** The chat service, IS… */
  readonly serviceSid: ServiceSid;
  readonly version: 'v1' | 'v2';
  readonly containers: 'Channels' | 'Conversations';
  readonly members: 'Members' | 'Participants';
  /** Of messages: parameter and field. */
  readonly author: readonly ['From', 'from'] | readonly ['Author', 'author'];
  readonly media: (message: Payload) => readonly Payload[];
  /** Whether Twilio says of a message that it was never edited. */
  readonly neverEdited: (message: Payload) => boolean;
  readonly state: (container: Payload) => Container['state'];
};

const readMedium = (media: Payload): Media | undefined =>
  mediumIn({ sid: media.sid, filename: media.filename, contentType: media.content_type, size: media.size });

/**
 * The page's query is all that is kept of its address: what comes back from a database can then name no other place.
 */
export const nextQuery = (payload: Payload): string | undefined => {
  const next = optionalText(asPayload(payload.meta, 'meta'), 'next_page_url');
  if (next === undefined) return undefined;
  const from = next.indexOf('?');
  if (from === -1) throw new Unreadable('next_page_url');
  return next.slice(from);
};

/** undefined when Twilio says that the thing, or the container around it, is not there. */
export const undefinedWhenGone = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TwilioError && saysGone(error)) return undefined;
    throw error;
  }
};

const unlessNoMember = (error: unknown): undefined => {
  if (error instanceof TwilioError && error.code !== undefined && noMember.has(error.code)) return undefined;
  throw error;
};

export const readContainer =
  (api: Pick<ChatApi, 'state'>) =>
  (payload: Payload): Container => ({
    sid: sid(payload, 'sid', 'CH'),
    uniqueName: optionalText(payload, 'unique_name'),
    friendlyName: optionalText(payload, 'friendly_name') ?? '',
    attributes: optionalText(payload, 'attributes') ?? '{}',
    state: api.state(payload),
    ...madeWhen(payload),
    ...(api.state(payload) === 'closed' && fitsTimer(payload) ? { closedByTimer: true } : {}),
  });

const madeWhen = (payload: Payload): Pick<Container, 'createdAt'> => {
  const createdAt = Date.parse(optionalText(payload, 'date_created') ?? '');
  return Number.isNaN(createdAt) ? {} : { createdAt };
};

/**
 * Of a closed conversation only the times tell whether a timer closed it: its last change fell on the moment that the
 * timer was set to. https://www.twilio.com/docs/conversations/states-timers
 */
const fitsTimer = (payload: Payload): boolean => {
  const due = Date.parse(textField(JSON.stringify(payload.timers ?? {}), 'date_closed') ?? '');
  const changed = Date.parse(optionalText(payload, 'date_updated') ?? '');
  return Math.abs(changed - due) < TIMER_SLACK_MS;
};

const readMessage =
  ({ author: [, author], media, neverEdited }: ChatApi) =>
  (payload: Payload): Message => ({
    sid: sid(payload, 'sid', 'IM'),
    index: wholeNumber(payload, 'index'),
    author: optionalText(payload, author) ?? '',
    body: bodyIn(optionalText(payload, 'body')),
    createdAt: requiredText(payload, 'date_created'),
    attributes: attributesIn(optionalText(payload, 'attributes')),
    media: media(payload)
      .map(readMedium)
      .filter((file) => file !== undefined),
    ...(neverEdited(payload) ? { neverEdited: true } : {}),
  });

const createMembers = (
  rest: Rest,
  api: ChatApi,
  pathOf: (container: string) => readonly string[],
): Pick<ChatSide, 'members' | 'join' | 'leave'> => {
  const pageOf = (container: string, query: string) =>
    rest({ method: 'GET', path: pathOf(container), query }, (payload) => ({
      entries: list(payload, api.members.toLowerCase()),
      next: nextQuery(payload),
    }));
  return {
    members: async (container) => {
      const found: StandingMember[] = [];
      let query: string | undefined = `?PageSize=${TWILIO_PAGE}`;
      for (let page = 0; query !== undefined; page++) {
        if (page === MEMBER_PAGES) throw new Error(`more than ${MEMBER_PAGES} pages of members`);
        const { entries, next } = await pageOf(container, query);
        for (const entry of entries) {
          // Participants who are only an address have no identity.
          const identity = optionalText(entry, 'identity');
          if (identity === undefined) continue;
          found.push({ sid: sid(entry, 'sid', 'MB'), identity, attributes: optionalText(entry, 'attributes') ?? '{}' });
        }
        query = next;
      }
      return found;
    },
    join: async (container, { identity, attributes }) => {
      const form = { Identity: identity, Attributes: attributes };
      try {
        await rest({ method: 'POST', path: pathOf(container), form }, () => undefined);
      } catch (error) {
        const { code } = error instanceof TwilioError ? error : {};
        if (code === undefined || !memberExists.has(code)) throw error;
      }
    },
    leave: async (container, member) => {
      const call = rest({ method: 'DELETE', path: [...pathOf(container), member] }, () => undefined);
      await undefinedWhenGone(call.catch(unlessNoMember));
    },
  };
};

export const createChatSide = (rest: Rest, api: ChatApi): Omit<ChatSide, 'side'> => {
  const { serviceSid, author } = api;
  const containers = [api.version, 'Services', serviceSid, api.containers];
  const messages = (container: string) => [...containers, container, 'Messages'];
  const members = createMembers(rest, api, (container) => [...containers, container, api.members]);

  const send = (container: ContainerSid, { body, createdAt, attributes, notifyWebhooks, ...draft }: Draft) =>
    rest(
      {
        method: 'POST',
        path: messages(container),
        form: { [author[0]]: draft.author, Body: body, DateCreated: createdAt, Attributes: attributes },
        notifyWebhooks,
      },
      (payload) => {
        const written = optionalText(payload, 'body');
        return {
          sid: sid(payload, 'sid', 'IM'),
          index: wholeNumber(payload, 'index'),
          ...(written === undefined || written === body ? {} : { written }),
        };
      },
    );

  const listMessages = async (container: string, order: 'asc' | 'desc', from?: string): Promise<Page> => {
    if (from !== undefined && !/^\?[\x21-\x7e]+$/.test(from)) throw new Error('from is no page of a list');
    const query = from ?? `?Order=${order}&PageSize=${TWILIO_PAGE}`;
    return rest({ method: 'GET', path: messages(container), query }, (payload) => ({
      messages: list(payload, 'messages').map(readMessage(api)),
      next: nextQuery(payload),
    }));
  };

  return {
    service: serviceSid,
    send,
    listMessages,
    message: (container, sid) =>
      undefinedWhenGone(rest({ method: 'GET', path: [...messages(container), sid] }, readMessage(api))),
    rewrite: (container, sid, { body, attributes }) =>
      rest(
        { method: 'POST', path: [...messages(container), sid], form: { Body: body, Attributes: attributes } },
        (payload) => optionalText(payload, 'body'),
      ),
    erase: (container, sid) =>
      undefinedWhenGone(rest({ method: 'DELETE', path: [...messages(container), sid] }, () => undefined)),
    container: (name) => undefinedWhenGone(rest({ method: 'GET', path: [...containers, name] }, readContainer(api))),
    ...members,
  };
};
