import { afterEach, describe, expect, test } from '@jest/globals';
import { AGENTS, FLEX } from '../../../../local-twilio/defaults.ts';
import { startLocalTwilio } from '../../../../local-twilio/server.ts';
import { createTaskSide } from '../../../../src/adapters/twilio/rest/task-side.ts';
import { type Answered, type Asked, account, caller, endAll, playTwilio, troubleFrom } from './playing-twilio.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await endAll();
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const workspaceSid = `WS${'a'.repeat(32)}` as const;
const task = `WT${'a'.repeat(32)}` as const;
const channel = `CH${'a'.repeat(32)}` as const;
const tasks = `/taskrouter.twilio.com/v1/Workspaces/${workspaceSid}/Tasks`;
const meta = { next_page_url: null };
const gone = { status: 404, json: { code: 20404, message: 'not found', status: 404 } };

const onStage = async (answer: (asked: Asked) => Answered) => {
  const played = await playTwilio(answer);
  return { played, side: createTaskSide({ ...account(played), workspaceSid }) };
};
const listing = (...rows: readonly Record<string, unknown>[]) =>
  onStage(() => ({
    status: 200,
    json: { meta, tasks: rows.map((row) => ({ sid: task, date_updated: '2026-11-22T10:00:00Z', ...row })) },
  }));

describe('the list of assigned tasks', () => {
  test('is asked for in pages of a thousand, the oldest first, and goes on where the last page ended', async () => {
    const { played, side } = await onStage(({ path }) => {
      const more = !path.includes('PageToken');
      const next = 'https://taskrouter.twilio.com/v1/elsewhere?PageSize=1000&PageToken=PT1';
      return { status: 200, json: { tasks: [], meta: { next_page_url: more ? next : null } } };
    });
    const { next } = await side.listAssigned();
    expect(await side.listAssigned(next)).toEqual({ tasks: [], next: undefined });
    expect(played.asked.map(({ path }) => path)).toEqual([
      `${tasks}?AssignmentStatus=assigned&Ordering=DateCreated:asc&PageSize=1000`,
      `${tasks}?PageSize=1000&PageToken=PT1`,
    ]);
    await expect(side.listAssigned('https://evil.example/x?y')).rejects.toThrow('from is no page of a list');
  });

  test('tells chat, customer and time of a task, and which tasks are no chats', async () => {
    const named = (attributes: unknown, task_channel_unique_name = 'chat') => ({
      attributes: JSON.stringify(attributes),
      task_channel_unique_name,
    });
    const { side } = await listing(
      named({ channelSid: channel, name: 'Jo' }),
      named({ channelSid: channel }),
      named({ channelSid: `CH${'0'.repeat(32)}` as const }),
      named({ call_sid: 'CA1' }),
      { attributes: 'no JSON' },
    );
    const found = (await side.listAssigned()).tasks;
    expect(found.map(({ chat }) => chat)).toEqual([
      { container: channel, customerName: 'Jo' },
      { container: channel, customerName: '' },
      'none',
      'none',
      'none',
    ]);
    expect(found[0]).toMatchObject({ sid: task, updatedAt: Date.parse('2026-11-22T10:00:00Z') });
  });

  test('says so when it keeps the attributes back, as the specification reads; then the task itself tells', async () => {
    const { side } = await listing({ attributes: null });
    expect((await side.listAssigned()).tasks[0]?.chat).toBe('unshown');
    const one = await onStage(() => ({
      status: 200,
      json: { sid: task, attributes: JSON.stringify({ channelSid: channel, customerName: 'Jo' }) },
    }));
    expect(await one.side.chat(task)).toEqual({ container: channel, customerName: 'Jo' });
    expect(one.played.asked[0]?.path).toBe(`${tasks}/${task}`);
  });

  test('that cannot be read, is refused or comes from an unknown workspace is trouble, never an empty list', async () => {
    for (const [answered, trouble] of [
      [{ status: 200, json: { tasks: [{ sid: task, date_updated: 'soon' }], meta } }, { remedy: 'retry' }],
      [
        { status: 429, headers: { 'retry-after': '7' } },
        { remedy: 'retry', retryAfter: 7 },
      ],
      [gone, { code: 20404 }],
    ] as const) {
      const { side } = await onStage(() => answered);
      expect(await troubleFrom(side.listAssigned())).toMatchObject({ name: 'TwilioError', ...trouble });
    }
  });
});

test('no list of tasks tells of a call, whatever its attributes name', async () => {
  const attributes = JSON.stringify({ channelSid: channel, bridgeMark: 'a-mark', from: '+15550001' });
  const row = (task_channel_unique_name: string, digit: string) => ({
    ...{ sid: `WT${digit.repeat(32)}`, assignment_status: 'reserved' },
    ...{ attributes, task_channel_unique_name, date_created: '2026-11-22T10:00:00Z' },
  });
  const { side } = await listing(row('voice', '1'), row('sms', '2'));
  const others = [{ sid: `WT${'2'.repeat(32)}` }];
  expect((await side.listAssigned()).tasks).toMatchObject(others);
  expect((await side.listReserved()).tasks).toMatchObject(others);
  expect(await side.ofChannel(channel)).toMatchObject(others);
  expect(await side.marked('a-mark')).toMatchObject(others);
  expect(await side.channelsWith('+15550001')).toEqual([channel]);
});

describe('the acceptance of a task', () => {
  const reservation = (digit: string, date_updated: string) => ({
    sid: `WR${digit.repeat(32)}`,
    worker_sid: `WK${digit.repeat(32)}`,
    date_updated,
  });

  test('is the last of its accepted reservations', async () => {
    const { played, side } = await onStage(() => ({
      status: 200,
      json: {
        meta,
        reservations: [
          reservation('1', '2026-11-22T10:00:00Z'),
          reservation('3', '2026-11-22T10:00:02Z'),
          reservation('2', '2026-11-22T10:00:01Z'),
        ],
      },
    }));
    expect(await side.acceptance(task)).toEqual({
      reservation: `WR${'3'.repeat(32)}` as const,
      worker: `WK${'3'.repeat(32)}` as const,
      at: Date.parse('2026-11-22T10:00:02Z'),
    });
    expect(played.asked[0]?.path).toBe(`${tasks}/${task}/Reservations?ReservationStatus=accepted&PageSize=1000`);
  });

  test('is undefined when nobody holds the task, or it is gone', async () => {
    const none = await onStage(() => ({ status: 200, json: { reservations: [], meta } }));
    expect(await none.side.acceptance(task)).toBeUndefined();
    const lost = await onStage(() => gone);
    expect(await lost.side.acceptance(task)).toBeUndefined();
    expect(await lost.side.chat(task)).toBeUndefined();
  });
});

describe("a worker's chat identity", () => {
  test.each([
    [{ contact_uri: 'client:ann_40example_2Ecom', email: 'other@example.com' }, 'ann_40example_2Ecom'],
    [{ email: 'ann@example.com' }, 'ann_40example_2Ecom'],
    [{}, 'Ann_20Veal'],
  ])('is read as from a webhook', async (attributes, identity) => {
    const json = { sid: 'WK1', friendly_name: 'Ann Veal', attributes: JSON.stringify(attributes) };
    const { side } = await onStage(() => ({ status: 200, json }));
    expect(await side.workerIdentity('WK1')).toBe(identity);
  });

  test('is undefined when the worker is gone', async () => {
    const { side } = await onStage(() => gone);
    expect(await side.workerIdentity('WK1')).toBeUndefined();
  });
});

test('on the local Twilio, held to the published specification, an accepted chat is found with all that a webhook tells', async () => {
  const bugs: unknown[] = [];
  const twilio = await startLocalTwilio({ seed: 1, onBug: (error) => bugs.push(error) });
  stops.push(twilio.stop);
  const side = createTaskSide({
    http: caller(),
    accountSid: FLEX.accountSid,
    secrets: async () => ({ authToken: FLEX.authToken, previousAuthToken: undefined, apiKey: undefined }),
    requestMs: 60_000,
    baseUrl: twilio.url,
    workspaceSid: FLEX.workspaceSid,
  });
  const first = twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  twilio.customer.beginWebChat({ name: 'Bo', identity: 'bo' });
  const { reservationSid } = twilio.flexAgent.isOffered(AGENTS.ben.flexWorkerSid, first.taskSid);
  expect((await side.listAssigned()).tasks).toEqual([]);
  expect(await side.acceptance(first.taskSid)).toBeUndefined();
  twilio.flexAgent.accepts(reservationSid);

  const { tasks: found, next } = await side.listAssigned();
  expect(found).toMatchObject([{ sid: first.taskSid, chat: { container: first.channelSid, customerName: 'Jo' } }]);
  expect(next).toBeUndefined();
  const acceptance = await side.acceptance(first.taskSid);
  expect(acceptance).toMatchObject({ reservation: reservationSid, worker: AGENTS.ben.flexWorkerSid });
  expect(Math.abs(Date.now() - (acceptance?.at ?? 0))).toBeLessThan(60_000);
  expect(await side.workerIdentity(AGENTS.ben.flexWorkerSid)).toBe(AGENTS.ben.flexIdentity);
  expect(await side.chat(first.taskSid)).toEqual({ container: first.channelSid, customerName: 'Jo' });
  expect(bugs).toEqual([]);
});
