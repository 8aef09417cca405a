/** A world's processes: each invocation of a function is one, with a doom, dice, a clock and ports of its own. */
import type { Respond } from '../local-twilio/respond.ts';
import type { Guards } from '../src/adapters/twilio/http/guards.ts';
import type { HttpCall } from '../src/adapters/twilio/http/http.ts';
import type { Delivery, Queues } from '../src/core/ports/queues.ts';
import type { Store } from '../src/core/ports/store.ts';
import type { Secrets } from '../src/runtime/secrets.ts';
import type { Config } from '../src/runtime/settings.ts';
import type { ProcessPorts } from './bridge.ts';
import type { Caller, Calls } from './calls.ts';
import { createFaultyQueues, type SentMessage } from './faulty-queues.ts';
import { createFaultyStore } from './faulty-store.ts';
import { granted } from './grants.ts';
import type { Meter } from './meter.ts';
import type { Notes, QueuedByWebhook } from './notes.ts';
import type { ProcessKind, WorldFaults, WorldPlan } from './plan.ts';
import { createProcess, type Doom, type Process } from './process.ts';
import type { Dice } from './random.ts';
import type { SimTime } from './time.ts';
import { createWire } from './wire.ts';

/** What all processes of a world share. */
export type Shared = {
  readonly plan: WorldPlan;
  readonly time: SimTime;
  readonly dice: Dice;
  readonly meter: Meter;
  readonly notes: Notes;
  readonly calls: Calls;
  readonly faults: () => WorldFaults;
  readonly config: Config;
  readonly secrets: Secrets;
  readonly store: Store;
  readonly queues: Queues;
  /** As those of one machine: what one process meets, the others know. */
  readonly guards: Guards;
  readonly respond: Respond;
};

export type Ran = { readonly kind: ProcessKind; readonly steps: readonly string[] };

export type Invocation = {
  readonly ports: ProcessPorts;
  /** What it put on queues. */
  readonly sent: readonly QueuedByWebhook[];
};

export type Invocations = {
  /** @param held the message in its hands; @param twin another process has the same one */
  readonly begin: (kind: ProcessKind, held?: Delivery, twin?: boolean) => Invocation;
  readonly ran: () => readonly Ran[];
  readonly forget: () => void;
};

const callerOf = (
  kind: ProcessKind,
  held: Delivery | undefined,
  begun: number,
  unheeded: boolean,
  { dead }: Process,
): Caller => ({
  died: dead,
  work: held === undefined ? undefined : `${kind} ${held.group}`,
  begun,
  unheeded,
  isJob: held !== undefined && kind !== 'default-webhook' && !held.body.includes('"kind":"event"'),
});

/** Notes each message that a process sends. @returns what to call for each, and those of this process */
const noteSent = ({ notes, time }: Shared, kind: ProcessKind) => {
  const sent: QueuedByWebhook[] = [];
  const note = (message: SentMessage): void => {
    const one = { ...message, at: time.now(), accepted: false };
    sent.push(one);
    if (kind === 'webhook') notes.queued.push(one);
    const sid = /IM[0-9a-f]{32}/.exec(message.dedupe)?.[0];
    if (message.queue === 'default-webhook' && sid !== undefined && !message.refused) notes.lined.push(sid);
  };
  return { sent, note };
};

/** The wire takes its time each way, and a process may die while a call is under way. */
const callsOf =
  (process: Process, dice: Dice, wire: HttpCall): HttpCall =>
  (request) =>
    process.step(`${request.method} ${new URL(request.url).host}`, dice.between(10, 60), () => wire(request));

const isUnheeded = (doom: Doom | undefined, twin: boolean): boolean => twin || doom?.pauseMs !== undefined;

export const createInvocations = (shared: Shared): Invocations => {
  const { plan, time, dice, meter, notes, calls, faults, config, secrets, guards, respond } = shared;
  const begun: { readonly kind: ProcessKind; readonly process: Process }[] = [];
  let processes = 0;
  let nonces = 0;
  const nonce = (): string => `n${++nonces}`;
  return {
    begin: (kind, held, twin = false) => {
      processes += 1;
      const number = processes;
      const doom = plan.doom(number, kind);
      const tell = (what: string): void => plan.diary?.(time.now(), `${kind} ${number} ${what}`);
      const process = createProcess(time, doom, meter.met, tell);
      begun.push({ kind, process });
      const mine = dice.fork(`process ${number}`);
      const { skewMs } = faults();
      const skew = mine.between(-skewMs, skewMs);
      const { sent, note } = noteSent(shared, kind);
      const caller = callerOf(kind, held, time.now(), isUnheeded(doom, twin), process);
      const asked = {
        store: createFaultyStore(shared.store, process, mine, faults, meter, tell),
        queues: createFaultyQueues(shared.queues, process, mine, faults, meter, note),
      };
      const ports: ProcessPorts = {
        ...{ config, secrets, guards, nonce },
        ...granted(kind, asked, (what) => notes.notGranted.push(what)),
        http: callsOf(process, mine, createWire(calls.tap(respond, time.now, caller), time, tell)),
        clock: { now: () => time.now() + skew, sleep: (ms) => process.step('sleep', ms, async () => {}) },
        journal: notes.journalOf(kind, caller),
      };
      return { ports, sent };
    },
    ran: () => begun.map(({ kind, process }) => ({ kind, steps: process.steps() })),
    forget: () => {
      begun.length = 0;
    },
  };
};
