/**
 * A whole deployment in one process and in a time of its own: the real edge, core, REST adapter and queue worker, on
 * the local Twilio's state machine. Every invocation of a function is a process that may be killed at any step.
 */

import type { Respond } from '../local-twilio/respond.ts';
import { createTwilio } from '../local-twilio/twilio.ts';
import type { WebhookAnswer, WebhookCall } from '../local-twilio/world.ts';
import { startWorker } from '../src/adapters/in-process/worker.ts';
import { createMemoryQueues } from '../src/adapters/memory/queues.ts';
import { createMemoryStore } from '../src/adapters/memory/store.ts';
import { createAccounts } from '../src/adapters/twilio/accounts.ts';
import { createBreakers } from '../src/adapters/twilio/http/breaker.ts';
import type { HttpCall } from '../src/adapters/twilio/http/http.ts';
import { QUEUES, type QueueName, TIMES } from '../src/contract.ts';
import { createForwarder } from '../src/core/forward/forwarder.ts';
import { ACCEPTS_MS } from '../src/core/model/times.ts';
import type { Entry } from '../src/core/ports/journal.ts';
import { reasonWords } from '../src/core/ports/journal.ts';
import type { Consumer, Delivery, Queues } from '../src/core/ports/queues.ts';
import { createReplicator } from '../src/core/replicator.ts';
import { firstStart } from '../src/core/state/first-start.ts';
import { createAcceptSweep } from '../src/core/sweep/lost-accepts/sweep.ts';
import { createSweep } from '../src/core/sweep/sweep.ts';
import { createWebhook } from '../src/edge/routes.ts';
import { bridgeSettings } from '../src/runtime/bridge-settings.ts';
import { createCalls } from './calls.ts';
import { createChronicle } from './chronicle.ts';
import { createFaultyStore, type StoreFaults } from './faulty-store.ts';
import { createMeter } from './meter.ts';
import { createProcess, type Doom, type Process } from './process.ts';
import { createDice } from './random.ts';
import { configWith, secretsWith } from './settings.ts';
import { createTime } from './time.ts';
import { createWire } from './wire.ts';

export type WorldFaults = StoreFaults & {
  /** A delivery is given to a second consumer too. */
  readonly twin: number;
  /** A queue refuses a message. */
  readonly notQueued: number;
  /** Milliseconds by which a process's clock may be off, either way. */
  readonly skewMs: number;
};

export const CALM: WorldFaults = { throttled: 0, askedAgain: 0, unheard: 0, twin: 0, notQueued: 0, skewMs: 0 };

export type WorldPlan = {
  readonly seed: number;
  readonly settleMs: number;
  /** What happens to the n-th process of a run, counted from 1 in the order in which they begin. */
  readonly doom: (process: number, kind: ProcessKind) => Doom | undefined;
  /** Stands between the bridge and Twilio, and sees every call. */
  readonly tap?: (respond: Respond, now: () => number) => Respond;
  /** Hears of everything that happens, in order. */
  readonly diary?: (at: number, line: string) => void;
  /** All sweeps are one process, as on one machine: it remembers what it has seen. Else each begins afresh. */
  readonly keepsSweep?: boolean;
};

export type ProcessKind = 'webhook' | QueueName | 'sweep';
export type Noted = { readonly at: number; readonly by: ProcessKind; readonly entry: Entry };

/** What a webhook put, or wanted to put, on a queue. */
export type QueuedByWebhook = {
  readonly at: number;
  readonly queue: QueueName;
  readonly dedupe: string;
  readonly body: string;
  readonly refused: boolean;
  /** Twilio heard that it is stored, and will not say it again. */
  accepted: boolean;
};
export type Ran = { readonly kind: ProcessKind; readonly steps: readonly string[] };

export const createWorld = (plan: WorldPlan) => {
  const time = createTime(Date.UTC(2026, 2, 14, 9));
  const dice = createDice(plan.seed);
  const meter = createMeter();
  const store = createMemoryStore();
  const queues = createMemoryQueues({ clock: time });
  const entries: Noted[] = [];
  const lined: string[] = [];
  const chronicle = createChronicle();
  const calls = createCalls();
  const told: QueuedByWebhook[] = [];
  const processes: { readonly kind: ProcessKind; readonly process: Process }[] = [];
  let faults = CALM;
  let nonces = 0;

  const config = configWith({ settleMs: plan.settleMs });
  const secrets = secretsWith();

  const journalOf = (by: ProcessKind) => (entry: Entry) => {
    entries.push({ at: time.now(), by, entry });
    const { step, type, lane, sids, ms } = entry;
    const because = reasonWords(entry).join(' ');
    plan.diary?.(time.now(), ['journal', step, type, lane, because, ...sids, ms].filter(Boolean).join(' '));
    meter.met(`event ${step}${because === '' || step === 'failed' ? '' : ` (${because})`}`);
  };

  /** All processes of a run share them, as those of one machine do. */
  const breakers = createBreakers({ clock: time, journal: journalOf('sweep') });

  /** @param held the message in its hands; @param twin somebody else has the same one */
  const begin = (kind: ProcessKind, held?: Delivery, twin = false) => {
    const stored: QueuedByWebhook[] = [];
    const doom = plan.doom(processes.length + 1, kind);
    const name = `${kind} ${processes.length + 1}`;
    const tell = (what: string) => plan.diary?.(time.now(), `${name} ${what}`);
    const process = createProcess(time, doom, meter.met, tell);
    processes.push({ kind, process });
    const mine = dice.fork(`process ${processes.length}`);
    const skew = mine.between(-faults.skewMs, faults.skewMs);
    const clock = {
      now: () => time.now() + skew,
      sleep: (ms: number) => process.step('sleep', ms, async () => {}),
    };
    const faultyQueues: Queues = {
      send: (name, message) =>
        process.step(`send ${name}`, mine.between(3, 15), async () => {
          const { dedupe, body } = message;
          const one = {
            at: time.now(),
            queue: name,
            dedupe,
            body,
            refused: mine.chance(faults.notQueued),
            accepted: false,
          };
          stored.push(one);
          if (kind === 'webhook') told.push(one);
          if (one.refused) {
            meter.met('queue refused');
            throw new Error('the queue refused');
          }
          const sid = /IM[0-9a-f]{32}/.exec(dedupe)?.[0];
          if (name === 'default-webhook' && sid !== undefined) lined.push(sid);
          await queues.send(name, message);
        }),
      deadLetter: (name, message) =>
        process.step(`bury ${name}`, mine.between(3, 15), () => queues.deadLetter(name, message)),
    };
    const caller = {
      work: held === undefined ? undefined : `${kind} ${held.group}`,
      begun: time.now(),
      unheeded: twin || doom?.pauseMs !== undefined,
      isJob: held !== undefined && kind !== 'default-webhook' && !held.body.includes('"kind":"event"'),
    };
    const tapped = calls.tap(respond, time.now, caller);
    const wire = createWire(tapped, time, tell);
    const http: HttpCall = (request) =>
      process.step(`${request.method} ${new URL(request.url).host}`, mine.between(10, 60), () => wire(request));
    const deps = {
      store: createFaultyStore(store, process, mine, () => faults, meter, tell),
      queues: faultyQueues,
      ...createAccounts({ config, secrets: async () => secrets, http, breakers }),
      clock,
      nonce: () => `n${++nonces}`,
      journal: journalOf(kind),
      settings: bridgeSettings(config, secrets.stampKey),
    };
    return { process, deps, stored };
  };

  /** The function behind the bridge's address. A process that dies answers nothing. */
  const deliver = async (call: WebhookCall): Promise<WebhookAnswer> => {
    const { deps, stored } = begin('webhook');
    const webhook = createWebhook({
      queues: deps.queues,
      journal: deps.journal,
      clock: deps.clock,
      config,
      secrets: async () => secrets,
      deadline: (ms, expired) => time.after(ms, expired),
    });
    const { status } = await webhook(
      new Request(call.url, { method: call.method, headers: call.headers, body: call.body }),
    );
    if (status >= 500) meter.met(`answered ${status}`);
    if (status < 300) for (const one of stored) one.accepted = true;
    return { status };
  };

  const twilio = createTwilio({
    clock: time,
    random: dice.fork('twilio').next,
    timers: time,
    deliver,
    witness: chronicle.witness,
    met: (fault, account, about) => plan.diary?.(time.now(), `fault ${fault} ${account} ${about}`),
  });

  // Looked up at each call: a test may put itself in between later.
  const answers: Respond = (request) => twilio.respond(request);
  const respond = plan.tap?.(answers, time.now) ?? answers;

  /** Whoever got it has not answered: he is slow, or dead. */
  const inFlight = new Set<string>();
  const consumerOf =
    (name: QueueName): Consumer =>
    (delivery) => {
      const consume = (mine: Delivery, twin = false) => {
        const { deps } = begin(name, mine, twin);
        if (name !== 'default-webhook') return createReplicator(deps)(mine);
        return createForwarder({ ...deps, webhook: deps.defaultWebhook })(mine);
      };
      if (dice.chance(faults.twin)) {
        meter.met('twin consumer');
        time.after(dice.between(0, 40_000), () => {
          consume({ ...delivery, deadline: time.now() + 25_000 }, true).catch(() => meter.met('twin threw'));
        });
      }
      const key = `${name} ${delivery.id}`;
      if (inFlight.has(key)) meter.met('redelivered, its visibility ran out');
      inFlight.add(key);
      return consume(delivery).finally(() => inFlight.delete(key));
    };

  for (const name of QUEUES)
    startWorker({
      queue: queues.source(name),
      consume: consumerOf(name),
      concurrency: 10_000,
      clock: time,
      deadlineMs: TIMES.functionTimeout * 1000,
      onVerdict: () => {},
      onTrouble: (error) => meter.met(`consumer threw ${error instanceof Error ? error.name : typeof error}`),
      alarm: (ms, ring) => time.after(ms, ring),
    });

  const beginSweep = () => {
    const { deps } = begin('sweep');
    const accepts = createAcceptSweep(deps);
    const pairs = createSweep(deps);
    return async (): Promise<void> => {
      await accepts(deps.clock.now() + ACCEPTS_MS);
      await pairs();
    };
  };
  const kept = plan.keepsSweep ? beginSweep() : undefined;
  const sweep = () => (kept ?? beginSweep())();
  let sweeps = true;
  // The deployment's first start, before anybody accepts anything.
  firstStart({ store, clock: time, nonce: () => 'first start' }).catch(() => meter.met('first start failed'));
  const sweepAgain = (): void => {
    if (sweeps) sweep().catch(() => meter.met('sweep failed'));
    time.after(TIMES.sweepEvery * 1000, sweepAgain);
  };
  time.after(TIMES.sweepEvery * 1000, sweepAgain);

  return {
    time,
    dice,
    meter,
    store,
    queues,
    twilio,
    entries: entries as readonly Noted[],
    chronicle,
    /** Every REST call, and every post to Flex's own webhook. */
    calls: calls.made,
    /** What webhooks put on queues, in order. */
    told: told as readonly QueuedByWebhook[],
    /** Messages on their way to Flex's own webhook, in the order in which the queue took them. */
    lined: lined as readonly string[],
    ran: (): readonly Ran[] => processes.map(({ kind, process }) => ({ kind, steps: process.steps() })),
    /** Nobody rings for the sweep, until it is switched on again. */
    setSweeps: (on: boolean): void => {
      sweeps = on;
    },
    setFaults: (next: WorldFaults): void => {
      faults = next;
    },
  };
};

export type SimWorld = ReturnType<typeof createWorld>;
