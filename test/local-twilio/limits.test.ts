import { expect, test } from '@jest/globals';
import { FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';
import { createVirtualTwilio, json, openPair, status } from './support/virtual-twilio.ts';

/** https://www.twilio.com/docs/conversations/conversations-limits */
test.each([
  ['Flex', 50063],
  ['Frontline', 50074],
] as const)('of a program %s takes 30 writes a second in one chat, of people more', async (side, code) => {
  const twilio = createVirtualTwilio();
  const pair = await openPair(twilio);
  await twilio.pass(1_000);
  const post = () =>
    side === 'Flex'
      ? twilio.flex('POST', `${pair.channel}/Messages`, { From: 'jo', Body: 'copy' })
      : twilio.frontline('POST', `${pair.conversation}/Messages`, { Author: 'jo', Body: 'copy' });
  const write = () =>
    side === 'Flex'
      ? twilio.customer.writes(pair.channelSid, 'hello')
      : twilio.frontlineAgent.writes('ann@example.com', pair.conversationSid, 'hello');

  const taken = Array.from({ length: 30 }, post);
  const refused = post();
  await twilio.pass(0);
  expect(new Set(taken.map(status))).toEqual(new Set([201]));
  expect([status(refused), json(refused).code]).toEqual([429, code]);
  expect(write).not.toThrow();

  await twilio.pass(1_000);
  for (let n = 0; n < 30; n += 1) write();
  const late = post();
  twilio.switches.actionsPerSecond = undefined;
  const free = post();
  await twilio.pass(0);
  expect([status(late), status(free)]).toEqual([429, 201]);
});

test.each([
  ['Flex', 50063],
  ['Frontline', 50074],
] as const)('of a program %s takes 30 new chats a second in one service', async (side, code) => {
  const twilio = createVirtualTwilio();
  await twilio.pass(1_000);
  const make = () =>
    side === 'Flex'
      ? twilio.flex('POST', `chat.twilio.com/v2/Services/${FLEX.chatServiceSid}/Channels`, {})
      : twilio.frontline(
          'POST',
          `conversations.twilio.com/v1/Services/${FRONTLINE.conversationServiceSid}/Conversations`,
          {},
        );
  const made = Array.from({ length: 30 }, make);
  const refused = make();
  await twilio.pass(0);
  expect(new Set(made.map(status))).toEqual(new Set([201]));
  expect([status(refused), json(refused).code]).toEqual([429, code]);
  await twilio.pass(1_000);
  const later = make();
  await twilio.pass(0);
  expect(status(later)).toBe(201);
});
