/** A chat that an agent begins in Frontline becomes a chat of Flex's. */
import { describe, expect, test } from '@jest/globals';
import { annBegins, begunBy, customerOf, PHONE } from './begun.ts';
import { AGENTS, FLEX, FRONTLINE, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;

describe('a chat that an agent begins with a number', () => {
  test('gets a channel, a session with both, and a task that is accepted for him', async () => {
    const harness = scenarioHarness();
    const chat = annBegins(harness);
    await harness.settle(1);

    expect(chat.inFlex()?.members.map(({ identity }) => identity)).toEqual([customerOf(chat), ann.flexIdentity]);
    expect(chat.session()).toMatchObject({
      status: 'open',
      participants: [
        { identifier: chat.channel(), proxyIdentifier: FLEX.phoneNumber },
        { identifier: PHONE, proxyIdentifier: FLEX.phoneNumber },
      ],
    });
    expect(JSON.parse(chat.inFlex()?.attributes ?? '{}')).toMatchObject({
      status: 'ACTIVE',
      proxySession: chat.session()?.sid,
    });
    expect(chat.tasks()).toMatchObject([
      { status: 'assigned', reservations: [{ workerSid: ann.flexWorkerSid, status: 'accepted' }] },
    ]);
    expect(harness.journal('linked')).toHaveLength(1);
    // He has begun it himself: nothing is offered to him.
    expect(harness.twilio.reads.containers('frontline')).toHaveLength(1);
  });

  test('keeps its customer in the conversation, by the identity that he has in Flex', async () => {
    const harness = scenarioHarness();
    const chat = annBegins(harness);
    await harness.settle(1);

    expect(chat.inFrontline()?.members).toMatchObject([
      { identity: ann.email, address: undefined },
      { identity: customerOf(chat), address: undefined },
    ]);
    expect(customerOf(chat)).not.toContain('9999');
  });

  test('sends nothing twice that Conversations has carried, though no answer came and an app replaced the stamp', async () => {
    const harness = scenarioHarness();
    const noTask = harness.twilio.faults.add({
      ...{ fault: 'rest.5xx-before', status: 503, p: 1 },
      only: 'POST taskrouter.tasks',
    });
    const chat = annBegins(harness);
    chat.writes('hello');
    await harness.settle(8);
    expect(chat.phone()).toEqual([`${FRONTLINE.phoneNumber}: hello`]);
    harness.twilio.faults.add({
      ...{ fault: 'rest.answer-lost', loss: 'destroy', p: 1, times: 1 },
      only: 'POST chat.messages',
    });
    harness.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 100, times: 1, account: 'flex' });
    noTask();
    await harness.settle(12);

    expect(harness.twilio.faults.counts()).toMatchObject({ 'rest.answer-lost': 1, 'attributes.replaced': 1 });
    expect(chat.saysInFlex()).toEqual([`${ann.flexIdentity}: hello`]);
    expect(chat.phone()).toEqual([`${FRONTLINE.phoneNumber}: hello`]);
  });

  const behind = { fault: 'members.stale', p: 1, maxMs: 1e9, account: 'frontline' } as const;

  test.each([0, 0.25, 0.5, 1, 2])(
    'is made though, %d s behind its begin, lists do not show who is in it',
    async (seconds) => {
      const harness = scenarioHarness();
      const chat = annBegins(harness);
      chat.writes('hello');
      await harness.settle(seconds / 60);
      await harness.during(behind, 1 / 60);
      await harness.settle(3);
      expect(harness.journal('linked')).toHaveLength(1);
      expect(chat.inFrontline()?.members.map(({ identity }) => identity)).toEqual([ann.email, customerOf(chat)]);
    },
  );

  test("knows its customer's phone though a list did not show it when it was to change the number", async () => {
    const harness = scenarioHarness();
    const chat = annBegins(harness);
    chat.writes('hello');
    harness.twilio.faults.add({
      ...{ fault: 'rest.5xx-before', status: 503, p: 1, times: 1, account: 'frontline' },
      only: 'POST conversations.participants',
    });
    while (harness.twilio.faults.counts()['rest.5xx-before'] !== 1) await harness.settle(0.002);
    harness.twilio.faults.add({ ...behind, times: 1 });
    await harness.settle(3);
    expect(harness.twilio.faults.counts()['members.stale']).toBe(1);
    harness.twilio.customer.textsFrontline(PHONE, 'thank you');
    await harness.settle(3);
    expect(chat.saysInFlex()).toContain(`${customerOf(chat)}: thank you`);
  });

  test("goes on by Flex's number, both ways", async () => {
    const harness = scenarioHarness();
    const chat = annBegins(harness);
    await harness.settle(1);
    chat.writes('hello');
    await harness.settle(0.2);
    harness.twilio.customer.writes(chat.channel(), 'who is this?');
    await harness.settle(0.2);
    harness.twilio.flexAgent.writes(ann.flexWorkerSid, chat.channel(), 'Ann');
    await harness.settle(10);

    expect(chat.phone()).toEqual([`${FLEX.phoneNumber}: hello`, `${FLEX.phoneNumber}: Ann`]);
    const customer = customerOf(chat);
    expect(chat.saysInFrontline()).toEqual([`${ann.email}: hello`, `${customer}: who is this?`, `${ann.email}: Ann`]);
    expect(chat.saysInFlex()).toEqual([
      `${ann.flexIdentity}: hello`,
      `${customer}: who is this?`,
      `${ann.flexIdentity}: Ann`,
    ]);
  });

  test('carries what was typed before, and the phone gets it once', async () => {
    const harness = scenarioHarness();
    const chat = annBegins(harness);
    chat.writes('hello');
    chat.writes('anybody there?');
    harness.twilio.customer.textsFrontline(PHONE, 'yes');
    await harness.settle(0.5);
    chat.writes('good');
    await harness.settle(20);

    const own = FRONTLINE.phoneNumber;
    expect(chat.phone()).toEqual([`${own}: hello`, `${own}: anybody there?`, `${FLEX.phoneNumber}: good`]);
    expect(chat.saysInFlex()).toEqual([
      `${ann.flexIdentity}: hello`,
      `${ann.flexIdentity}: anybody there?`,
      `${customerOf(chat)}: yes`,
      `${ann.flexIdentity}: good`,
    ]);
  });

  test('is found by the sweep when no webhook tells of it', async () => {
    const harness = scenarioHarness();
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1, account: 'frontline' });
    const chat = annBegins(harness);
    chat.writes('hello');
    await harness.settle(4);
    end();

    expect(chat.saysInFlex()).toEqual([`${ann.flexIdentity}: hello`]);
    expect(chat.inFrontline()?.members.map(({ address }) => address)).toEqual([undefined, undefined]);
  });

  test('makes the flow at the first use, and finds it from then on', async () => {
    const harness = scenarioHarness();
    const one = annBegins(harness);
    const other = annBegins(harness, '+15550108888');
    await harness.settle(3);
    const flows = [...harness.twilio.place.flex.account.flexFlows.values()];
    expect(flows).toMatchObject([{ friendlyName: 'Outbound SMS', janitorEnabled: true, integrationType: undefined }]);
    expect([one.tasks(), other.tasks()]).toMatchObject([[{ status: 'assigned' }], [{ status: 'assigned' }]]);
  });
});

test('a conversation with an identity customer needs no number, and nothing is swapped', async () => {
  const harness = scenarioHarness();
  const { conversationSid } = harness.twilio.frontlineAgent.begins(ann.email, { identity: 'jo', name: 'Jo' });
  const chat = begunBy(harness, conversationSid);
  chat.writes('hello');
  await harness.settle(1);

  expect(chat.inFrontline()?.members.map(({ identity }) => identity)).toEqual(['jo', ann.email]);
  expect(chat.saysInFlex()).toEqual([`${ann.flexIdentity}: hello`]);
  expect(chat.session()).toBeUndefined();
  expect(chat.tasks()).toMatchObject([{ status: 'assigned' }]);
});

describe('with its agent told why, and the customer as he was', () => {
  /** What the bridge has told Ann. */
  const notices = (harness: ScenarioHarness): readonly string[] =>
    harness.twilio.reads
      .containers('frontline')
      .filter(({ friendlyName }) => friendlyName === 'System')
      .flatMap(({ sid }) => harness.twilio.reads.transcript('frontline', sid).map(({ body }) => body ?? ''));
  const stays = (chat: ReturnType<typeof begunBy>, address = PHONE): void =>
    expect(chat.inFrontline()?.members).toMatchObject([{ address }, { identity: ann.email }]);

  test('by WhatsApp, while Flex has no sender for it', async () => {
    const harness = scenarioHarness();
    const chat = annBegins(harness, `whatsapp:${PHONE}`);
    await harness.settle(5);

    stays(chat, `whatsapp:${PHONE}`);
    expect(notices(harness)).toEqual([expect.stringMatching(/with Jo is not in Flex: Flex has no number/)]);
    expect(harness.twilio.reads.containers('flex')).toEqual([]);
  });

  test('with no number of Flex at all', async () => {
    const harness = scenarioHarness({ config: { outbound: undefined } });
    const chat = annBegins(harness);
    await harness.settle(5);

    stays(chat);
    expect(notices(harness)).toHaveLength(1);
  });

  test('when Flex gives him no task', async () => {
    const harness = scenarioHarness();
    const end = harness.twilio.faults.add({ fault: 'rest.denied', p: 1, only: 'POST taskrouter.tasks', status: 403 });
    const chat = annBegins(harness);
    await harness.settle(1);
    stays(chat);
    end();
    await harness.settle(20);

    // Refused credentials are mended: then it goes on.
    expect(chat.tasks()).toMatchObject([{ status: 'assigned' }]);
    expect(notices(harness)).toEqual([]);
  });

  test('when another agent has the customer already, by the same number', async () => {
    const harness = scenarioHarness();
    const other = harness.texts(PHONE, 'hi');
    await harness.settle(0.1);
    harness.accepts(other, AGENTS.ben);
    await harness.settle(2);
    const chat = annBegins(harness);
    await harness.settle(5);

    stays(chat);
    expect(notices(harness)).toEqual([expect.stringMatching(/another chat with the customer is open there/)]);
    expect(harness.people('flex', other)).not.toContain(ann.flexIdentity);
  });

  test('when the conversation is closed before Flex has answered', async () => {
    const harness = scenarioHarness();
    const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, account: 'flex', how: '503' });
    const chat = annBegins(harness);
    await harness.settle(0.2);
    harness.twilio.frontlineAgent.closes(ann.email, chat.conversationSid);
    end();
    await harness.settle(20);

    expect(notices(harness)).toEqual([]);
    expect(harness.twilio.reads.tasks('flex')).toEqual([]);
    expect(await harness.store.list('starts', { limit: 10 })).toMatchObject({ items: [] });
  });
});

test('a customer who waits in Flex already is joined there, in the chat that he has', async () => {
  const harness = scenarioHarness();
  const waiting = harness.texts(PHONE, 'is anybody there?');
  await harness.settle(0.5);
  const chat = annBegins(harness);
  await harness.settle(1);
  chat.writes('yes');
  await harness.settle(5);

  expect(harness.people('flex', waiting)).toEqual([waiting.customer, ann.flexIdentity]);
  expect(chat.saysInFrontline()).toEqual([`${ann.email}: yes`, `${waiting.customer}: is anybody there?`]);
  expect(harness.twilio.reads.containers('flex')).toHaveLength(1);
  expect(chat.phone()).toEqual([`${FLEX.phoneNumber}: yes`]);
});

test('an agent without a worker in Flex is left alone', async () => {
  const harness = scenarioHarness();
  harness.twilio.place.flex.workspace.workers.delete(ann.flexWorkerSid);
  annBegins(harness);
  await harness.settle(2);
  expect(harness.twilio.reads.containers('flex')).toEqual([]);
  expect(harness.journal('skipped(no_twin)').length).toBeGreaterThan(0);
});

describe('is left alone', () => {
  const untouched = (harness: ScenarioHarness): void => {
    expect(harness.twilio.reads.containers('flex')).toEqual([]);
    expect(harness.twilio.reads.tasks('flex')).toEqual([]);
  };

  test('what a customer has begun, though an agent comes in before his text shows', async () => {
    const harness = scenarioHarness();
    const { conversationSid } = harness.twilio.customer.textsFrontline(PHONE, 'hi');
    await harness.rest(
      'frontline',
      'POST',
      `https://conversations.twilio.com/v1/Services/${FRONTLINE.conversationServiceSid}/Conversations/${conversationSid}/Participants`,
      { Identity: ann.email },
    );
    await harness.settle(2);
    harness.twilio.frontlineAgent.writes(ann.email, conversationSid, 'hello');
    await harness.settle(2);

    untouched(harness);
    expect(harness.journal('skipped(inbound)').length).toBeGreaterThan(0);
  });

  test('a conversation of agents', async () => {
    const harness = scenarioHarness();
    const { conversationSid } = harness.twilio.frontlineAgent.begins(ann.email, { identity: AGENTS.ben.email });
    harness.twilio.frontlineAgent.writes(ann.email, conversationSid, 'lunch?');
    await harness.settle(2);

    untouched(harness);
    expect(harness.journal('skipped(not_one_customer)').length).toBeGreaterThan(0);
  });
});
