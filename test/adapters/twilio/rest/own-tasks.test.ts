import { afterEach, describe, expect, test } from '@jest/globals';
import { AGENTS, FLEX } from '../../../../local-twilio/defaults.ts';
import { startLocalTwilio } from '../../../../local-twilio/server.ts';
import { createTaskSide } from '../../../../src/adapters/twilio/rest/task-side.ts';
import type { NewTask } from '../../../../src/core/ports/tasks.ts';
import { caller, endAll } from './playing-twilio.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await endAll();
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** Held to Twilio's published specification. */
const onLocalTwilio = async () => {
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
  return { twilio, side, bugs };
};

const draft: NewTask = {
  mark: 'a-mark.1',
  attributes: { channelSid: `CH${'a'.repeat(32)}`, name: 'Jo', bridgeMark: 'copied from another task' },
  taskChannel: 'chat',
  workflow: undefined,
  worker: AGENTS.ben.flexWorkerSid,
};

describe('a task that the bridge makes', () => {
  test('is offered straight to its worker, and found again by its mark alone', async () => {
    const { side, bugs } = await onLocalTwilio();
    expect(await side.marked('a-mark.1')).toEqual([]);
    const sid = await side.create(draft);
    const other = await side.create({ ...draft, mark: 'a-mark.2' });
    expect(await side.marked('a-mark.1')).toEqual([{ sid, status: 'reserved' }]);
    expect(await side.reservations(sid)).toMatchObject([
      { task: sid, worker: AGENTS.ben.flexWorkerSid, state: 'open' },
    ]);
    expect(await side.whole(sid)).toMatchObject({ status: 'reserved', taskChannel: 'chat' });
    expect(other).not.toBe(sid);
    expect(bugs).toEqual([]);
  });

  test('in an unknown workflow is refused for good', async () => {
    const { side } = await onLocalTwilio();
    const made = side.create({ ...draft, workflow: `WW${'0'.repeat(31)}1` });
    await expect(made).rejects.toMatchObject({ remedy: 'park', effect: 'refused' });
  });

  test('has a mark that no expression can be broken by', async () => {
    const { side } = await onLocalTwilio();
    expect(() => side.create({ ...draft, mark: '" OR 1 == 1 OR "' })).toThrow('not found again');
  });

  test('keeps what another has written since it was read', async () => {
    const { twilio, side, bugs } = await onLocalTwilio();
    const sid = await side.create(draft);
    const read = await side.whole(sid);
    expect(await side.writeAttributes(sid, '{"by":"another"}', read?.version)).toBe(true);
    expect(await side.writeAttributes(sid, '{}', read?.version)).toBe(false);
    expect((await side.whole(sid))?.attributes).toBe('{"by":"another"}');
    await side.cancel(sid, 'handed back');
    expect(twilio.reads.tasks('flex').find((one) => one.sid === sid)?.status).toBe('canceled');
    expect(await side.reservations(sid)).toMatchObject([{ state: 'canceled' }]);
    expect(bugs).toEqual([]);
  });

  test('is gone, and nothing is', async () => {
    const { side } = await onLocalTwilio();
    const gone = `WT${'e'.repeat(32)}` as const;
    expect([await side.whole(gone), await side.reservations(gone)]).toEqual([undefined, []]);
  });
});
