/**
 * A whole bridge on the local Twilio's state machine, in a time of its own, and an operator beside it. Its wire can be
 * told to refuse a text for good, as Twilio refuses what it will never take.
 */
import { AGENTS, FRONTLINE } from '../../../local-twilio/defaults.ts';
import { seededRandom } from '../../../local-twilio/sid.ts';
import { createTwilio } from '../../../local-twilio/twilio.ts';
import { memoryOperator } from '../../../sim/operator.ts';
import { BRIDGE, configWith, secretsWith } from '../../../sim/settings.ts';
import { createTime } from '../../../sim/time.ts';
import { createWire } from '../../../sim/wire.ts';
import { startWorker } from '../../../src/adapters/in-process/worker.ts';
import { createMemoryQueues } from '../../../src/adapters/memory/queues.ts';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import { createAccounts } from '../../../src/adapters/twilio/accounts.ts';
import { createBreakers } from '../../../src/adapters/twilio/http/breaker.ts';
import { type HttpCall, NoAnswer } from '../../../src/adapters/twilio/http/http.ts';
import { TIMES } from '../../../src/contract.ts';
import type { BridgeDeps } from '../../../src/core/deps.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';
import { createReplicator } from '../../../src/core/replicator.ts';
import { createSweep } from '../../../src/core/sweep/sweep.ts';
import { createWebhook } from '../../../src/edge/routes.ts';
import { bridgeSettings } from '../../../src/runtime/bridge-settings.ts';

/** What the wire's answer to one call is: lost after it was carried out, or a refusal by Twilio's code. */
export type Mischief = 'lost' | { readonly code: number; readonly status?: number };

export const openOffice = (plan: { readonly swept?: boolean } = {}) => {
  const time = createTime(Date.UTC(2026, 2, 14, 9));
  const clock = { now: time.now, sleep: time.sleep };
  const store = createMemoryStore();
  const queues = createMemoryQueues({ clock });
  const journal: Entry[] = [];
  let nonces = 0;
  let mischief: (url: string, text: string, form: string, method: string) => Mischief | undefined = () => undefined;

  const wire = createWire((request) => twilio.respond(request), time);
  const http: HttpCall = async (request) => {
    const { method, url, body, timeoutMs } = request;
    const form = new URLSearchParams(body);
    const met = mischief(url, form.get('Body') ?? '', form.toString().replaceAll('%40', '@'), method);
    await time.sleep(20);
    if (typeof met === 'object')
      return {
        status: met.status ?? 400,
        headers: {},
        body: JSON.stringify({ status: met.status ?? 400, code: met.code, message: 'refused' }),
      };
    const answer = await wire(request);
    if (met !== 'lost') return answer;
    await time.sleep(timeoutMs);
    throw new NoAnswer('no answer in time', 'perhaps');
  };
  const config = configWith();
  const secrets = secretsWith();
  const tell = (entry: Entry) => journal.push(entry);
  const deps: BridgeDeps = {
    store,
    queues,
    clock,
    nonce: () => `n${++nonces}`,
    journal: tell,
    ...createAccounts({
      ...{ config, http, secrets: async () => secrets },
      breakers: createBreakers({ clock, journal: tell }),
    }),
    settings: bridgeSettings(config, secrets.stampKey),
  };
  const webhook = createWebhook({
    queues,
    clock,
    journal: tell,
    secrets: async () => secrets,
    deadline: (ms, expired) => time.after(ms, expired),
    config,
  });
  const twilio = createTwilio({
    clock: time,
    timers: time,
    random: seededRandom(4),
    deliver: async ({ url, method, headers, body }) => ({
      status: (await webhook(new Request(url, { method, headers, body }))).status,
    }),
  });
  twilio.connectBridge(BRIDGE);
  for (const name of ['flex-events', 'frontline-events'] as const)
    startWorker({
      queue: queues.source(name),
      consume: createReplicator(deps),
      concurrency: 100,
      clock,
      deadlineMs: TIMES.functionTimeout * 1000,
      onVerdict: () => {},
      onTrouble: (error) => {
        throw error;
      },
      alarm: time.after,
    });
  const sweep = createSweep(deps);
  const sweepAgain = (): void => {
    void sweep();
    time.after(60_000, sweepAgain);
  };
  if (plan.swept) sweepAgain();

  const operator = memoryOperator({ store, queues, clock, nonce: deps.nonce });

  /** A promise's value, however long it takes in the office's own time. */
  const during = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const watched = work.finally(() => {
      over = true;
    });
    watched.catch(() => {});
    while (!over) await time.runUntil(time.now() + 250);
    return watched;
  };

  /** A web chat that Ann has accepted and that stands on both sides. */
  const linkedChat = async () => {
    const { channelSid, taskSid } = twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
    const { reservationSid } = twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid);
    twilio.flexAgent.accepts(reservationSid);
    await time.runUntil(time.now() + 5_000);
    const conversationSid = twilio.reads
      .containers('frontline')
      .find(({ attributes }) => attributes.includes(channelSid))?.sid;
    if (conversationSid === undefined) throw new Error('the chat was not linked');
    return { channelSid, conversationSid, taskSid };
  };

  /** Somebody deletes a conversation by Twilio's API. */
  const dropConversation = async (sid: string): Promise<void> => {
    const authorization = `Basic ${btoa(`${FRONTLINE.accountSid}:${FRONTLINE.authToken}`)}`;
    const { status } = await http({
      method: 'DELETE',
      url: `https://conversations.twilio.com/v1/Services/${FRONTLINE.conversationServiceSid}/Conversations/${sid}`,
      headers: { authorization },
      body: undefined,
      timeoutMs: 10_000,
    });
    if (status !== 204) throw new Error(`not deleted: ${status}`);
  };

  return {
    dropConversation,
    time,
    twilio,
    queues,
    deps,
    operator,
    journal,
    during,
    linkedChat,
    pass: (ms: number) => time.runUntil(time.now() + ms),
    meddle: (next: typeof mischief): void => {
      mischief = next;
    },
    /** Bodies on a side, in order; not the bridge's own notices. */
    told: (side: 'flex' | 'frontline', sid: string): readonly string[] =>
      twilio.reads
        .transcript(side, sid)
        .filter(({ attributes }) => !attributes.includes('"k":"notice"'))
        .map(({ body }) => body ?? ''),
  };
};
export type Office = ReturnType<typeof openOffice>;
