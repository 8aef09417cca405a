/**
 * What Twilio was made to hold, all of it: also what stood there for a moment only, and what a text was before. Kept by
 * the local Twilio's own hand, so that a judge need not believe the bridge's journal.
 */
import type { AccountName, Actor } from '../local-twilio/model.ts';
import type { Onlooker, Witness } from '../local-twilio/world.ts';

/** `at` in milliseconds since 1970, when it was done whatever its dates say. */
type Done = { readonly at: number; readonly by: Actor };

export type WrittenMessage = Done & {
  readonly sid: string;
  readonly side: AccountName;
  readonly container: string;
  readonly index: number;
  readonly author: string;
  /** Milliseconds since 1970, as its writer asked for. */
  readonly dateCreated: number;
  /** Every text it has had, the first one first. */
  readonly texts: readonly (Done & { readonly body: string })[];
  readonly removed: Done | undefined;
};

/** Somebody came or went, or the chat itself became otherwise. */
export type ChatChange = Done & {
  readonly deed: 'joined' | 'left' | 'changed' | 'removed';
  readonly identity: string | undefined;
  /** As they were from then on. */
  readonly state: 'active' | 'inactive' | 'closed';
  readonly attributes: string;
  /** A timer has closed it: this change. */
  readonly byTimer: boolean;
};

export type Chronicle = {
  readonly witness: Witness;
  readonly onlooker: Onlooker;
  /** Everything that became of it and of who is in it, in order. */
  readonly changes: (container: string) => readonly ChatChange[];
  /** Everything that was ever written there, in the order in which Twilio took it. */
  readonly of: (container: string) => readonly WrittenMessage[];
  readonly containers: () => readonly string[];
};

/** @param at a moment @returns whether it stood there then */
export const stoodAt = ({ at: from, removed }: WrittenMessage, at: number): boolean =>
  from <= at && (removed === undefined || removed.at > at);

/** What it said when it first said anything. */
export const firstText = ({ texts }: WrittenMessage): string => texts.find(({ body }) => body !== '')?.body ?? '';
export const lastText = ({ texts }: WrittenMessage): string => texts.at(-1)?.body ?? '';

export const createChronicle = (): Chronicle & { readonly forget: () => void } => {
  const chats = new Map<string, Map<string, WrittenMessage>>();
  const changes = new Map<string, ChatChange[]>();
  return {
    onlooker: (deed, { sid, state, attributes, closedByTimerAt }, identity, by, at) => {
      const before = changes.get(sid) ?? [];
      changes.set(sid, before);
      before.push({ deed, identity, by, at, state, attributes, byTimer: closedByTimerAt === at });
    },
    changes: (container) => changes.get(container) ?? [],
    witness: (deed, container, message, by, at) => {
      const chat = chats.get(container.sid) ?? new Map<string, WrittenMessage>();
      chats.set(container.sid, chat);
      const { sid, index, author, dateCreated, body = '' } = message;
      const known = chat.get(sid);
      const side = container.account.name;
      const text = { at, by, body };
      if (known === undefined)
        chat.set(sid, {
          ...{ at, by, sid, side, container: container.sid, index, author, dateCreated },
          texts: [text],
          removed: undefined,
        });
      else if (deed === 'removed') chat.set(sid, { ...known, removed: { at, by } });
      else if (lastText(known) !== body) chat.set(sid, { ...known, texts: [...known.texts, text] });
    },
    of: (container) => [...(chats.get(container)?.values() ?? [])],
    containers: () => [...chats.keys()],
    forget: () => {
      chats.clear();
      changes.clear();
    },
  };
};
