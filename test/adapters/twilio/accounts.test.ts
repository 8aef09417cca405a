import { expect, test } from '@jest/globals';
import { FLEX, FRONTLINE } from '../../../local-twilio/defaults.ts';
import { accountSecrets, configWith, secretsWith } from '../../../sim/settings.ts';
import { createTime } from '../../../sim/time.ts';
import { createAccounts } from '../../../src/adapters/twilio/accounts.ts';
import { createGuards } from '../../../src/adapters/twilio/http/guards.ts';
import type { HttpRequest } from '../../../src/adapters/twilio/http/http.ts';
import type { Config } from '../../../src/runtime/settings.ts';

const CHANNEL = `CH${'c'.repeat(32)}`;

/** Both accounts over a Twilio that answers every call with this status; at 404 it says that nothing is there. */
const accountsOver = (status: number, flex: Partial<Config['flex']> = {}, leaseMs = 20_000) => {
  const calls: HttpRequest[] = [];
  const config = configWith({ leaseMs });
  const accounts = createAccounts({
    config: { ...config, flex: { ...config.flex, ...flex } },
    secrets: async () =>
      secretsWith({
        flex: accountSecrets('the token of Flex'),
        frontline: accountSecrets('the token of Frontline'),
      }),
    http: async (request) => {
      calls.push(request);
      return { status, headers: {}, body: '{"code":20404}' };
    },
    guards: createGuards({ clock: createTime(), journal: () => {} }),
  });
  return { ...accounts, calls };
};

const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`;

test('each side is called with the credentials of its own account', async () => {
  const { flex, frontline, calls } = accountsOver(404);
  await flex.container(CHANNEL);
  await frontline.container(CHANNEL);
  expect(calls.map(({ url, headers }) => [new URL(url).host, headers.authorization])).toEqual([
    ['chat.twilio.com', basic(FLEX.accountSid, 'the token of Flex')],
    ['conversations.twilio.com', basic(FRONTLINE.accountSid, 'the token of Frontline')],
  ]);
});

test("an account without a workspace or a webhook of Flex's own has neither", () => {
  const { tasks, defaultWebhook } = accountsOver(200, { workspaceSid: undefined, defaultWebhook: undefined });
  expect([tasks, defaultWebhook]).toEqual([undefined, undefined]);
});

test('a dead workspace silences no chat', async () => {
  const { flex, tasks, calls } = accountsOver(503);
  for (let n = 0; n < 9; n += 1) await tasks?.chat(`WT${String(n).padStart(32, '0')}`).catch(() => {});
  // The breaker has opened: not every call was made.
  expect(calls.length).toBeLessThan(9);
  const before = calls.length;
  await flex.container(CHANNEL).catch(() => {});
  expect(calls.length).toBe(before + 1);
});

test.each([
  [20_000, 10_000],
  [120_000, 10_000],
  [5_000, 2_500],
])('with a lease of %i ms a call is cut off after %i ms', async (leaseMs, requestMs) => {
  const { flex, frontline, tasks, defaultWebhook, calls } = accountsOver(404, {}, leaseMs);
  await flex.container(CHANNEL);
  await frontline.container(CHANNEL);
  await tasks?.chat(`WT${'0'.repeat(32)}`);
  await defaultWebhook?.post('application/x-www-form-urlencoded', 'a=1').catch(() => {});
  expect(calls.map(({ timeoutMs }) => timeoutMs)).toEqual([requestMs, requestMs, requestMs, requestMs]);
});
