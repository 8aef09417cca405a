/**
 * A whole deployment in one process and in a time of its own: the real edge, core, REST adapter and queue worker, on
 * the local Twilio's state machine. Every invocation of a function is a process that may be killed at any step.
 */

import type { Respond } from '../local-twilio/respond.ts';
import { createTwilio } from '../local-twilio/twilio.ts';
import type { DeliverWebhook } from '../local-twilio/world.ts';
import { createMemoryQueues } from '../src/adapters/memory/queues.ts';
import { createMemoryStore } from '../src/adapters/memory/store.ts';
import { createGuards } from '../src/adapters/twilio/http/guards.ts';
import { QUEUES, type QueueName, TIMES } from '../src/contract.ts';
import type { Consumer, Delivery } from '../src/core/ports/queues.ts';
import { firstStart } from '../src/core/state/first-start.ts';
import { createWholeSweep } from '../src/core/sweep/whole-sweep.ts';
import { consumerOf, depsOf, startSimWorker, webhookOf, webhookRequest } from './bridge.ts';
import { createCalls } from './calls.ts';
import { createChronicle } from './chronicle.ts';
import { createInvocations, type Invocations, type Shared } from './invocations.ts';
import { createMeter } from './meter.ts';
import { createNotes, type Noted, type QueuedByWebhook } from './notes.ts';
import { CALM, type WorldFaults, type WorldPlan } from './plan.ts';
import { createDice } from './random.ts';
import { configWith, secretsWith } from './settings.ts';
import { createTime } from './time.ts';

/** The function behind the bridge's address. A process that dies answers nothing. */
const edge =
  ({ time, meter }: Shared, { begin }: Invocations): DeliverWebhook =>
  async (call) => {
    const { ports, sent } = begin('webhook');
    const { status } = await webhookOf(ports, time.after)(webhookRequest(call));
    if (status >= 500) meter.met(`answered ${status}`);
    if (status < 300) for (const one of sent) one.accepted = true;
    return { status };
  };

/** The function behind a queue; now and then a message goes to two processes at once. */
const consumer = ({ time, dice, meter, faults }: Shared, { begin }: Invocations, queue: QueueName): Consumer => {
  const consume = (delivery: Delivery, twin = false) => {
    const { ports } = begin(queue, delivery, twin);
    return consumerOf(depsOf(ports), queue)(delivery);
  };
  /** Messages whose process has not answered: it is slow, or dead. */
  const inFlight = new Set<string>();
  return (delivery) => {
    if (dice.chance(faults().twin)) {
      meter.met('twin consumer');
      time.after(dice.between(0, 40_000), () => {
        consume({ ...delivery, deadline: time.now() + 25_000 }, true).catch(() => meter.met('twin threw'));
      });
    }
    const { id } = delivery;
    if (inFlight.has(id)) meter.met('redelivered, its visibility ran out');
    inFlight.add(id);
    return consume(delivery).finally(() => inFlight.delete(id));
  };
};

/** The function that the schedule calls each minute; what switches the schedule off and on, and what calls it now. */
const sweepEachMinute = ({ plan, time, meter }: Shared, { begin }: Invocations) => {
  const begun = () => createWholeSweep(depsOf(begin('sweep').ports));
  const kept = plan.keepsSweep ? begun() : undefined;
  let on = true;
  const sweepNow = (): void => {
    (kept ?? begun())().catch(() => meter.met('sweep failed'));
  };
  const each = (): void => {
    if (on) sweepNow();
    time.after(TIMES.sweepEvery * 1000, each);
  };
  time.after(TIMES.sweepEvery * 1000, each);
  const setSweeps = (next: boolean): void => {
    on = next;
  };
  return { setSweeps, sweepNow };
};

export const createWorld = (plan: WorldPlan) => {
  const time = createTime(Date.UTC(2026, 2, 14, 9));
  const dice = createDice(plan.seed);
  const meter = createMeter();
  const notes = createNotes(time, meter, plan.diary);
  const calls = createCalls();
  const { forgetsLateMs = 0, consumers } = plan;
  const store = createMemoryStore({ now: () => time.now() - forgetsLateMs });
  const queues = createMemoryQueues({ clock: time });
  const guards = createGuards({ clock: time, journal: notes.journalOf('sweep') });
  let faults = CALM;
  // Looked up at each call: a test may put itself in between later.
  const answers: Respond = (request) => twilio.respond(request);
  const shared: Shared = {
    ...{ plan, time, dice, meter, notes, calls, store, queues, guards },
    config: configWith({ settleMs: plan.settleMs, ...plan.config }),
    secrets: secretsWith(),
    faults: () => faults,
    respond: plan.tap?.(answers, time.now) ?? answers,
  };
  const invocations = createInvocations(shared);
  const { forget: forgetDeeds, ...chronicle } = createChronicle();
  const twilio = createTwilio({
    clock: time,
    random: dice.fork('twilio').next,
    timers: time,
    deliver: edge(shared, invocations),
    witness: chronicle.witness,
    onlooker: (deed, container, identity, by, at) => {
      chronicle.onlooker(deed, container, identity, by, at);
      const { sid, state, attributes } = container;
      const who = `by ${by.identity ?? 'nobody'} (${by.source})`;
      plan.diary?.(at, `${identity ?? 'chat'} ${deed}: ${sid} is ${state} ${attributes}, ${who}`);
    },
    met: (fault, account, about) => plan.diary?.(time.now(), `fault ${fault} ${account} ${about}`),
  });
  const onFailure = (error: unknown): void =>
    meter.met(`consumer threw ${error instanceof Error ? error.name : typeof error}`);
  for (const queue of QUEUES)
    startSimWorker(queue, {
      ...{ queues, time, onFailure },
      ...(consumers !== undefined && { concurrency: consumers }),
      consume: consumer(shared, invocations, queue),
    });
  const sweeps = sweepEachMinute(shared, invocations);
  // The deployment's first start, before an agent accepts anything.
  firstStart({ store, clock: time, nonce: () => 'first start' }).catch(() => meter.met('first start failed'));
  return {
    ...{ time, dice, meter, store, queues, twilio, chronicle },
    entries: notes.entries as readonly Noted[],
    /** Every REST call, and every post to Flex's own webhook. */
    calls: calls.made,
    queued: notes.queued as readonly QueuedByWebhook[],
    lined: notes.lined as readonly string[],
    notGranted: notes.notGranted as readonly string[],
    ran: invocations.ran,
    /** To whoever reads a seed's story step by step. */
    tell: (line: string): void => plan.diary?.(time.now(), line),
    ...sweeps,
    /** What was noted until now, for a play that is too long to keep it. */
    forget: (): void => {
      forgetDeeds();
      for (const one of [notes, calls, invocations]) one.forget();
    },
    setFaults: (next: WorldFaults): void => {
      faults = next;
    },
  };
};

export type SimWorld = ReturnType<typeof createWorld>;
