/** What every person can do in a chat, and how it is found. */
import type { TwoAccounts } from '../accounts.ts';
import { type ApiName, bySdk } from '../chat/dialect.ts';
import { findMember } from '../chat/members.ts';
import { addMessage, removeMessage, updateMessage } from '../chat/messages.ts';
import type { AccountName, Container, Media, Message } from '../model.ts';
import { newSid } from '../sid.ts';
import type { TwilioWorld } from '../world.ts';

/** What a person's app knows of a message that it sent. */
export type Posted = { readonly sid: `IM${string}`; readonly index: number };

export type NewMedia = { readonly filename: string; readonly contentType: string; readonly size: number };

export const dialectOf = (side: AccountName): ApiName => (side === 'flex' ? 'chat' : 'conversations');

/** @throws Error when there is none */
export const chatContainer = (place: TwoAccounts, side: AccountName, sid: string): Container => {
  const container = place[side].chat.containers.get(sid);
  if (container === undefined) throw new Error(`no chat ${sid} on the ${side} side`);
  return container;
};

const messageOf = (container: Container, sid: string): Message => {
  const message = container.messages.get(sid);
  if (message === undefined) throw new Error(`no message ${sid} in ${container.sid}`);
  return message;
};

/** @throws Error when the person is no member */
export const mustBeThere = (container: Container, identity: string): void => {
  if (findMember(container, identity) === undefined) throw new Error(`the person is not in ${container.sid}`);
};

export type Chats = {
  readonly write: (
    container: Container,
    identity: string,
    text: { readonly body?: string; readonly attributes?: string; readonly media?: NewMedia },
  ) => Posted;
  readonly edit: (container: Container, identity: string, messageSid: string, body: string) => void;
  readonly remove: (container: Container, identity: string, messageSid: string) => void;
};

/** Persons act through an SDK: the webhooks hear of it, and no fault touches it. */
export const createChats = (world: TwilioWorld): Chats => {
  const way = (container: Container, identity: string) => bySdk(identity, dialectOf(container.account.name));
  return {
    write: (container, identity, text) => {
      mustBeThere(container, identity);
      const media: readonly Media[] =
        text.media === undefined ? [] : [{ ...text.media, sid: newSid(world.random, 'ME') }];
      const draft = { author: identity, body: text.body, attributes: text.attributes, media };
      const { sid, index } = addMessage(world, container, draft, way(container, identity));
      return { sid, index };
    },
    edit: (container, identity, messageSid, body) =>
      updateMessage(world, container, messageOf(container, messageSid), { body }, way(container, identity)),
    remove: (container, identity, messageSid) =>
      removeMessage(world, container, messageOf(container, messageSid), way(container, identity)),
  };
};
