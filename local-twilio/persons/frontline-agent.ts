/** An agent in the Frontline app: writes, edits, deletes and closes, where he is a participant; and his own switch. */
import type { TwoAccounts } from '../accounts.ts';
import { changeState, createContainer, updateContainer } from '../chat/containers.ts';
import { bySdk } from '../chat/dialect.ts';
import { addMember, findMember, removeMember } from '../chat/members.ts';
import { FRONTLINE } from '../defaults.ts';
import type { Binding } from '../model.ts';
import { newUuid } from '../sid.ts';
import { changeWorker } from '../tasks/workers.ts';
import type { TwilioWorld } from '../world.ts';
import { activityNamed } from './activity.ts';
import { type Chats, chatContainer, mustBeThere, type NewMedia, type Posted } from './chats.ts';

/** Whom a conversation is begun with: by SMS, or an identity that the CRM has offered as channel `chat`. */
export type Contact =
  | { readonly phone: string; readonly name?: string }
  | { readonly identity: string; readonly name?: string };

export type FrontlineAgent = {
  /** Opens a conversation with a contact, as the app does: conversation, customer, agent. */
  readonly begins: (identity: string, contact: Contact) => { readonly conversationSid: `CH${string}` };
  /** Frontline's routing takes him into a conversation that a customer has begun. */
  readonly isTakenIn: (identity: string, conversationSid: string) => void;
  /** As the app does: attributes hold an id of its own. */
  readonly writes: (identity: string, conversationSid: string, body: string) => Posted;
  readonly sends: (identity: string, conversationSid: string, media: NewMedia) => Posted;
  readonly edits: (identity: string, conversationSid: string, messageSid: string, body: string) => void;
  readonly deletes: (identity: string, conversationSid: string, messageSid: string) => void;
  /**
   * Hands the conversation over to another user of the app. That the app changes the participants, and appends what it
   * did to the conversation's attributes, is known; in which order is not, so both are played.
   */
  readonly transfers: (identity: string, conversationSid: string, to: string, order: TransferOrder) => void;
  /** Puts another user into the conversation, and stays. */
  readonly adds: (identity: string, conversationSid: string, other: string) => void;
  /** Goes from the conversation. */
  readonly leaves: (identity: string, conversationSid: string) => void;
  /** The app closes through Twilio's API: the event says Source=API. */
  readonly closes: (identity: string, conversationSid: string) => void;
  /** The switch in the app. What it changes nobody has documented, so all three are played. */
  readonly goes: (identity: string, activityName: string, changes?: Switched) => void;
};

/** `worker`: only the TaskRouter worker, who has events; `user`: only the user's `is_available`, which has none. */
export type Switched = 'both' | 'worker' | 'user';

/** What joins a phone to a conversation. A WhatsApp number says so itself: `whatsapp:+1...`. */
export const bindingOf = (phone: string): Binding => {
  const isWhatsApp = phone.startsWith('whatsapp:');
  const proxyAddress = isWhatsApp ? `whatsapp:${FRONTLINE.phoneNumber}` : FRONTLINE.phoneNumber;
  return { type: isWhatsApp ? 'whatsapp' : 'sms', address: phone, proxyAddress };
};

export type TransferOrder = 'in, then out' | 'out, then in';

export const createFrontlineAgent = (world: TwilioWorld, place: TwoAccounts, chats: Chats): FrontlineAgent => {
  const attributes = (): string => JSON.stringify({ messageId: newUuid(world.random) });
  const workerOf = (identity: string) => {
    const worker = [...place.frontline.workspace.workers.values()].find(
      ({ friendlyName }) => friendlyName === identity,
    );
    if (worker === undefined) throw new Error(`no worker ${identity}`);
    return worker;
  };
  const enter = (sid: string, identity: string, by: string): void => {
    const conversation = chatContainer(place, 'frontline', sid);
    if (findMember(conversation, identity) !== undefined) return;
    addMember(world, conversation, { identity, attributes: '{}' }, bySdk(by, 'conversations'));
  };
  const leave = (sid: string, identity: string): void => {
    const conversation = chatContainer(place, 'frontline', sid);
    const member = findMember(conversation, identity);
    if (member === undefined) throw new Error(`the person is not in ${sid}`);
    removeMember(world, conversation, member, bySdk(identity, 'conversations'));
  };
  /** What the app notes of it: https://www.twilio.com/docs/frontline/conversations-webhooks */
  const noteTransfer = (sid: string, from: string, to: string): void => {
    const conversation = chatContainer(place, 'frontline', sid);
    const before = JSON.parse(conversation.attributes);
    const events = [...(before['frontline.events'] ?? []), { from, to, date: Math.floor(world.now()) }];
    const attributes = JSON.stringify({ ...before, 'frontline.events': events });
    updateContainer(world, conversation, { attributes }, bySdk(from, 'conversations'));
  };
  return {
    begins: (identity, contact) => {
      const way = bySdk(identity, 'conversations');
      const who = 'phone' in contact ? contact.phone : contact.identity;
      const name = contact.name ?? who;
      const conversation = createContainer(world, place.frontline.chat, { friendlyName: name }, way);
      addMember(
        world,
        conversation,
        {
          identity: 'identity' in contact ? contact.identity : undefined,
          binding: 'phone' in contact ? bindingOf(contact.phone) : undefined,
          attributes: JSON.stringify({ customer_id: who, display_name: name }),
        },
        way,
      );
      addMember(world, conversation, { identity }, way);
      return { conversationSid: conversation.sid };
    },
    isTakenIn: (identity, sid) => enter(sid, identity, identity),
    transfers: (identity, sid, to, order) => {
      mustBeThere(chatContainer(place, 'frontline', sid), identity);
      if (order === 'out, then in') leave(sid, identity);
      enter(sid, to, identity);
      if (order === 'in, then out') leave(sid, identity);
      noteTransfer(sid, identity, to);
    },
    adds: (identity, sid, other) => {
      mustBeThere(chatContainer(place, 'frontline', sid), identity);
      enter(sid, other, identity);
    },
    writes: (identity, sid, body) =>
      chats.write(chatContainer(place, 'frontline', sid), identity, { body, attributes: attributes() }),
    sends: (identity, sid, media) =>
      chats.write(chatContainer(place, 'frontline', sid), identity, { media, attributes: attributes() }),
    edits: (identity, sid, messageSid, body) =>
      chats.edit(chatContainer(place, 'frontline', sid), identity, messageSid, body),
    deletes: (identity, sid, messageSid) => chats.remove(chatContainer(place, 'frontline', sid), identity, messageSid),
    leaves: (identity, sid) => leave(sid, identity),
    closes: (identity, sid) => {
      const conversation = chatContainer(place, 'frontline', sid);
      mustBeThere(conversation, identity);
      const way = { by: { source: 'API' }, announce: true, dialect: 'conversations' } as const;
      changeState(world, conversation, 'closed', 'API', way);
    },
    goes: (identity, activityName, changes = 'both') => {
      const { workspace, account } = place.frontline;
      const activity = activityNamed(workspace, activityName);
      const user = account.frontlineUsers.get(identity);
      if (changes !== 'worker' && user !== undefined) user.isAvailable = activity.available;
      if (changes !== 'user') changeWorker(world, workspace, workerOf(identity), { activity });
    },
  };
};
