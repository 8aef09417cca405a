import { createHmac } from 'node:crypto';
import { FLEX } from '../../local-twilio/defaults.ts';
import { accountSecrets, configWith, secretsWith } from '../../sim/settings.ts';
import { decodeEnvelope, type Work } from '../../src/core/jobs/envelope.ts';
import type { AccountSid, ServiceSid } from '../../src/core/model/sids.ts';
import type { Entry } from '../../src/core/ports/journal.ts';
import type { QueueMessage } from '../../src/core/ports/queues.ts';
import { createWebhook } from '../../src/edge/routes.ts';
import type { WebhookDeps } from '../../src/edge/webhook.ts';
import { fixture, type Params } from '../fixtures/webhooks/read.ts';

const flexAccount = fixture('chat/onMessageSent').AccountSid as AccountSid;
const frontlineAccount = fixture('conversations/onMessageAdded').AccountSid as AccountSid;

/** The recorded webhooks' own accounts. */
export const config = configWith({
  flex: {
    accountSid: flexAccount,
    serviceSid: fixture('chat/onMessageSent').InstanceSid as ServiceSid,
    defaultWebhook: FLEX.defaultWebhook,
  },
  frontline: {
    accountSid: frontlineAccount,
    serviceSid: fixture('conversations/onMessageAdded').ChatServiceSid as ServiceSid,
  },
  deployment: 'bridge',
});

export const secrets = secretsWith({
  flex: accountSecrets('flex-token', 'flex-token-before'),
  frontline: accountSecrets('frontline-token'),
});

/** Twilio's rule, written down once more, apart from Twilio's library: URL, then each name and value sorted by name. */
export const signature = (token: string, url: string, params: Params): string => {
  const said = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => name + value)
    .join('');
  return createHmac('sha1', token)
    .update(url + said)
    .digest('base64');
};

export const encode = (params: Params): string => new URLSearchParams(params).toString();

export type Sent = QueueMessage & { readonly queue: string; readonly work: Work | undefined };

/**
 * A bridge's edge whose queues are a list, and whose deadline is called by hand.
 * @param mount the webhooks' endpoint unless given
 */
export const harness = (over: Partial<WebhookDeps> = {}, mount: typeof createWebhook = createWebhook) => {
  const sent: Sent[] = [];
  const journal: Entry[] = [];
  let expire = () => {};
  const webhook = mount({
    queues: {
      send: async (queue, message) => {
        sent.push({ queue, ...message, work: decodeEnvelope(message.body)?.work });
      },
    },
    journal: (entry) => journal.push(entry),
    clock: { now: () => 1_773_507_731_402 },
    config,
    secrets: async () => secrets,
    deadline: (_ms, expired) => {
      expire = expired;
      return () => {};
    },
    ...over,
  });

  /** Sends parameters as Twilio would, but for what `as` says. */
  const deliver = (
    path: string,
    params: Params,
    as: {
      readonly token?: string;
      readonly signature?: string;
      readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Response> => {
    const token = as.token ?? (params.AccountSid === frontlineAccount ? 'frontline-token' : 'flex-token');
    return webhook(
      new Request(`http://127.0.0.1:3000${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'x-twilio-signature': as.signature ?? signature(token, config.publicBaseUrl + path, params),
          'i-twilio-idempotency-token': 'c2b1f6a0-7c6e-4f5c-9d5e-0a1b2c3d4e5f',
          ...as.headers,
        },
        body: as.body ?? encode(params),
        ...(as.body instanceof ReadableStream ? { duplex: 'half' } : {}),
      } as RequestInit),
    );
  };
  return { webhook, deliver, sent, journal, expire: () => expire() };
};
