/** Who works on each account, and whether he is there. Core knows no Twilio: adapters make this real. */
import type { Side } from '../model/event.ts';
import type { ActivitySid, WorkerSid } from '../model/sids.ts';

export type WorkerNow = {
  readonly sid: WorkerSid;
  /** In Frontline it is the user's identity, too. */
  readonly name: string;
  /** By what his twin is found: his name, or what the settings name in its place; undefined when he has none. */
  readonly knownBy: string | undefined;
  /** The activity's name. */
  readonly activity: string;
  /** Milliseconds since 1970, of whole seconds: since when he is in it. */
  readonly since: number;
};

export type Activities = {
  /** By name. */
  readonly sids: ReadonlyMap<string, ActivitySid>;
  /** In which nobody is offered anything. */
  readonly unavailable: ReadonlySet<string>;
  /** Where a worker goes who lets an offer time out. */
  readonly afterTimeout: string | undefined;
};

/** One account's workers. Every call may throw {@link TwilioError}; undefined where there is no such worker. */
export type WorkerSide = {
  readonly side: Side;
  readonly worker: (sid: WorkerSid) => Promise<WorkerNow | undefined>;
  /** Of exactly this name, which is unique in a workspace. */
  readonly named: (name: string) => Promise<WorkerNow | undefined>;
  readonly knownBy: (text: string) => Promise<readonly WorkerNow[]>;
  /** `next` is opaque: hand it back to go on. A page holds at most 1000 workers. */
  readonly list: (
    from?: string,
  ) => Promise<{ readonly workers: readonly WorkerNow[]; readonly next: string | undefined }>;
  readonly activities: () => Promise<Activities>;
  /** Success when he is there already. @throws TwilioError of status 400 while offers hold him where he is */
  readonly goTo: (sid: WorkerSid, activity: ActivitySid, offers: 'kept' | 'rejected') => Promise<WorkerNow | undefined>;
  /** Whether he let an offer time out at about that moment, milliseconds since 1970. */
  readonly letTimeOut: (sid: WorkerSid, at: number) => Promise<boolean>;
  /** Whether a reservation waits for his answer. */
  readonly isOffered: (sid: WorkerSid) => Promise<boolean>;
};

/** Whether the Frontline app gives its user new conversations. undefined where there is no such user. */
export type Availability = {
  readonly read: (identity: string) => Promise<boolean | undefined>;
  readonly write: (identity: string, isAvailable: boolean) => Promise<boolean | undefined>;
};

export type Workers = Readonly<Record<Side, WorkerSide>> & { readonly availability: Availability };
