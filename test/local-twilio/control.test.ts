import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AGENTS, FLEX } from '../../local-twilio/defaults.ts';
import { type RunningTwilio, startLocalTwilio } from '../../local-twilio/server.ts';

let local: RunningTwilio;
beforeEach(async () => {
  local = await startLocalTwilio({ seed: 3 });
});
afterEach(() => local.stop());

const send = async (method: string, path: string, body?: unknown) => {
  const answer = await fetch(`${local.url}/_local/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const createMessage = (channelSid: string, signal?: AbortSignal) =>
  fetch(`${local.url}/chat.twilio.com/v2/Services/${FLEX.chatServiceSid}/Channels/${channelSid}/Messages`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${FLEX.accountSid}:${FLEX.authToken}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'Body=hello',
    ...(signal && { signal }),
  });

describe('the persons, from another process', () => {
  test('play a chat from its beginning to the agent who writes, and both can be read', async () => {
    const begun = (await send('POST', 'customer/beginWebChat', [{ name: 'Jo', identity: 'jo' }])).body;
    const offered = (await send('POST', 'flexAgent/isOffered', [AGENTS.ann.flexWorkerSid, begun.taskSid])).body;
    await send('POST', 'flexAgent/accepts', [offered.reservationSid]);
    await send('POST', 'customer/writes', [begun.channelSid, 'hello']);
    await send('POST', 'flexAgent/writes', [AGENTS.ann.flexWorkerSid, begun.channelSid, 'hi Jo']);
    const transcript = await send('GET', `transcript/flex/${begun.channelSid}`);
    expect(transcript.body).toMatchObject([
      { index: 0, author: 'jo', body: 'hello' },
      { index: 1, author: AGENTS.ann.flexIdentity, body: 'hi Jo' },
    ]);
    expect((await send('GET', `container/flex/${begun.channelSid}`)).body.members).toMatchObject([
      { identity: 'jo' },
      { identity: AGENTS.ann.flexIdentity },
    ]);
    expect((await send('GET', 'tasks/flex')).body).toMatchObject([{ status: 'assigned' }]);
  });

  test('are told what they got wrong', async () => {
    expect((await send('POST', 'customer/flies', [])).status).toBe(400);
    expect((await send('POST', 'customer/toString', [])).status).toBe(400);
    expect((await send('GET', 'transcript/left/x')).status).toBe(400);
    expect((await send('POST', 'frontlineAgent/writes', ['ann@example.com', 'CH1', 'x'])).body.error).toMatch(
      /no chat/,
    );
  });
});

describe('the faults, from another process', () => {
  test('are switched on, counted and switched off', async () => {
    const { channelSid } = local.customer.beginWebChat();
    await send('POST', 'faults', { fault: 'rest.5xx-before', p: 1, status: 502 });
    expect((await createMessage(channelSid)).status).toBe(502);
    expect((await send('GET', 'counts')).body).toMatchObject({
      calls: { flex: { 'POST chat.messages': 1 } },
      faults: { 'rest.5xx-before': 1 },
    });
    await send('DELETE', 'faults');
    await send('DELETE', 'counts');
    expect((await createMessage(channelSid)).status).toBe(201);
    expect((await send('GET', 'counts')).body).toMatchObject({ total: { rest: 1 }, faults: {} });
  });

  test('a misspelt fault is refused', async () => {
    expect((await send('POST', 'faults', { fault: 'webhook.lots', p: 1 })).status).toBe(400);
    expect((await send('POST', 'switches', { listOrdr: 'date' })).status).toBe(400);
  });
});

test.each([undefined, '', 'bridge.example', 'https://bridge.example/', 'https://bridge.example?x=1'])(
  'webhooks are pointed at no address that their routes cannot be added to (%s)',
  async (url) => {
    expect((await send('POST', 'connect', { url })).status).toBe(400);
  },
);

describe('over a real connection', () => {
  test('a lost answer is one that never comes, or a connection that breaks', async () => {
    const { channelSid } = local.customer.beginWebChat();
    const remove = local.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'destroy' });
    await expect(createMessage(channelSid)).rejects.toThrow('fetch failed');
    remove();
    local.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'hang' });
    const patience = new AbortController();
    const asked = createMessage(channelSid, patience.signal);
    while (local.reads.transcript('flex', channelSid).length < 2) await new Promise(setImmediate);
    patience.abort();
    await expect(asked).rejects.toThrow('aborted');
  });

  test('a late write comes when the caller has hung up', async () => {
    const { channelSid } = local.customer.beginWebChat();
    local.faults.add({ fault: 'rest.late-commit', p: 1, loss: 'hang', maxMs: 0 });
    const patience = new AbortController();
    const before = local.counts.total().rest;
    const asked = createMessage(channelSid, patience.signal);
    while (local.counts.total().rest === before) await new Promise(setImmediate);
    expect(local.reads.transcript('flex', channelSid)).toEqual([]);
    expect(local.faults.counts()['rest.late-commit']).toBeUndefined();
    patience.abort();
    await expect(asked).rejects.toThrow('aborted');
    while (local.reads.transcript('flex', channelSid).length === 0) await new Promise(setImmediate);
    expect(local.faults.counts()['rest.late-commit']).toBe(1);
  });

  test('an answer of ours that the specification does not allow is a 500 and is reported', async () => {
    const bugs: unknown[] = [];
    const strict = await startLocalTwilio({ onBug: (error) => bugs.push(error) });
    const { channelSid } = strict.customer.beginWebChat();
    const channel = strict.place.flex.chat.containers.get(channelSid);
    Object.assign(channel ?? {}, { friendlyName: 5 });
    const answer = await fetch(
      `${strict.url}/chat.twilio.com/v2/Services/${FLEX.chatServiceSid}/Channels/${channelSid}`,
      { headers: { authorization: `Basic ${btoa(`${FLEX.accountSid}:${FLEX.authToken}`)}` } },
    );
    await strict.stop();
    expect([answer.status, String(bugs[0])]).toEqual([500, expect.stringContaining('/friendly_name must be string')]);
  });
});

test('all that persons can do stands in the document', () => {
  const rows = readFileSync(new URL('../../docs/local-twilio.md', import.meta.url), 'utf8').split('\n');
  const can = (['customer', 'flexAgent', 'frontlineAgent'] as const).flatMap((person) =>
    Object.keys(local[person]).map((verb) => [person, verb] as const),
  );
  expect(can.length).toBeGreaterThan(30);
  const untold = can.filter(
    ([person, verb]) => !rows.some((row) => row.includes(`POST /_local/${person}/`) && row.includes(`/${verb}\``)),
  );
  expect(untold).toEqual([]);
});
