import { describe, expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import { encodeEnvelope } from '../../../src/core/jobs/envelope.ts';
import { clearSettled, readUnlisted } from '../../../src/core/operate/dead-letters.ts';
import { type RedrivenLink, redriveLinks } from '../../../src/core/operate/redrive.ts';
import { concerns, readStatus } from '../../../src/core/operate/status.ts';
import { containerOfPair, pairId } from '../../../src/core/state/items.ts';
import { type OperatorHarness, operatorHarness } from './harness.ts';

const lettersOf = async (harness: OperatorHarness) => readUnlisted(harness.operator, await harness.operator.counts());

/** A chat whose conversation another deployment has made, so that its link was parked. */
const withParkedLink = async () => {
  const harness = operatorHarness();
  const { channelSid, taskSid } = harness.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  const foreign = await harness.during(
    harness.deps.frontline.createConversation({
      uniqueName: `bridge-flex-${channelSid}-1`,
      friendlyName: 'Jo',
      attributes: JSON.stringify({ chatChannelSid: channelSid, bridgeDeployment: 'another' }),
    }),
  );
  if (foreign === 'taken') throw new Error('the name is taken');
  harness.twilio.customer.writes(channelSid, 'hello?');
  const { reservationSid } = harness.twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid);
  harness.twilio.flexAgent.accepts(reservationSid);
  await harness.pass(5_000);
  const again = async (): Promise<readonly RedrivenLink[]> =>
    harness.during(redriveLinks(harness.operator, await lettersOf(harness), 60_000));
  const conversations = () =>
    harness.twilio.reads.containers('frontline').filter(({ attributes }) => attributes.includes(channelSid));
  return { harness, pair: pairId('flex', channelSid), foreign, again, conversations };
};

describe('what was given up and stands in no list', () => {
  test('is named by reason: links, forwards, and what nobody can read', async () => {
    const { harness, pair } = await withParkedLink();
    const forward = {
      ...{
        eventType: 'onMessageSent',
        container: containerOfPair(pair),
        about: `IM${'1'.repeat(32)}` as const,
        key: 'k',
      },
      ...{ contentType: 'application/json', body: '{}' },
    };
    for (const n of [1, 2])
      await harness.queues.deadLetter('default-webhook', {
        group: forward.container,
        dedupe: `forward ${n}`,
        reason: 'forward_refused',
        body: encodeEnvelope({ receivedAt: 0, work: { kind: 'forward', forward } }),
      });
    await harness.queues.send('frontline-events', { group: 'CH', dedupe: 'one', body: 'of the next release' });
    await harness.pass(1_000);

    const deadLetters = (await lettersOf(harness)).map(({ queue, reason, pair, link }) => [queue, reason, pair, link]);
    expect(deadLetters).toEqual([
      ['flex-events', 'other_deployment', pair, true],
      ['frontline-events', 'unreadable', undefined, false],
      ['default-webhook', 'forward_refused', pair, false],
      ['default-webhook', 'forward_refused', pair, false],
    ]);
    const seen = await readStatus(harness.operator);
    expect(seen.deadLetters).toEqual({
      total: 4,
      byReason: { forward_refused: 2, other_deployment: 1, unreadable: 1 },
    });
    expect(concerns(seen)).toEqual(['dead letters']);
  });

  test('does not name the bells of parked messages a second time', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    harness.meddle(() => ({ code: 50504 }));
    harness.twilio.customer.writes(channelSid, 'too long');
    await harness.pass(2_000);
    const seen = await readStatus(harness.operator);
    expect(seen).toMatchObject({ parked: { total: 1 }, deadLetters: { total: 0 } });
    expect(seen.queues['flex-events'].dead).toBeGreaterThan(0);
  });
});

describe('a parked link, put back', () => {
  test('is linked once the other deployment is gone, and its bell falls silent', async () => {
    const { harness, pair, foreign, again, conversations } = await withParkedLink();
    await harness.during(harness.dropConversation(foreign.sid));
    const [linked] = await again();
    const [conversation] = conversations();
    expect(linked).toMatchObject({ pair, ended: { end: 'linked', copies: [conversation?.sid] } });
    expect(harness.told('frontline', conversation?.sid ?? '')).toEqual(['hello?']);
    expect(await clearSettled(harness.operator)).toBe(1);
    expect(await again()).toEqual([]);
  });

  test('is parked again while the other deployment is there, with one bell however often it is asked for', async () => {
    const { harness, again } = await withParkedLink();
    for (let n = 0; n < 3; n += 1) {
      expect(await again()).toMatchObject([{ ended: { end: 'parked', reason: 'other_deployment' } }]);
      expect(await clearSettled(harness.operator)).toBe(1);
      const left = await harness.operator.deadLetters('flex-events');
      expect(left.map(({ reason }) => reason)).toEqual(['other_deployment']);
    }
  });

  test('keeps its letter while the link cannot be tried', async () => {
    const { harness, again } = await withParkedLink();
    harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'flex' });
    expect(await again()).toMatchObject([{ ended: { end: 'deferred' } }]);
    expect(await clearSettled(harness.operator)).toBe(0);
    expect(await lettersOf(harness)).toHaveLength(1);
  });

  test('loses its letter when there turned out to be nothing to link', async () => {
    const { harness, pair } = await withParkedLink();
    expect(await clearSettled(harness.operator, new Set([pair]))).toBe(1);
    expect(await harness.operator.deadLetters('flex-events')).toEqual([]);
  });
});

describe('a link in which Twilio lets somebody not in', () => {
  /** https://www.twilio.com/docs/api/errors/50214: a user in as many conversations as may be. */
  const refuse = (harness: OperatorHarness, path: string, about: string): void =>
    harness.meddle((url, _, form) => (url.includes(path) && form.includes(about) ? { code: 50214 } : undefined));
  const accepted = async (path: string, about: string, before: (harness: OperatorHarness) => void = () => {}) => {
    const harness = operatorHarness({ swept: true });
    const { channelSid, taskSid } = harness.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
    harness.twilio.customer.writes(channelSid, 'hello?');
    refuse(harness, path, about);
    before(harness);
    const { reservationSid } = harness.twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid);
    harness.twilio.flexAgent.accepts(reservationSid, 'never');
    await harness.pass(5_000);
    const conversation = () =>
      harness.twilio.reads.containers('frontline').find(({ attributes }) => attributes.includes(channelSid));
    const deadLetters = async () => (await lettersOf(harness)).map(({ reason }) => reason);
    const redrive = async () => {
      const ended = await harness.during(redriveLinks(harness.operator, await lettersOf(harness), 60_000));
      await clearSettled(harness.operator);
      return ended.map(({ ended }) => ended?.end);
    };
    return { harness, channelSid, conversation, deadLetters, redrive };
  };

  test.each([
    ['the agent, in Frontline', '/Participants', AGENTS.ann.email],
    ['the agent, in Flex', '/Members', AGENTS.ann.flexIdentity],
    ['the customer', '/Participants', 'jo'],
  ])('(%s) goes on without, is parked once, and is whole when an operator tries again', async (_, path, about) => {
    const { harness, channelSid, conversation, deadLetters, redrive } = await accepted(path, about);
    harness.twilio.customer.writes(channelSid, 'anybody?');
    await harness.pass(30 * 60_000);
    expect(harness.told('frontline', conversation()?.sid ?? '')).toEqual(['hello?', 'anybody?']);
    expect(await deadLetters()).toEqual(['refused']);
    expect(harness.journal().filter(({ step }) => step === 'parked')).toMatchObject([
      { reason: 'refused', code: 50214 },
    ]);
    expect((await readStatus(harness.operator)).pairs).toMatchObject({ open: 1, linking: 0 });

    expect(await redrive()).toEqual(['parked']);
    expect(await deadLetters()).toEqual(['refused']);
    harness.meddle(() => undefined);
    expect(await redrive()).toEqual(['linked']);
    expect(await deadLetters()).toEqual([]);
    const there = conversation()?.members.map(({ identity }) => identity);
    expect(there?.toSorted()).toEqual([AGENTS.ann.email, 'jo']);
    const channel = harness.twilio.reads.container('flex', channelSid)?.members.map(({ identity }) => identity);
    expect(channel).toContain(AGENTS.ann.flexIdentity);
    expect(harness.told('frontline', conversation()?.sid ?? '')).toEqual(['hello?', 'anybody?']);
  });

  test('is parked once, however often the accept is told', async () => {
    const { harness, deadLetters } = await accepted('/Participants', AGENTS.ann.email, (harness) => {
      harness.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 20 * 60_000 });
    });
    await harness.pass(30 * 60_000);
    expect(
      harness.journal().filter(({ step, type }) => step === 'skipped' && type === 'reservation.accepted'),
    ).toHaveLength(1);
    expect(await deadLetters()).toEqual(['refused']);
  });

  test('is made whole although the agent is no user of Frontline any more', async () => {
    const { harness, conversation, deadLetters, redrive } = await accepted('/Participants', 'jo');
    const user = { code: 20404, status: 404 };
    harness.meddle((url, _, __, method) => (method === 'GET' && url.includes('/Users/') ? user : undefined));
    await redrive();
    expect(conversation()?.members.map(({ identity }) => identity)).toContain('jo');
    expect(await deadLetters()).toEqual([]);
  });

  test('is parked before there is a conversation, when that is refused, and linked when an operator tries again', async () => {
    const { harness, conversation, deadLetters, redrive } = await accepted('/Conversations', 'UniqueName');
    await harness.pass(30 * 60_000);
    expect(conversation()).toBeUndefined();
    expect(await deadLetters()).toEqual(['refused']);
    harness.meddle(() => undefined);
    expect(await redrive()).toEqual(['linked']);
    expect(harness.told('frontline', conversation()?.sid ?? '')).toEqual(['hello?']);
    expect(await deadLetters()).toEqual([]);
  });
});
