/**
 * What stands behind the queues: the real consumers over a memory store and the local Twilio's state machine, in a time
 * of its own. Each is made anew, always the same way, so that every SID is the same each time.
 */
import { AGENTS, FLEX } from '../local-twilio/defaults.ts';
import { seededRandom } from '../local-twilio/sid.ts';
import { createTwilio, type LocalTwilio } from '../local-twilio/twilio.ts';
import { depsOf } from '../sim/bridge.ts';
import { createTime } from '../sim/time.ts';
import { createWire } from '../sim/wire.ts';
import { createMemoryStore } from '../src/adapters/memory/store.ts';
import { createGuards } from '../src/adapters/twilio/http/guards.ts';
import type { QueueName } from '../src/contract.ts';
import { encodeEnvelope } from '../src/core/jobs/envelope.ts';
import type { BridgeEvent } from '../src/core/model/event.ts';
import type { ChannelSid, ConversationSid, ReservationSid, TaskSid } from '../src/core/model/sids.ts';
import type { Change } from '../src/core/ports/change.ts';
import type { Entry, Journal } from '../src/core/ports/journal.ts';
import type { QueueMessage } from '../src/core/ports/queues.ts';
import { type ConsumerAccess, consumeQueued } from './consume.ts';
import { TEXT } from './marks.ts';
import { config, NOW, secrets } from './settings.ts';
import { REAL, type Target } from './target.ts';

/** What a fixture must say to be about this bridge's chat. */
export type Facts = {
  readonly channel: ChannelSid;
  readonly conversation: ConversationSid;
  readonly task: TaskSid;
  readonly reservation: ReservationSid;
  /** Written and not replicated yet, one on each side. */
  readonly flexMessage: { readonly sid: string; readonly index: number };
  readonly frontlineMessage: { readonly sid: string; readonly index: number };
};

export type Queued = QueueMessage & { readonly queue: QueueName };

export type FuzzBridge = ConsumerAccess & {
  readonly twilio: LocalTwilio;
  readonly entries: readonly Entry[];
  readonly deadLetters: readonly Queued[];
  /** Jobs that consumers made for consumers. */
  readonly jobs: readonly Queued[];
  readonly changes: readonly Change[];
  readonly facts: Facts;
};

/** @param ready whether the chat is linked and one message waits on each side, or its task was only just accepted. */
export const createFuzzBridge = async (target: Target, ready: 'linked' | 'accepted'): Promise<FuzzBridge> => {
  const time = createTime(NOW);
  // While a consumer runs, only its own waiting moves the clock.
  const clock = { now: time.now, sleep: async (ms: number) => time.advance(ms) };
  const entries: Entry[] = [];
  const deadLetters: Queued[] = [];
  const jobs: Queued[] = [];
  const changes: Change[] = [];
  let nonces = 0;
  const twilio = createTwilio({
    clock,
    random: seededRandom(7),
    timers: time,
    deliver: async () => ({ status: 204 }),
  });
  twilio.connectBridge(config.publicBaseUrl);

  const journal: Journal = (entry) => entries.push(entry);
  const store = createMemoryStore();
  const deps = depsOf({
    ...{ config, secrets, clock, journal },
    store: {
      ...store,
      write: async (key, change) => {
        changes.push(change);
        return store.write(key, change);
      },
    },
    queues: {
      send: async (queue, message) => {
        jobs.push({ queue, ...message });
      },
      sendMany: async (queue, messages) => {
        jobs.push(...messages.map((message) => ({ queue, ...message })));
        return [];
      },
      deadLetter: async (queue, message) => {
        deadLetters.push({ queue, ...message });
      },
    },
    http: createWire(twilio.respond, time),
    guards: createGuards({ clock, journal }),
    nonce: () => `n${++nonces}`,
  });
  const replicator = target.replicator(deps);
  const forwarder = target.forwarder(deps);

  const { channelSid, taskSid } = twilio.customer.beginSmsChat({ phone: '+15550100199', text: TEXT });
  const { reservationSid } = twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid);
  twilio.flexAgent.accepts(reservationSid, 'at once');
  const common = { channel: channelSid, task: taskSid, reservation: reservationSid };
  const bridge = {
    twilio,
    consumerOf: (queue: QueueName) => (queue === 'default-webhook' ? forwarder : replicator),
    entries,
    deadLetters,
    jobs,
    changes,
    now: time.now,
    pass: time.advance,
  };
  const none = { sid: '', index: 0 };
  if (ready === 'accepted')
    return { ...bridge, facts: { ...common, conversation: 'CH', flexMessage: none, frontlineMessage: none } };

  // What is to be looked at comes after linking.
  const linker = { ...bridge, consumerOf: () => REAL.replicator(deps) };
  await consumeQueued(linker, 'flex-events', channelSid, linking(common));
  const conversation = twilio.reads.containers('frontline').at(-1)?.sid ?? 'CH';
  const flexMessage = twilio.customer.writes(channelSid, TEXT);
  const frontlineMessage = twilio.frontlineAgent.writes(AGENTS.ann.email, conversation, TEXT);
  return { ...bridge, facts: { ...common, conversation, flexMessage, frontlineMessage } };
};

const linking = (of: Pick<Facts, 'channel' | 'task' | 'reservation'>): string => {
  const event: BridgeEvent = {
    type: 'reservation.accepted',
    side: 'flex',
    container: of.channel,
    workspace: FLEX.workspaceSid,
    task: of.task,
    reservation: of.reservation,
    worker: AGENTS.ann.flexWorkerSid,
    workerIdentity: AGENTS.ann.flexIdentity,
    customerName: '',
  };
  return encodeEnvelope({ receivedAt: NOW, work: { kind: 'event', event } });
};
