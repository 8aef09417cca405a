/** The forwarder between a local Twilio and its queue, in a time of its own: webhooks come in, SMS reach the phone. */
import { AGENTS } from '../../../local-twilio/defaults.ts';
import type { Fault } from '../../../local-twilio/faults.ts';
import { consumerOf, depsOf, type ProcessPorts, webhookOf, webhookRequest } from '../../../sim/bridge.ts';
import { BRIDGE, configWith, secretsWith } from '../../../sim/settings.ts';
import { createWire } from '../../../sim/wire.ts';
import { createMemoryQueues } from '../../../src/adapters/memory/queues.ts';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import { createGuards } from '../../../src/adapters/twilio/http/guards.ts';
import type { HttpCall } from '../../../src/adapters/twilio/http/http.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';
import { reasonWords } from '../../../src/core/ports/journal.ts';
import type { Delivery, Disposition } from '../../../src/core/ports/queues.ts';
import type { Store } from '../../../src/core/ports/store.ts';
import { createVirtualTwilio } from '../../local-twilio/support/virtual-twilio.ts';

export const CHAT_EVENT = 'POST webhooks.chatevent';
export const SETTLE_MS = configWith().settleMs;

/** What is answered in Twilio's place; undefined: Twilio answers. */
export type Answering = (
  path: string,
  body: string,
) =>
  | { readonly status: number; readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | undefined;

export type ForwarderHarness = ReturnType<typeof forwarderHarness>;

export const forwarderHarness = () => {
  const twilio = createVirtualTwilio();
  twilio.connectBridge(BRIDGE);
  const clock = { now: twilio.now, sleep: async () => {} };
  const queues = createMemoryQueues({ clock });
  const source = queues.source('default-webhook');
  const memory = createMemoryStore();
  const journal: Entry[] = [];
  const calls = { store: 0 };
  let nonces = 0;
  let storeFails = false;
  let answering: Answering = () => undefined;
  let onWrite = async () => {};
  let dies: 'before' | 'after' | undefined;
  let die = () => {};

  const counting = async <T>(call: Promise<T>): Promise<T> => {
    calls.store += 1;
    if (storeFails) throw new Error('throughput exceeded for the text of a message');
    return call;
  };
  const store: Store = {
    get: (key) => counting(memory.get(key)),
    write: async (key, change) => {
      const written = await counting(memory.write(key, change));
      await onWrite();
      return written;
    },
    list: memory.list,
    listKeys: memory.listKeys,
    listUnder: memory.listUnder,
  };

  const wire = createWire(twilio.respond, twilio.time);
  const http: HttpCall = async (request) => {
    const { host, pathname: path } = new URL(request.url);
    const chatEvent = host === 'webhooks.twilio.com';
    if (chatEvent && dies === 'before') {
      die();
      return new Promise(() => {});
    }
    const instead = answering(path, request.body ?? '');
    if (instead !== undefined) {
      const { status, headers = {}, json } = instead;
      return { status, headers, body: json === undefined ? '' : JSON.stringify(json) };
    }
    const answer = await wire(request);
    if (chatEvent && dies === 'after') {
      die();
      return new Promise(() => {});
    }
    return answer;
  };
  const waited: { readonly sid: string | undefined; readonly at: number }[] = [];
  const tell = (entry: Entry) => {
    journal.push(entry);
    if (entry.reason === 'forward_settling') waited.push({ sid: entry.sids[0], at: twilio.now() });
  };
  const ports: ProcessPorts = {
    ...{ config: configWith(), secrets: secretsWith(), store, queues, http, clock },
    guards: createGuards({ clock, journal: tell }),
    nonce: () => `n${++nonces}`,
    journal: tell,
  };
  const deps = depsOf(ports);
  const forwarder = consumerOf(deps, 'default-webhook');
  const edge = webhookOf({ ...ports, journal: () => {} }, () => () => {});
  let arrived = 0;
  /** Twilio's webhooks so far reach the bridge. */
  const webhooksArrive = async (): Promise<void> => {
    await twilio.pass(0);
    for (const { call } of twilio.delivered.slice(arrived)) await edge(webhookRequest(call));
    arrived = twilio.delivered.length;
  };
  /** Twilio's webhooks so far never reach the bridge. */
  const webhooksGetLost = async (): Promise<void> => {
    await twilio.pass(0);
    arrived = twilio.delivered.length;
  };

  const consume = async (delivery: Delivery): Promise<Disposition | 'dead'> => {
    const death = new Promise<'dead'>((resolve) => {
      die = () => resolve('dead');
    });
    return Promise.race([forwarder(delivery), death]);
  };
  const work = async (): Promise<void> => {
    for (const received of await source.receive(100)) {
      const verdict = await consume({ ...received, deadline: twilio.now() + 25_000 });
      if (verdict === 'dead') continue;
      if (verdict.verdict === 'done') await source.done(received);
      else if (verdict.verdict === 'retry') await source.retry(received, verdict.afterSeconds);
      else await source.park(received, verdict.reason);
    }
  };
  /** So many milliseconds pass, in which webhooks arrive and the forwarder works. */
  const pass = async (ms: number): Promise<void> => {
    const end = twilio.now() + ms;
    for (;;) {
      await webhooksArrive();
      await work();
      const next = await source.nextVisibleAt();
      const until = Math.min(next ?? end, end);
      if (until > twilio.now()) await twilio.pass(until - twilio.now());
      else if ((next ?? Number.POSITIVE_INFINITY) > end) break;
    }
  };

  const beginSms = (phone = '+15550109999') => {
    const begun = twilio.customer.beginSmsChat({ phone, text: 'hi' });
    twilio.flexAgent.accepts(twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, begun.taskSid).reservationSid);
    const { channelSid } = begun;
    return {
      ...begun,
      writes: (text: string) => twilio.flexAgent.writes(AGENTS.ann.flexWorkerSid, channelSid, text).sid,
      ends: () => twilio.flexAgent.endsChat(AGENTS.ann.flexWorkerSid, channelSid),
      phone: () => twilio.customer.phone(phone).map(({ body }) => body),
    };
  };

  return {
    ...{ twilio, deps, queues, journal, calls, pass, webhooksArrive, webhooksGetLost, beginSms },
    /** One message straight into the forwarder's hands, as from a queue that delivers twice. */
    consume: (body: string, group: string) =>
      forwarder({
        ...{ id: 'twin', group, body, attempts: 1 },
        firstReceivedAt: twilio.now(),
        deadline: twilio.now() + 25_000,
      }),
    fault: (fault: Fault) => twilio.faults.add(fault),
    /** Every write and read of the state is done, and its answer lost. */
    storeFails: (fails: boolean) => {
      storeFails = fails;
    },
    answers: (instead: Answering) => {
      answering = instead;
    },
    /** Between the next write of the state and its answer. */
    afterNextWrite: (then: () => Promise<void>) => {
      onWrite = () => {
        onWrite = async () => {};
        return then();
      };
    },
    /** The process dies around its next post; undefined: no more. */
    dies: (when: typeof dies) => {
      dies = when;
    },
    /** What the journal says of a message, its steps with their reasons; but for the looks that only wait. */
    told: (sid: string) =>
      journal
        .filter(({ sids, reason }) => sids[0] === sid && reason !== 'forward_settling')
        .map((entry) => [entry.step, ...reasonWords(entry)].join(': ')),
    /** When its looks that only waited were, in whole seconds since then. */
    looked: (sid: string, since: number) =>
      waited.filter((look) => look.sid === sid).map(({ at }) => Math.round((at - since) / 1_000)),
    dead: async () => (await queues.dead('default-webhook')).map(({ reason }) => reason),
  };
};
