/** Frontline's app and a web page, as they ask the deployed bridge. */
import { createHmac } from 'node:crypto';
import { AGENTS, FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';
import type { LocalTwilio } from '../../local-twilio/twilio.ts';
import { AVAILABILITY, type Callback } from '../../src/contract.ts';
import type { Checks } from './checks.ts';
import type { Chat } from './conversation.ts';

export const CALLBACK_TEMPLATES = [{ display_name: 'Openers', templates: [{ content: 'Hello {{Name}}' }] }];
export const CALLBACK_SETTINGS_GIVEN = {
  FRONTLINE_SMS_NUMBER: '+15550100002',
  AVAILABILITY_ORIGINS: 'https://www.example.com',
} as const;

/** Signed as Twilio does: URL, then each name and value sorted by name. @returns status and JSON. */
const askCallback = async (
  url: string,
  path: Callback,
  more: Readonly<Record<string, string>>,
  token: string = FRONTLINE.authToken,
): Promise<readonly [status: number, json: unknown]> => {
  const params: Readonly<Record<string, string>> = { Worker: AGENTS.ann.email, ...more };
  const names = Object.keys(params).sort();
  const signed = url + path + names.map((name) => name + params[name]).join('');
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': createHmac('sha1', token).update(signed).digest('base64'),
    },
    body: new URLSearchParams(params).toString(),
  });
  const text = await answer.text();
  return [answer.status, answer.status === 200 ? JSON.parse(text) : text];
};

/** As a page in a browser asks. @returns status, text, and the origin that the answer allows. */
const askForWorker = async (
  url: string,
  name: string,
  origin: string = CALLBACK_SETTINGS_GIVEN.AVAILABILITY_ORIGINS,
): Promise<readonly [number, string, string | null]> => {
  const query = new URLSearchParams({ WorkerName: name, EventType: 'NotifyAgent' });
  const answer = await fetch(`${url}${AVAILABILITY}?${query}`, { headers: { origin } });
  return [answer.status, await answer.text(), answer.headers.get('access-control-allow-origin')];
};

export const answeredToApp = async ({
  check,
  equal,
  twilio,
  url,
  chat,
}: {
  readonly check: Checks['check'];
  readonly equal: (what: string, actual: unknown, expected: unknown) => void;
  readonly twilio: LocalTwilio;
  readonly url: string;
  readonly chat: Chat;
}): Promise<void> => {
  const customer = twilio.reads.container('frontline', chat.conversationSid)?.members[0]?.identity ?? '';
  const name = '+15550199001';
  await check(
    "Frontline's app sees the customers of the agent's chats, and only as the Frontline account",
    async () => {
      const asked = { Location: 'GetCustomersList', PageSize: '30' };
      const objects = { customers: [{ customer_id: customer, display_name: name }], searchable: true };
      equal('list', await askCallback(url, '/frontline/crm', asked), [200, { objects }]);
      equal('with another token', (await askCallback(url, '/frontline/crm', asked, FLEX.authToken))[0], 403);
      const details = { Location: 'GetCustomerDetailsByCustomerId', CustomerId: customer };
      const [status, told] = await askCallback(url, '/frontline/crm', details);
      equal('details', [status, JSON.stringify(told).includes(chat.channelSid)], [200, true]);
    },
  );
  await check("Frontline's app gets a number and the deployed templates", async () => {
    const sms = { Location: 'GetProxyAddress', ChannelType: 'sms' };
    const number = { proxy_address: CALLBACK_SETTINGS_GIVEN.FRONTLINE_SMS_NUMBER };
    equal('number', await askCallback(url, '/frontline/outgoing', sms), [200, number]);
    const asked = { Location: 'GetTemplatesByCustomerId', CustomerId: customer };
    const filled = [{ display_name: 'Openers', templates: [{ content: `Hello ${name}` }] }];
    equal('templates', await askCallback(url, '/frontline/templates', asked), [200, filled]);
  });
  await check('a web page hears whether an agent is there, and another page nothing', async () => {
    const page = CALLBACK_SETTINGS_GIVEN.AVAILABILITY_ORIGINS;
    twilio.flexAgent.goes(AGENTS.ann.flexWorkerSid, 'Available');
    twilio.flexAgent.goes(AGENTS.ben.flexWorkerSid, 'Offline');
    equal('there', await askForWorker(url, AGENTS.ann.email), [200, '{"available":true}', page]);
    equal('away', await askForWorker(url, AGENTS.ben.email), [200, '{"available":false}', page]);
    equal('nobody', await askForWorker(url, 'nobody'), [200, '{"available":false}', page]);
    equal('another page', await askForWorker(url, AGENTS.ann.email, 'https://evil.example'), [
      ...[403, 'not for this page\n', null],
    ]);
  });
};
