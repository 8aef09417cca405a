/** An agent in the Frontline app: writes, edits, deletes and closes, where he is a participant. */
import type { TwoAccounts } from '../accounts.ts';
import { changeState } from '../chat/containers.ts';
import { bySdk } from '../chat/dialect.ts';
import { findMember, removeMember } from '../chat/members.ts';
import { newUuid } from '../sid.ts';
import type { TwilioWorld } from '../world.ts';
import { type Chats, chatContainer, mustBeThere, type NewMedia, type Posted } from './chats.ts';

export type FrontlineAgent = {
  /** As the app does: attributes hold an id of its own. */
  readonly writes: (identity: string, conversationSid: string, body: string) => Posted;
  readonly sends: (identity: string, conversationSid: string, media: NewMedia) => Posted;
  readonly edits: (identity: string, conversationSid: string, messageSid: string, body: string) => void;
  readonly deletes: (identity: string, conversationSid: string, messageSid: string) => void;
  /** Goes from the conversation. */
  readonly leaves: (identity: string, conversationSid: string) => void;
  /** The app closes through Twilio's API: the event says Source=API. */
  readonly closes: (identity: string, conversationSid: string) => void;
};

export const createFrontlineAgent = (world: TwilioWorld, place: TwoAccounts, chats: Chats): FrontlineAgent => {
  const attributes = (): string => JSON.stringify({ messageId: newUuid(world.random) });
  return {
    writes: (identity, sid, body) =>
      chats.write(chatContainer(place, 'frontline', sid), identity, { body, attributes: attributes() }),
    sends: (identity, sid, media) =>
      chats.write(chatContainer(place, 'frontline', sid), identity, { media, attributes: attributes() }),
    edits: (identity, sid, messageSid, body) =>
      chats.edit(chatContainer(place, 'frontline', sid), identity, messageSid, body),
    deletes: (identity, sid, messageSid) => chats.remove(chatContainer(place, 'frontline', sid), identity, messageSid),
    leaves: (identity, sid) => {
      const conversation = chatContainer(place, 'frontline', sid);
      const member = findMember(conversation, identity);
      if (member === undefined) throw new Error(`the person is not in ${sid}`);
      removeMember(world, conversation, member, bySdk(identity, 'conversations'));
    },
    closes: (identity, sid) => {
      const conversation = chatContainer(place, 'frontline', sid);
      mustBeThere(conversation, identity);
      const way = { by: { source: 'API' }, announce: true, dialect: 'conversations' } as const;
      changeState(world, conversation, 'closed', 'API', way);
    },
  };
};
