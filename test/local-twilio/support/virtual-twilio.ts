import { FLEX, FRONTLINE } from '../../../local-twilio/defaults.ts';
import type { TwilioResponse } from '../../../local-twilio/respond.ts';
import { seededRandom } from '../../../local-twilio/sid.ts';
import { createTwilio, type LocalTwilio } from '../../../local-twilio/twilio.ts';
import type { WebhookAnswer, WebhookCall } from '../../../local-twilio/world.ts';
import { createTime, type SimTime } from '../../../sim/time.ts';

/** One call of the REST API; undefined while, or because, no answer came. */
export type Asked = { readonly answer: () => TwilioResponse | 'destroyed' | undefined };

export type VirtualTwilio = LocalTwilio & {
  readonly time: SimTime;
  readonly now: () => number;
  /** Lets so many milliseconds pass, and everything happen that is due. */
  readonly pass: (ms: number) => Promise<void>;
  /** Webhooks as they were delivered. */
  readonly delivered: { readonly at: number; readonly call: WebhookCall; readonly params: Record<string, string> }[];
  readonly types: () => readonly string[];
  /** How the bridge answers the next webhooks; 204 at once when nothing is said. */
  readonly answers: (WebhookAnswer | 'never')[];
  readonly flex: (method: string, path: string, form?: Record<string, string>, more?: Ask) => Asked;
  readonly frontline: (method: string, path: string, form?: Record<string, string>, more?: Ask) => Asked;
};

type Ask = { readonly headers?: Record<string, string>; readonly gaveUp?: AbortSignal };

/** The state machine with a clock that stands still until it is told to go on. */
export const createVirtualTwilio = (seed = 1): VirtualTwilio => {
  const time = createTime(Date.UTC(2026, 0, 1));
  const delivered: VirtualTwilio['delivered'] = [];
  const answers: (WebhookAnswer | 'never')[] = [];

  const twilio = createTwilio({
    clock: time,
    random: seededRandom(seed),
    timers: time,
    deliver: (call) => {
      delivered.push({ at: time.now(), call, params: Object.fromEntries(new URLSearchParams(call.body)) });
      const answer = answers.shift() ?? { status: 204 };
      return answer === 'never' ? new Promise(() => {}) : Promise.resolve(answer);
    },
  });

  const ask =
    (user: string, password: string) =>
    (method: string, path: string, form: Record<string, string> = {}, more: Ask = {}): Asked => {
      const [host = '', ...rest] = path.split('/');
      const [plain = '', query = ''] = `/${rest.join('/')}`.split('?');
      let answer: TwilioResponse | 'destroyed' | undefined;
      const authorization = `Basic ${btoa(`${user}:${password}`)}`;
      void twilio
        .respond({
          method,
          host,
          path: plain,
          query,
          headers: { authorization, ...more.headers },
          body: new URLSearchParams(form).toString(),
          gaveUp: more.gaveUp,
        })
        .then((answered) => {
          answer = answered;
        });
      return { answer: () => answer };
    };

  return {
    ...twilio,
    time,
    now: time.now,
    pass: (ms) => time.runUntil(time.now() + ms),
    delivered,
    types: () => delivered.map(({ params }) => params.EventType ?? ''),
    answers,
    flex: ask(FLEX.accountSid, FLEX.authToken),
    frontline: ask(FRONTLINE.accountSid, FRONTLINE.authToken),
  };
};

export const json = (asked: Asked): Record<string, unknown> => {
  const answer = asked.answer();
  if (answer === undefined || answer === 'destroyed') throw new Error(`no answer, but ${answer}`);
  return JSON.parse(answer.body);
};

export const status = (asked: Asked): number | string => {
  const answer = asked.answer();
  return typeof answer === 'object' ? answer.status : (answer ?? 'no answer');
};

/** A web chat with Ann in it, and its conversation in Frontline with Ann and the customer. */
export const openPair = async (twilio: VirtualTwilio) => {
  const { channelSid, taskSid, identity } = twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  const conversations = `conversations.twilio.com/v1/Services/${FRONTLINE.conversationServiceSid}/Conversations`;
  const born = twilio.frontline('POST', conversations);
  await twilio.pass(0);
  const conversationSid = String(json(born).sid);
  for (const Identity of [identity, 'ann@example.com'])
    twilio.frontline('POST', `${conversations}/${conversationSid}/Participants`, { Identity });
  await twilio.pass(0);
  const channel = `chat.twilio.com/v2/Services/${FLEX.chatServiceSid}/Channels/${channelSid}`;
  return {
    channelSid,
    taskSid,
    identity,
    conversationSid,
    channel,
    conversation: `${conversations}/${conversationSid}`,
  };
};
