/**
 * A whole bridge on the local Twilio's state machine, in a time of its own, and an operator beside it. Its wire can be
 * told to refuse a text for good, as Twilio refuses what it will never take.
 */
import { AGENTS, FRONTLINE } from '../../../local-twilio/defaults.ts';
import type { Respond, TwilioRequest, TwilioResponse } from '../../../local-twilio/respond.ts';
import { depsOf } from '../../../sim/bridge.ts';
import { memoryOperator } from '../../../sim/operator.ts';
import { BRIDGE, configWith, secretsWith } from '../../../sim/settings.ts';
import { createWire } from '../../../sim/wire.ts';
import { createWorld } from '../../../sim/world.ts';
import { createGuards } from '../../../src/adapters/twilio/http/guards.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';

/** What the wire's answer to one call is: lost after it was carried out, or a refusal by Twilio's code. */
export type Mischief = 'lost' | { readonly code: number; readonly status?: number };

const refusalOf = ({ code, status = 400 }: Exclude<Mischief, 'lost'>): TwilioResponse => ({
  status,
  headers: {},
  body: JSON.stringify({ status, code, message: 'refused' }),
});

export const operatorHarness = (plan: { readonly swept?: boolean } = {}) => {
  let mischief: (url: string, text: string, form: string, method: string) => Mischief | undefined = () => undefined;
  const mischiefIn = ({ method, host, path, query, body }: TwilioRequest): Mischief | undefined => {
    // Flex's own webhook takes what it is given.
    if (host === 'webhooks.twilio.com') return undefined;
    const form = new URLSearchParams(body);
    return mischief(
      `https://${host}${path}?${query}`,
      form.get('Body') ?? '',
      form.toString().replaceAll('%40', '@'),
      method,
    );
  };
  const tap =
    (respond: Respond): Respond =>
    async (request) => {
      const met = mischiefIn(request);
      if (typeof met === 'object') return refusalOf(met);
      const answer = await respond(request);
      return met === 'lost' ? new Promise(() => {}) : answer;
    };
  const world = createWorld({ seed: 4, settleMs: 60_000, doom: () => undefined, tap });
  const { time, twilio, queues, store } = world;
  twilio.connectBridge(BRIDGE);
  world.setSweeps(plan.swept ?? false);

  let nonces = 0;
  const nonce = () => `beside ${++nonces}`;
  const deps = depsOf({
    ...{ config: configWith(), secrets: secretsWith(), store, queues, nonce, clock: time, journal: () => {} },
    http: createWire(twilio.respond, time),
    guards: createGuards({ clock: time, journal: () => {} }),
  });
  const operator = memoryOperator({ store, queues, clock: time, nonce });

  /** A promise's value, however long it takes in the harness's own time. */
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

  /** A program of the Frontline account's deletes a conversation. */
  const dropConversation = async (sid: string): Promise<void> => {
    const authorization = `Basic ${btoa(`${FRONTLINE.accountSid}:${FRONTLINE.authToken}`)}`;
    const answer = await twilio.respond({
      method: 'DELETE',
      host: 'conversations.twilio.com',
      path: `/v1/Services/${FRONTLINE.conversationServiceSid}/Conversations/${sid}`,
      ...{ query: '', headers: { authorization }, body: '' },
    });
    if (answer === 'destroyed' || answer.status !== 204) throw new Error('not deleted');
  };

  return {
    ...{ dropConversation, time, twilio, queues, deps, operator, during, linkedChat },
    journal: (): readonly Entry[] => world.entries.map(({ entry }) => entry),
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
export type OperatorHarness = ReturnType<typeof operatorHarness>;
