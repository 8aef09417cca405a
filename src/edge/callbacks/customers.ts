/** The customers of an agent of Frontline: those of the conversations that the agent is in now. */
import type { FrontlineDirectory, OwnConversation, Person } from '../../adapters/twilio/rest/frontline-directory.ts';
import { parseJsonObject } from '../../adapters/twilio/values.ts';
import { textField } from '../../core/model/json.ts';
import type { ConversationSid } from '../../core/model/sids.ts';

export type OwnCustomer = {
  /** By which the app asks again. */
  readonly id: string;
  readonly name: string;
  readonly avatar: string | undefined;
  readonly identity: string | undefined;
  readonly address: string | undefined;
  /** Of the address: `sms`, `whatsapp`. */
  readonly channel: string | undefined;
  readonly conversation: ConversationSid;
};

type Page = { readonly size: number; readonly after: string; readonly query: string };

/** 50 conversations a page, and nobody is in more than 1000: https://www.twilio.com/docs/api/errors/48023 */
const LIST_PAGES = 20;

/** Conversations whose participants are read side by side. */
const AT_ONCE = 25;

/** Of those that a customer is in himself, as many are looked at. */
const HIS_NEWEST = 10;

const newestFirst = (conversations: readonly OwnConversation[]): readonly OwnConversation[] =>
  conversations.toSorted((a, b) => b.updatedAt - a.updatedAt || (a.sid < b.sid ? 1 : -1));

/**
 * The customer among a conversation's people: who is marked as one for the app, else who is there by a number, else the
 * only other one. undefined unless the agent is there too, for then he is somebody else's.
 */
export const customerIn = (
  { sid, name }: Pick<OwnConversation, 'sid' | 'name'>,
  people: readonly Person[],
  worker: string,
): OwnCustomer | undefined => {
  if (!people.some(({ identity }) => identity === worker)) return undefined;
  const others = people.filter(({ identity }) => identity !== worker);
  const found =
    others.find(({ attributes }) => textField(attributes, 'customer_id') !== undefined) ??
    others.find(({ address }) => address !== undefined) ??
    (others.length === 1 ? others[0] : undefined);
  if (found === undefined) return undefined;
  const { attributes, identity, address, channel } = found;
  const id = textField(attributes, 'customer_id') ?? identity ?? address;
  if (id === undefined) return undefined;
  return {
    id,
    name: textField(attributes, 'display_name') ?? (name || identity || address || id),
    avatar: textField(attributes, 'avatar'),
    ...{ identity, address, channel, conversation: sid },
  };
};

export const isCalled = (customer: OwnCustomer, id: string): boolean =>
  [customer.id, customer.identity, customer.address].includes(id);

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

export type Customers = {
  /** The newest first, each once. */
  readonly list: (worker: string, page: Page) => Promise<readonly OwnCustomer[]>;
  /** By the conversations that the customer is in: a few reads. */
  readonly byOwnName: (worker: string, id: string) => Promise<OwnCustomer | undefined>;
  /** By all conversations of the agent, for an id that is nobody's identity or number. */
  readonly byAnyName: (worker: string, id: string) => Promise<OwnCustomer | undefined>;
  readonly in: (worker: string, conversation: ConversationSid) => Promise<OwnCustomer | undefined>;
};

/**
 * Nothing is remembered from one call to the next: who is whose customer changes with each transfer. What takes many
 * reads throws once `stop` is aborted.
 */
export const createCustomers = (
  { conversationsOf, conversationName, people }: FrontlineDirectory,
  stop: AbortSignal,
): Customers => {
  const all = async (worker: string): Promise<readonly OwnConversation[]> => {
    const found: OwnConversation[] = [];
    let from: string | undefined;
    for (let page = 0; page < LIST_PAGES; page++) {
      stop.throwIfAborted();
      const { conversations, next } = await conversationsOf({ identity: worker }, from);
      found.push(...conversations);
      if (next === undefined) break;
      from = next;
    }
    return newestFirst(found);
  };

  const of = async (worker: string, conversation: Pick<OwnConversation, 'sid' | 'name'>) =>
    customerIn(conversation, (await people(conversation.sid)) ?? [], worker);

  /** Customer after customer, read no further than they are asked for. */
  async function* each(worker: string, conversations: readonly OwnConversation[]): AsyncGenerator<OwnCustomer> {
    for (let at = 0; at < conversations.length; at += AT_ONCE) {
      stop.throwIfAborted();
      const some = await Promise.all(conversations.slice(at, at + AT_ONCE).map((one) => of(worker, one)));
      yield* some.filter((customer) => customer !== undefined);
    }
  }

  return {
    list: async (worker, { size, after, query }) => {
      const wanted = folded(query.trim());
      // A conversation is named after its customer; one without a name is looked into.
      const isWanted = (name: string): boolean => folded(name).includes(wanted);
      const conversations = (await all(worker)).filter(({ name }) => name === '' || isWanted(name));
      const nameless = new Set(conversations.filter(({ name }) => name === '').map(({ sid }) => sid));
      const found: OwnCustomer[] = [];
      const seen = new Set<string>();
      let reached = after === '';
      for await (const customer of each(worker, conversations)) {
        const key = customer.identity ?? customer.address ?? customer.id;
        if (seen.has(key) || (nameless.has(customer.conversation) && !isWanted(customer.name))) continue;
        seen.add(key);
        if (reached) found.push(customer);
        else reached = customer.id === after;
        if (found.length === size) break;
      }
      return found;
    },
    byOwnName: async (worker, id) => {
      const who = /^(\w+:)?\+\d+$/.test(id) ? { address: id } : { identity: id };
      const { conversations } = await conversationsOf(who);
      const newest = newestFirst(conversations).slice(0, HIS_NEWEST);
      const found = await Promise.all(newest.map((one) => of(worker, one)));
      return found.find((customer) => customer !== undefined && isCalled(customer, id));
    },
    byAnyName: async (worker, id) => {
      for await (const customer of each(worker, await all(worker))) if (isCalled(customer, id)) return customer;
      return undefined;
    },
    in: async (worker, sid) => {
      const [name, there] = await Promise.all([conversationName(sid), people(sid)]);
      return customerIn({ sid, name }, there ?? [], worker);
    },
  };
};

/** The older app's name of a customer: a member of a channel. */
export const olderId = (id: string): { readonly member: string; readonly channel: string } | undefined => {
  const { p, c } = parseJsonObject(id);
  return typeof p === 'string' && typeof c === 'string' ? { member: p, channel: c } : undefined;
};
