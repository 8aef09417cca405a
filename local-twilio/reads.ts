/** What a test, the page or an auditor may look at: Twilio's own truth, past every fault. */
import type { TwoAccounts } from './accounts.ts';
import type { AccountName, Container, Media, Message, Task } from './model.ts';

export type ReadMessage = {
  readonly sid: `IM${string}`;
  readonly index: number;
  readonly author: string;
  readonly body: string | undefined;
  readonly attributes: string;
  /** ISO-8601 with milliseconds. */
  readonly dateCreated: string;
  readonly dateUpdated: string;
  readonly media: readonly Media[];
};

export type ReadContainer = {
  readonly sid: `CH${string}`;
  readonly uniqueName: string | undefined;
  readonly friendlyName: string | undefined;
  readonly attributes: string;
  readonly state: 'active' | 'inactive' | 'closed';
  readonly messages: number;
  readonly members: readonly {
    readonly identity: string | undefined;
    /** A phone that is bound to the conversation. */
    readonly address: string | undefined;
    readonly attributes: string;
  }[];
};

export type ReadTask = {
  readonly sid: `WT${string}`;
  readonly status: string;
  readonly attributes: string;
  readonly reservations: readonly {
    readonly sid: `WR${string}`;
    readonly workerSid: `WK${string}`;
    readonly status: string;
  }[];
};

export type ReadWorker = {
  readonly sid: `WK${string}`;
  readonly name: string;
  readonly activity: string;
  /** In Frontline, what the user of that name has in the Frontline API. */
  readonly isAvailable: boolean | undefined;
};

export type Reads = {
  readonly containers: (side: AccountName) => readonly ReadContainer[];
  /** undefined when there is none. */
  readonly container: (side: AccountName, sid: string) => ReadContainer | undefined;
  /** By index; empty when the chat is gone. */
  readonly transcript: (side: AccountName, sid: string) => readonly ReadMessage[];
  readonly tasks: (side: AccountName) => readonly ReadTask[];
  readonly workers: (side: AccountName) => readonly ReadWorker[];
};

const message = (one: Message): ReadMessage => ({
  sid: one.sid,
  index: one.index,
  author: one.author,
  body: one.body,
  attributes: one.attributes,
  dateCreated: new Date(one.dateCreated).toISOString(),
  dateUpdated: new Date(one.dateUpdated).toISOString(),
  media: one.media,
});

const container = (one: Container): ReadContainer => ({
  sid: one.sid,
  uniqueName: one.uniqueName,
  friendlyName: one.friendlyName,
  attributes: one.attributes,
  state: one.state,
  messages: one.messages.size,
  members: [...one.members.values()].map(({ identity, binding, attributes }) => ({
    ...{ identity, address: binding?.address, attributes },
  })),
});

const task = (one: Task): ReadTask => ({
  sid: one.sid,
  status: one.status,
  attributes: one.attributes,
  reservations: [...one.reservations.values()].map(({ sid, worker, status }) => ({
    sid,
    workerSid: worker.sid,
    status,
  })),
});

export const createReads = (place: TwoAccounts): Reads => ({
  containers: (side) => [...place[side].chat.containers.values()].map(container),
  container: (side, sid) => {
    const one = place[side].chat.containers.get(sid);
    return one === undefined ? undefined : container(one);
  },
  transcript: (side, sid) => [...(place[side].chat.containers.get(sid)?.messages.values() ?? [])].map(message),
  tasks: (side) => [...place[side].workspace.tasks.values()].map(task),
  workers: (side) =>
    [...place[side].workspace.workers.values()].map(({ sid, friendlyName: name, activity }) => ({
      ...{ sid, name, activity: activity.name },
      isAvailable: place[side].account.frontlineUsers.get(name)?.isAvailable,
    })),
});
