import { describe, expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import { encodeEnvelope } from '../../../src/core/jobs/envelope.ts';
import { clearSettled, readUnlisted } from '../../../src/core/operate/dead-letters.ts';
import { type RedrivenLink, redriveLinks } from '../../../src/core/operate/redrive.ts';
import { concerns, readStatus } from '../../../src/core/operate/status.ts';
import { containerOfPair, pairId } from '../../../src/core/state/items.ts';
import { type Office, openOffice } from './office.ts';

const lettersOf = async (office: Office) => readUnlisted(office.operator, await office.operator.counts());

/** A chat whose conversation another deployment has made, so that its link was parked. */
const withParkedLink = async () => {
  const office = openOffice();
  const { channelSid, taskSid } = office.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  const foreign = await office.during(
    office.deps.frontline.createConversation({
      uniqueName: `bridge-flex-${channelSid}-1`,
      friendlyName: 'Jo',
      attributes: JSON.stringify({ chatChannelSid: channelSid, bridgeDeployment: 'another' }),
    }),
  );
  if (foreign === 'taken') throw new Error('the name is taken');
  office.twilio.customer.writes(channelSid, 'hello?');
  const { reservationSid } = office.twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid);
  office.twilio.flexAgent.accepts(reservationSid);
  await office.pass(5_000);
  const again = async (): Promise<readonly RedrivenLink[]> =>
    office.during(redriveLinks(office.operator, await lettersOf(office), 60_000));
  const conversations = () =>
    office.twilio.reads.containers('frontline').filter(({ attributes }) => attributes.includes(channelSid));
  return { office, pair: pairId('flex', channelSid), foreign, again, conversations };
};

describe('what was given up and stands in no list', () => {
  test('is named by reason: links, forwards, and what nobody can read', async () => {
    const { office, pair } = await withParkedLink();
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
      await office.queues.deadLetter('default-webhook', {
        group: forward.container,
        dedupe: `forward ${n}`,
        reason: 'forward_refused',
        body: encodeEnvelope({ receivedAt: 0, work: { kind: 'forward', forward } }),
      });
    await office.queues.send('frontline-events', { group: 'CH', dedupe: 'one', body: 'of the next release' });
    await office.pass(1_000);

    const deadLetters = (await lettersOf(office)).map(({ queue, reason, pair, link }) => [queue, reason, pair, link]);
    expect(deadLetters).toEqual([
      ['flex-events', 'other_deployment', pair, true],
      ['frontline-events', 'unreadable', undefined, false],
      ['default-webhook', 'forward_refused', pair, false],
      ['default-webhook', 'forward_refused', pair, false],
    ]);
    const seen = await readStatus(office.operator);
    expect(seen.deadLetters).toEqual({
      total: 4,
      byReason: { forward_refused: 2, other_deployment: 1, unreadable: 1 },
    });
    expect(concerns(seen)).toEqual(['dead letters']);
  });

  test('does not name the bells of parked messages a second time', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    office.meddle(() => ({ code: 50504 }));
    office.twilio.customer.writes(channelSid, 'too long');
    await office.pass(2_000);
    const seen = await readStatus(office.operator);
    expect(seen).toMatchObject({ parked: { total: 1 }, deadLetters: { total: 0 } });
    expect(seen.queues['flex-events'].dead).toBeGreaterThan(0);
  });
});

describe('a parked link, put back', () => {
  test('is linked once the other deployment is gone, and its bell falls silent', async () => {
    const { office, pair, foreign, again, conversations } = await withParkedLink();
    await office.during(office.dropConversation(foreign.sid));
    const [linked] = await again();
    const [conversation] = conversations();
    expect(linked).toMatchObject({ pair, ended: { end: 'linked', copies: [conversation?.sid] } });
    expect(office.told('frontline', conversation?.sid ?? '')).toEqual(['hello?']);
    expect(await clearSettled(office.operator)).toBe(1);
    expect(await again()).toEqual([]);
  });

  test('is parked again while the other deployment is there, with one bell however often it is asked for', async () => {
    const { office, again } = await withParkedLink();
    for (let n = 0; n < 3; n += 1) {
      expect(await again()).toMatchObject([{ ended: { end: 'parked', reason: 'other_deployment' } }]);
      expect(await clearSettled(office.operator)).toBe(1);
      const left = await office.operator.deadLetters('flex-events');
      expect(left.map(({ reason }) => reason)).toEqual(['other_deployment']);
    }
  });

  test('keeps its letter while the link cannot be tried', async () => {
    const { office, again } = await withParkedLink();
    office.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'flex' });
    expect(await again()).toMatchObject([{ ended: { end: 'deferred' } }]);
    expect(await clearSettled(office.operator)).toBe(0);
    expect(await lettersOf(office)).toHaveLength(1);
  });

  test('loses its letter when there turned out to be nothing to link', async () => {
    const { office, pair } = await withParkedLink();
    expect(await clearSettled(office.operator, new Set([pair]))).toBe(1);
    expect(await office.operator.deadLetters('flex-events')).toEqual([]);
  });
});

describe('a link in which Twilio lets somebody not in', () => {
  /** https://www.twilio.com/docs/api/errors/50214: a user in as many conversations as may be. */
  const refuse = (office: Office, path: string, about: string): void =>
    office.meddle((url, _, form) => (url.includes(path) && form.includes(about) ? { code: 50214 } : undefined));
  const accepted = async (path: string, about: string, before: (office: Office) => void = () => {}) => {
    const office = openOffice({ swept: true });
    const { channelSid, taskSid } = office.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
    office.twilio.customer.writes(channelSid, 'hello?');
    refuse(office, path, about);
    before(office);
    const { reservationSid } = office.twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid);
    office.twilio.flexAgent.accepts(reservationSid, 'never');
    await office.pass(5_000);
    const conversation = () =>
      office.twilio.reads.containers('frontline').find(({ attributes }) => attributes.includes(channelSid));
    const deadLetters = async () => (await lettersOf(office)).map(({ reason }) => reason);
    const redrive = async () => {
      const ended = await office.during(redriveLinks(office.operator, await lettersOf(office), 60_000));
      await clearSettled(office.operator);
      return ended.map(({ ended }) => ended?.end);
    };
    return { office, channelSid, conversation, deadLetters, redrive };
  };

  test.each([
    ['the agent, in Frontline', '/Participants', AGENTS.ann.email],
    ['the agent, in Flex', '/Members', AGENTS.ann.flexIdentity],
    ['the customer', '/Participants', 'jo'],
  ])('(%s) goes on without, is parked once, and is whole when an operator tries again', async (_, path, about) => {
    const { office, channelSid, conversation, deadLetters, redrive } = await accepted(path, about);
    office.twilio.customer.writes(channelSid, 'anybody?');
    await office.pass(30 * 60_000);
    expect(office.told('frontline', conversation()?.sid ?? '')).toEqual(['hello?', 'anybody?']);
    expect(await deadLetters()).toEqual(['refused']);
    expect(office.journal().filter(({ step }) => step === 'parked')).toMatchObject([
      { reason: 'refused', code: 50214 },
    ]);
    expect((await readStatus(office.operator)).pairs).toMatchObject({ open: 1, linking: 0 });

    expect(await redrive()).toEqual(['parked']);
    expect(await deadLetters()).toEqual(['refused']);
    office.meddle(() => undefined);
    expect(await redrive()).toEqual(['linked']);
    expect(await deadLetters()).toEqual([]);
    const there = conversation()?.members.map(({ identity }) => identity);
    expect(there?.toSorted()).toEqual([AGENTS.ann.email, 'jo']);
    const channel = office.twilio.reads.container('flex', channelSid)?.members.map(({ identity }) => identity);
    expect(channel).toContain(AGENTS.ann.flexIdentity);
    expect(office.told('frontline', conversation()?.sid ?? '')).toEqual(['hello?', 'anybody?']);
  });

  test('is parked once, however often the accept is told', async () => {
    const { office, deadLetters } = await accepted('/Participants', AGENTS.ann.email, (office) => {
      office.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 20 * 60_000 });
    });
    await office.pass(30 * 60_000);
    expect(
      office.journal().filter(({ step, type }) => step === 'skipped' && type === 'reservation.accepted'),
    ).toHaveLength(1);
    expect(await deadLetters()).toEqual(['refused']);
  });

  test('is made whole although the agent is no user of Frontline any more', async () => {
    const { office, conversation, deadLetters, redrive } = await accepted('/Participants', 'jo');
    const user = { code: 20404, status: 404 };
    office.meddle((url, _, __, method) => (method === 'GET' && url.includes('/Users/') ? user : undefined));
    await redrive();
    expect(conversation()?.members.map(({ identity }) => identity)).toContain('jo');
    expect(await deadLetters()).toEqual([]);
  });

  test('is parked before there is a conversation, when that is refused, and linked when an operator tries again', async () => {
    const { office, conversation, deadLetters, redrive } = await accepted('/Conversations', 'UniqueName');
    await office.pass(30 * 60_000);
    expect(conversation()).toBeUndefined();
    expect(await deadLetters()).toEqual(['refused']);
    office.meddle(() => undefined);
    expect(await redrive()).toEqual(['linked']);
    expect(office.told('frontline', conversation()?.sid ?? '')).toEqual(['hello?']);
    expect(await deadLetters()).toEqual([]);
  });
});
