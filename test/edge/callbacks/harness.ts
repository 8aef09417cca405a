/** Frontline's app, as Twilio asks for it, against the bridge on one machine: real HTTP, real signatures. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FRONTLINE } from '../../../local-twilio/defaults.ts';
import type { Params } from '../../fixtures/webhooks/read.ts';
import { accept, ann, conversationOf } from '../../local/support/chat.ts';
import { newMachine } from '../../local/support/machine.ts';
import { until } from '../../local/support/until.ts';
import { frontlineClient } from '../../local-twilio/support/clients.ts';
import { encode, signature } from '../harness.ts';

export { ann } from '../../local/support/chat.ts';

export type Heard = { readonly status: number; readonly text: string; readonly headers: Headers };
export const jsonOf = ({ text }: Heard): unknown => JSON.parse(text);

export const callbackHarness = async (environment: Readonly<Record<string, string>> = {}) => {
  const machine = await newMachine(environment);
  machine.twilio.switches.restDates = 'milliseconds';
  // Other programs made the conversations by and by; the tests make them at once.
  machine.twilio.switches.actionsPerSecond = undefined;
  const host = await machine.boot();
  const local = `http://127.0.0.1:${host.port}`;
  const { conversations } = frontlineClient(machine.twilio.url).conversations.v1.services(
    FRONTLINE.conversationServiceSid,
  );

  const fetched = async (path: string, init: RequestInit = {}): Promise<Heard> => {
    const answer = await fetch(local + path, init);
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };

  /** Asks as Twilio does on behalf of Frontline's app. */
  const ask = (path: string, params: Params, token: string = FRONTLINE.authToken): Promise<Heard> =>
    fetched(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        'x-twilio-signature': signature(token, host.publicBaseUrl + path, params),
      },
      body: encode(params),
    });

  type Someone = Parameters<ReturnType<typeof conversations>['participants']['create']>[0];
  /** A conversation that another program made. */
  const conversation = async (name: string, ...people: readonly NonNullable<Someone>[]): Promise<string> => {
    const { sid } = await conversations.create(name === '' ? {} : { friendlyName: name });
    for (const one of people) await conversations(sid).participants.create(one);
    return sid;
  };

  /** A chat that Ann has accepted in Flex, linked. */
  const linked = async ({ channelSid, taskSid }: { readonly channelSid: string; readonly taskSid: string }) => {
    accept(machine.twilio, taskSid);
    return until('the link', () => {
      const sid = conversationOf(machine.twilio, channelSid);
      const members = machine.twilio.reads.container('frontline', sid ?? '')?.members;
      return members?.some(({ identity }) => identity === ann.email) ? sid : undefined;
    });
  };
  /** What the journal says of what was asked here. */
  const answers = () => machine.journal.filter(({ step }) => step === 'answered' || step === 'failed');
  return { ...machine, host, answers, fetched, ask, conversation, conversations, linked };
};
export type CallbackHarness = Awaited<ReturnType<typeof callbackHarness>>;

export type CrmRequest = { readonly url: string; readonly signature: string; readonly params: Params };

/** The company's own CRM, which answers as the test says. `undefined`: it never answers. */
export const crm = async (answer: (request: CrmRequest) => { status: number; body: string } | undefined) => {
  const heard: CrmRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const request = {
      url: incoming.url ?? '',
      signature: String(incoming.headers['x-twilio-signature']),
      params: Object.fromEntries(new URLSearchParams(body)),
    };
    heard.push(request);
    const answered = answer(request);
    if (answered !== undefined) outgoing.writeHead(answered.status).end(answered.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/crm?key=1`, heard, stop };
};
