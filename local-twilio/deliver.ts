/** Webhooks over HTTP. node:http, because fetch takes twice the processor's time and there are hundreds a second. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { DeliverWebhook, WebhookAnswer } from './world.ts';

export type HttpDelivery = { readonly deliver: DeliverWebhook; readonly stop: () => void };

export const createHttpDelivery = (): HttpDelivery => {
  const agent = new Agent({ keepAlive: true });
  const secureAgent = new SecureAgent({ keepAlive: true });
  return {
    deliver: ({ url, method, headers, body, signal }) =>
      new Promise<WebhookAnswer>((resolve) => {
        const failed = () => resolve(signal.aborted ? 'timeout' : 'refused');
        const heard = (answer: IncomingMessage) => {
          answer.resume();
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0 }));
          answer.on('error', failed);
        };
        const secure = url.startsWith('https:');
        const options = { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, signal };
        const call = secure
          ? secureRequest(url, { ...options, agent: secureAgent }, heard)
          : request(url, { ...options, agent }, heard);
        call.on('error', failed);
        call.end(body);
      }),
    stop: () => {
      agent.destroy();
      secureAgent.destroy();
    },
  };
};
