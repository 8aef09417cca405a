import { afterEach, describe, expect, test } from '@jest/globals';
import { createAvailability } from '../../../../src/adapters/twilio/rest/availability.ts';
import { createWorkerSide } from '../../../../src/adapters/twilio/rest/worker-side.ts';
import { type Answered, type Asked, account, endAll, playTwilio, troubleFrom } from './playing-twilio.ts';

afterEach(endAll);

const workspaceSid = `WS${'a'.repeat(32)}` as const;
const worker = `WK${'a'.repeat(32)}` as const;
const away = `WA${'a'.repeat(32)}` as const;
const workspace = `/taskrouter.twilio.com/v1/Workspaces/${workspaceSid}`;
const gone = { status: 404, json: { code: 20404, message: 'not found', status: 404 } };
const row = {
  ...{ sid: worker, friendly_name: 'ann@example.com', attributes: '{"email":"ann@sales.example"}' },
  ...{ activity_name: 'Available', date_status_changed: '2026-11-22T10:00:07Z' },
};
const ann = {
  ...{ sid: worker, name: 'ann@example.com', knownBy: 'ann@example.com' },
  ...{ activity: 'Available', since: Date.UTC(2026, 10, 22, 10, 0, 7) },
};

const onStage = async (answer: (asked: Asked) => Answered, matchBy?: string) => {
  const played = await playTwilio(answer);
  const side = createWorkerSide({ ...account(played), side: 'flex', workspaceSid, matchBy });
  return { played, side, paths: () => played.asked.map(({ path }) => path) };
};
const answering = (json: unknown, matchBy?: string) => onStage(() => ({ status: 200, json }), matchBy);

describe('a worker', () => {
  test('is read with his activity and since when he is in it', async () => {
    const { side, paths } = await answering(row);
    expect(await side.worker(worker)).toEqual(ann);
    expect(paths()).toEqual([`${workspace}/Workers/${worker}`]);
  });

  test('who is not there is nobody', async () => {
    const { side } = await onStage(() => gone);
    expect(await side.worker(worker)).toBeUndefined();
    expect(await side.goTo(worker, away, 'kept')).toBeUndefined();
  });

  test('whose answer cannot be read may have been changed', async () => {
    const { side } = await answering({ ...row, date_status_changed: 'soon' });
    expect(await troubleFrom(side.goTo(worker, away, 'kept'))).toMatchObject({ remedy: 'retry', effect: 'unknown' });
  });

  test('goes to an activity, and has his offers rejected only where that is asked for', async () => {
    const { side, played } = await answering({ ...row, activity_name: 'Away' });
    expect(await side.goTo(worker, away, 'kept')).toMatchObject({ activity: 'Away' });
    await side.goTo(worker, away, 'rejected');
    expect(played.asked.map(({ body }) => body)).toEqual([
      `ActivitySid=${away}`,
      `ActivitySid=${away}&RejectPendingReservations=true`,
    ]);
  });

  test('whom TaskRouter does not let go is told of by the status', async () => {
    const { side } = await onStage(() => ({ status: 400, json: { code: 12345, message: 'no', status: 400 } }));
    expect(await troubleFrom(side.goTo(worker, away, 'kept'))).toMatchObject({ status: 400, effect: 'refused' });
  });

  test('is offered something while a reservation of his is pending', async () => {
    for (const reservations of [[], [{ sid: `WR${'a'.repeat(32)}` }]]) {
      const { side, paths } = await answering({ reservations });
      expect(await side.isOffered(worker)).toBe(reservations.length > 0);
      expect(paths()).toEqual([`${workspace}/Workers/${worker}/Reservations?ReservationStatus=pending&PageSize=1`]);
    }
  });

  test('has let an offer time out when an event says so within seconds', async () => {
    for (const events of [[], [{ sid: 'EV1' }]]) {
      const { side, played } = await answering({ events });
      expect(await side.letTimeOut(worker, Date.UTC(2026, 10, 22, 10, 0, 7))).toBe(events.length > 0);
      const asked = new URL(played.asked[0]?.path ?? '', played.base).searchParams;
      expect(Object.fromEntries(asked)).toEqual({
        ...{ EventType: 'reservation.timeout', WorkerSid: worker, PageSize: '1' },
        ...{ StartDate: '2026-11-22T10:00:02.000Z', EndDate: '2026-11-22T10:00:12.000Z' },
      });
    }
  });
});

describe('workers', () => {
  test('are listed a thousand a page, and the list goes on where the last page ended', async () => {
    const { side, paths } = await onStage(({ path }) => {
      const next = 'https://taskrouter.twilio.com/v1/elsewhere?PageSize=1000&PageToken=PT1';
      return {
        status: 200,
        json: { workers: [row], meta: { next_page_url: path.includes('PageToken') ? null : next } },
      };
    });
    const { next, workers } = await side.list();
    expect(workers).toEqual([ann]);
    expect((await side.list(next)).next).toBeUndefined();
    expect(paths()).toEqual([`${workspace}/Workers?PageSize=1000`, `${workspace}/Workers?PageSize=1000&PageToken=PT1`]);
    await expect(side.list('https://evil.example/x?y')).rejects.toThrow('from is no page of a list');
  });

  test('are found by a name as it is, and by no other', async () => {
    const workers = [row, { ...row, friendly_name: 'ANN@example.com' }];
    const { side, paths } = await answering({ workers, meta: { next_page_url: null } });
    expect(await side.knownBy('ann@example.com')).toEqual([ann]);
    await side.knownBy('a & b="c"');
    expect(paths()[1]).toBe(`${workspace}/Workers?FriendlyName=a%20%26%20b%3D%22c%22&PageSize=1000`);
  });

  test('are found by an attribute that the settings name', async () => {
    const { side, paths } = await answering({ workers: [row], meta: { next_page_url: null } }, 'email');
    expect(await side.knownBy('ann@sales.example')).toEqual([{ ...ann, knownBy: 'ann@sales.example' }]);
    expect(decodeURIComponent(paths()[0] ?? '')).toContain('TargetWorkersExpression=email == "ann@sales.example"');
  });

  test.each(['x" OR email != "', "x' OR 1", 'back\\slash', 'line\nbreak'])(
    'are not asked for by what would end the expression: %j',
    async (text) => {
      const { side, played } = await answering({ workers: [], meta: { next_page_url: null } }, 'email');
      expect(await side.knownBy(text)).toEqual([]);
      expect(played.asked).toEqual([]);
    },
  );

  test.each(['not JSON', 'null', '[]', '{"email":7}', '{"email":""}', '{}'])(
    'have no such attribute in %s',
    async (attributes) => {
      const { side } = await answering({ ...row, attributes }, 'email');
      expect((await side.worker(worker))?.knownBy).toBeUndefined();
    },
  );
});

test('activities are known by name, the first of a name before a second, and the one after a time-out', async () => {
  const activities = [
    { sid: away, friendly_name: 'Away', available: false },
    { sid: `WA${'b'.repeat(32)}`, friendly_name: 'Away', available: false },
    { sid: `WA${'c'.repeat(32)}`, friendly_name: 'Here', available: true },
  ];
  const { side } = await onStage(({ path }) => ({
    status: 200,
    json: path.includes('Activities') ? { activities } : { timeout_activity_name: 'Away' },
  }));
  const known = await side.activities();
  expect(Object.fromEntries(known.sids)).toEqual({ Away: away, Here: `WA${'c'.repeat(32)}` });
  expect([...known.unavailable]).toEqual(['Away']);
  expect(known.afterTimeout).toBe('Away');
});

describe("a user of Frontline's app", () => {
  test('is read and written by his identity', async () => {
    const played = await playTwilio(() => ({ status: 200, json: { is_available: true } }));
    const availability = createAvailability(account(played));
    expect(await availability.read('ann/o@example.com')).toBe(true);
    expect(await availability.write('ann/o@example.com', false)).toBe(true);
    expect(played.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['GET', '/frontline-api.twilio.com/v1/Users/ann%2Fo%40example.com', ''],
      ['POST', '/frontline-api.twilio.com/v1/Users/ann%2Fo%40example.com', 'IsAvailable=false'],
    ]);
  });

  test('whose availability nobody has set is not available, and who is not there is nobody', async () => {
    const unset = await playTwilio(() => ({ status: 200, json: { is_available: null } }));
    expect(await createAvailability(account(unset)).read('ann')).toBe(false);
    const nobody = await playTwilio(() => gone);
    expect(await createAvailability(account(nobody)).read('ann')).toBeUndefined();
    expect(await createAvailability(account(nobody)).write('ann', true)).toBeUndefined();
  });

  test('stands in no error', async () => {
    const played = await playTwilio(() => ({ status: 500, json: {} }));
    const { message } = await troubleFrom(createAvailability(account(played)).read('ann@example.com'));
    expect(message).toContain('/v1/Users/{}');
  });
});
