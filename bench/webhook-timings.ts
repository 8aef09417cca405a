/** How long the bridge took to answer each webhook, as the local Twilio sees it. */
import type { DeliverWebhook } from '../local-twilio/world.ts';

export type WebhookTiming = {
  readonly account: 'flex' | 'frontline';
  readonly form: string;
  /** Milliseconds since 1970: when Twilio began the call, and when it had the answer. */
  readonly begun: number;
  readonly answered: number;
  readonly acknowledged: boolean;
};

export type WebhookTimings = {
  readonly around: (deliver: DeliverWebhook) => DeliverWebhook;
  /** Everything heard since the last time. */
  readonly take: () => readonly WebhookTiming[];
};

export const createWebhookTimings = (): WebhookTimings => {
  let heard: WebhookTiming[] = [];
  return {
    around: (deliver) => async (call) => {
      const begun = Date.now();
      const delivered = await deliver(call);
      const acknowledged = typeof delivered === 'object' && delivered.status >= 200 && delivered.status < 300;
      heard.push({ account: call.account, form: call.body, begun, answered: Date.now(), acknowledged });
      return delivered;
    },
    take: () => {
      const taken = heard;
      heard = [];
      return taken;
    },
  };
};
