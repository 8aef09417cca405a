import { describe, expect, test } from '@jest/globals';
import { GONE, isNoticeText, NOTICE_AUTHOR, noticeSid, noticeText } from '../../../src/core/copies/notice-text.ts';
import type { Undelivered } from '../../../src/core/jobs/envelope.ts';
import { sid } from '../../support/sid.ts';

const about = (more: Partial<Undelivered>): Undelivered => ({
  sid: sid('IM', '1'),
  way: 'toFlex',
  reason: 'refused',
  code: 50504,
  createdAt: '2026-11-22T14:03:04.567Z',
  ...more,
});

describe('A notice tells the agent', () => {
  test.each([
    [
      {},
      'A message of yours, written 2026-11-22 14:03 UTC, was not delivered to Flex (Twilio refused it, error 50504).',
    ],
    [
      { way: 'toFrontline' as const, reason: 'gave_up' as const, code: undefined },
      'A message from Flex, written 2026-11-22 14:03 UTC, is missing here (Twilio did not take it for an hour). Please read it in Flex.',
    ],
    [
      { edit: 'e1', reason: 'altered' as const, code: undefined, createdAt: undefined },
      'A message of yours says something else in Flex, whatever the bridge does (its copy is changed again and again).',
    ],
    [
      { way: 'toFrontline' as const, edit: 'e1', reason: 'altered' as const, code: undefined },
      'A message from Flex, written 2026-11-22 14:03 UTC, says something else here (its copy is changed again and again). Please read it in Flex.',
    ],
    [
      { way: 'forward' as const, reason: 'forward_pointless' as const, code: undefined },
      'A message, written 2026-11-22 14:03 UTC, may not have reached the customer by SMS (it is too late to send it).',
    ],
    [{ edit: GONE }, 'A message of yours that was deleted is still shown in Flex (Twilio refused it, error 50504).'],
    [
      { way: 'toFrontline' as const, edit: GONE, reason: 'a_later_reason' as 'refused' },
      'A message that was deleted is still shown here (a_later_reason, error 50504).',
    ],
  ])('%j', (more, text) => {
    expect(noticeText(about(more))).toBe(`[Bridge] ${text}`);
    expect(isNoticeText({ author: NOTICE_AUTHOR, body: noticeText(about(more)) })).toBe(true);
  });
});

test('Of one message each thing that is told is a notice of its own, and the same thing told again is not', () => {
  const facts: readonly Partial<Undelivered>[] = [
    {},
    { way: 'forward', reason: 'forward_refused' },
    { edit: 'e1' },
    { edit: 'e2' },
    { edit: 'e1', reason: 'altered' },
    { edit: GONE },
  ];
  const names = facts.map((fact) => noticeSid(about(fact)));
  expect(new Set(names).size).toBe(facts.length);
  expect(noticeSid(about({ reason: 'gave_up', code: undefined }))).toBe(names[0]);
  expect(noticeSid(about({ way: 'forward', reason: 'forward_pointless', createdAt: undefined }))).toBe(names[1]);
  expect(noticeSid(about({ edit: 'e1', reason: 'gave_up' }))).toBe(names[2]);
});
