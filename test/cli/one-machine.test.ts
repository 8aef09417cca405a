import { stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openOperatorSocket, socketPath } from '../../local/operator-socket.ts';
import { startWorker } from '../../src/adapters/in-process/worker.ts';
import { sqliteDeployment } from '../../src/adapters/sqlite/deployment.ts';
import { openDatabase } from '../../src/adapters/sqlite/open.ts';
import { createSqliteQueue } from '../../src/adapters/sqlite/queue.ts';
import { createSqliteStore } from '../../src/adapters/sqlite/store.ts';
import { decodeEnvelope, encodeEnvelope, type Work } from '../../src/core/jobs/envelope.ts';
import { newTally, type Tally } from '../../src/core/jobs/run.ts';
import { writeTicket } from '../../src/core/jobs/tickets.ts';
import type { Outcome } from '../../src/core/model/outcome.ts';
import type { DeploymentAccess } from '../../src/core/operate/operator.ts';
import { LEDGER, ledgerKey, onList, pairId, registryKey } from '../../src/core/state/items.ts';
import { systemClock as clock } from '../../src/runtime/system-clock.ts';
import { newFolder } from '../adapters/sqlite/folder.ts';
import { sid } from '../support/sid.ts';
import { bridge as run } from './program.ts';

const CHANNEL = sid('CH', 'a');
const CONVERSATION = sid('CH', 'b');
const pair = pairId('flex', CHANNEL);

let folder: Awaited<ReturnType<typeof newFolder>>;
let file: string;

/** A file as a bridge leaves it: one linked pair, and two messages parked out of their order. */
const open = async () => {
  const database = await openDatabase(file, { clock });
  const store = createSqliteStore(database);
  const queues = await createSqliteQueue(database, { clock });
  return { database, store, queues, deployment: sqliteDeployment({ database, store, queues }) };
};
const parked = (digit: string, index: number) => ({
  key: ledgerKey(pair, 'toFrontline', sid('IM', digit)),
  item: {
    ...{ [LEDGER.state]: 'parked', reason: 'refused', code: 50504, index, parkedAt: clock.now() },
    ...onList('parked', `${pair}#${digit}`),
  },
});

const fill = async ({ store, queues }: Awaited<ReturnType<typeof open>>): Promise<void> => {
  const put = (key: { pk: string; sk: string }, set: Record<string, string | number>) =>
    store.write(key, { when: [], set, nonce: ['n', 'filled'] });
  await put(
    { pk: pair, sk: 'pair' },
    {
      state: 'open',
      linked: 1,
      flex: CHANNEL,
      frontline: CONVERSATION,
      fl_cursor: 9,
      fx_cursor: 9,
      fl_fence: 1,
      fx_fence: 1,
    },
  );
  await put(registryKey(pair), onList('active', pair));
  await put({ pk: `frontline#${CONVERSATION}`, sk: 'pair' }, { pair });
  for (const { key, item } of [parked('1', 7), parked('2', 3)]) await put(key, item);
  await queues.deadLetter('flex-events', {
    group: CHANNEL,
    dedupe: 'parked',
    reason: 'refused',
    body: encodeEnvelope({
      receivedAt: 0,
      work: {
        kind: 'parked',
        parked: {
          pair,
          lane: 'toFrontline',
          sid: sid('IM', '1'),
          index: 7,
          reason: 'refused',
          code: 50504,
          attempts: 1,
        },
      },
    }),
  });
};

const forward = (n: number) => ({
  eventType: 'onMessageSent',
  container: CHANNEL,
  about: sid('IM', String(n)),
  key: `k${n}`,
  contentType: 'application/x-www-form-urlencoded',
  body: 'Body=hello',
});

const bridge = (...args: readonly string[]) => run([...args, '--data', file], dirname(file));

beforeEach(async () => {
  folder = await newFolder();
  file = folder.file('bridge.sqlite');
});
afterEach(() => folder.remove());

describe('with no bridge running', () => {
  beforeEach(async () => {
    const opened = await open();
    await fill(opened);
    await opened.database.close();
  });

  test('status reads the file, names what is wrong, and exits 1', async () => {
    const { code, said } = await bridge('status');
    expect(code).toBe(1);
    expect(said).toContain('No bridge is running on this data file.');
    expect(said).toContain('Pairs   1 open (1 active), 0 due (0 not linked yet), 0 held');
    expect(said).toContain('Parked  2: 2 refused');
    expect(said).toContain('Queue   flex-events: 0 waiting, 0 in flight, 1 dead letter');
  });

  test('status says the same to programs', async () => {
    const { code, said } = await bridge('status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(said)).toMatchObject({
      running: false,
      pairs: { open: 1 },
      parked: { total: 2, byReason: { refused: 2 } },
      wrong: ['parked', 'dead letters'],
    });
  });

  test('status names a held pair, until when, and how to release it now', async () => {
    const { database, store } = await open();
    await store.write(
      { pk: pair, sk: 'pair' },
      {
        when: [],
        set: { heldUntil: Date.UTC(2099, 2, 14, 9), fl_dirtyUpTo: 70, fl_dirtySince: 1, ...onList('due', pair) },
        nonce: ['n', 'held'],
      },
    );
    await database.close();
    const { said } = await bridge('status');
    expect(said).toContain('Lanes   0 behind, ');
    expect(said).toContain(
      `Held    ${CHANNEL} until 2099-03-14 09:00 UTC; to release it now: npx bridge repair ${CHANNEL} --release`,
    );
    expect(said).not.toContain('lanes are behind');
  });

  test('status names a chat that is not linked, the oldest first', async () => {
    const { database, store } = await open();
    for (const n of [1, 2]) {
      const pk = `flex#${sid('CH', `${n}`)}`;
      await store.write(
        { pk, sk: 'pair' },
        {
          when: [],
          set: { state: 'linking', begunAt: 3 - n, fl_fence: 0, fx_fence: 0, ...onList('due', pk) },
          nonce: ['n', `${n}`],
        },
      );
    }
    await database.close();
    const { said } = await bridge('status');
    expect(said).toMatch(
      new RegExp(
        `^Link    ${sid('CH', '2')} has not been linked for .+\nLink    ${sid('CH', '1')} has not been linked`,
        'm',
      ),
    );
    expect(said).toContain('To do   chats are not linked: ');
  });

  test('redrive shows what it would put back, in the source’s order, and changes nothing', async () => {
    const first = await bridge('redrive');
    expect(first.code).toBe(0);
    expect(first.said.indexOf(sid('IM', '2'))).toBeLessThan(first.said.indexOf(sid('IM', '1')));
    expect(first.said).toContain(`${CHANNEL}  Flex -> Frontline`);
    expect(first.said).toContain('refused (50504)');
    expect((await bridge('redrive')).said).toBe(first.said);
    const opened = await open();
    expect((await opened.queues.counts())['flex-events'].waiting).toBe(0);
    await opened.database.close();
  });

  test('redrive of another reason or chat finds nothing, and does not say that nothing is parked', async () => {
    for (const more of [[], ['--apply']])
      expect((await bridge('redrive', '--reason', 'refusd', ...more)).said).toBe(
        'Nothing is parked for that reason or chat.\n',
      );
    const stranger = await bridge('redrive', '--chat', sid('CH', 'e'));
    expect(stranger).toMatchObject({ code: 1, said: `This bridge knows no chat of ${sid('CH', 'e')}.\n` });
  });

  test('redrive --apply and repair put their jobs on the queues for the next start, and say so', async () => {
    const redriven = await bridge('redrive', '--apply', '--chat', CONVERSATION);
    expect(redriven.code).toBe(1);
    expect(redriven.said).toContain('queued until the bridge runs');
    const repaired = await bridge('repair', CONVERSATION);
    expect(repaired.code).toBe(1);
    expect(repaired.said).toContain('Flex -> Frontline: not compared (queued until the bridge runs)');
    const opened = await open();
    const head = (await opened.queues.source('flex-events').receive(10)).map(({ body }) => decodeEnvelope(body)?.work);
    expect(head).toMatchObject([{ kind: 'redrive', sid: sid('IM', '2') }]);
    expect(await opened.queues.counts()).toMatchObject({
      'flex-events': { waiting: 3 },
      'frontline-events': { waiting: 1 },
    });
    await opened.database.close();
  });
});

describe('with what was given up and is no parked message', () => {
  /** A pair that another deployment keeps from being linked, two forwards, and what a later release has written. */
  beforeEach(async () => {
    const { database, store, queues } = await open();
    const deadLetter = (
      queue: 'flex-events' | 'default-webhook',
      dedupe: string,
      reason: string,
      work: Work | undefined,
    ) =>
      queues.deadLetter(queue, {
        ...{ group: CHANNEL, dedupe, reason },
        body: work === undefined ? '{"v":99}' : encodeEnvelope({ receivedAt: 0, work }),
      });
    await store.write(
      { pk: pair, sk: 'pair' },
      { when: [], set: { state: 'linking', flex: CHANNEL, fl_fence: 0, fx_fence: 0 }, nonce: ['n', 'begun'] },
    );
    await deadLetter('flex-events', 'link', 'other_deployment', { kind: 'link', pair, because: 'parked' });
    await deadLetter('flex-events', 'later', 'unreadable', undefined);
    for (const n of [1, 2])
      await deadLetter('default-webhook', `f${n}`, 'forward_refused', { kind: 'forward', forward: forward(n) });
    await database.close();
  });

  test('status names each reason with its count and a remedy', async () => {
    const { code, said } = await bridge('status');
    expect(code).toBe(1);
    expect(said).toContain('Parked  0\nDead    4 dead letters besides those of parked messages\n');
    expect(said).toMatch(/^ {8}2 forward_refused: .*npx bridge redrive --reason forward_refused --apply/m);
    expect(said).toMatch(/^ {8}1 other_deployment: .*npx bridge redrive --reason other_deployment --apply/m);
    expect(said).toMatch(/^ {8}1 unreadable: .*deploy that release again/m);
  });

  test('redrive does not say that nothing is parked', async () => {
    const { code, said } = await bridge('redrive');
    expect(code).toBe(0);
    expect(said).not.toContain('Nothing is parked');
    expect(said).toContain(`1 chat would be linked again:\n  ${CHANNEL}\n`);
    expect(said).toContain('3 dead letters left in place:\n  2 forward_refused: ');
    expect(said).not.toContain('onMessageSent');
  });

  test('redrive sends no SMS unless its reason is given', async () => {
    const { said } = await bridge('redrive', '--apply');
    expect(said).toContain('3 dead letters left in place:\n  2 forward_refused: ');
    const { database, queues } = await open();
    expect((await queues.counts())['default-webhook']).toMatchObject({ waiting: 0, dead: 2 });
    await database.close();
  });

  test('nor for a reason that is not its own: what its consumer failed on is named only', async () => {
    const opened = await open();
    const body = encodeEnvelope({ receivedAt: 0, work: { kind: 'forward', forward: forward(3) } });
    await opened.queues.deadLetter('default-webhook', { group: CHANNEL, dedupe: 'f3', reason: 'receive_limit', body });
    await opened.database.close();
    const { said } = await bridge('redrive', '--reason', 'receive_limit', '--apply');
    expect(said).toContain('1 dead letter left in place:\n  1 receive_limit: ');
    const { database, queues } = await open();
    expect((await queues.counts())['default-webhook']).toMatchObject({ waiting: 0, dead: 3 });
    await database.close();
  });

  test('redrive --reason forward_refused shows them, without a word of what was written, and with --apply sends them', async () => {
    const shown = await bridge('redrive', '--reason', 'forward_refused');
    expect(shown.said.split('\n')).toEqual([
      "2 events would be sent to Flex's own webhook, which sends the customers' SMS:",
      `  ${CHANNEL}`,
      ...[1, 2].map((n) => `    ${sid('IM', String(n))}  onMessageSent of 1970-01-01 00:00 UTC`),
      'Nothing was changed. To put this back, run it again with --apply.',
      '',
    ]);
    const asJson = await bridge('redrive', '--reason', 'forward_refused', '--json');
    expect(JSON.parse(asJson.said).forwards).toHaveLength(2);
    expect(asJson.said).not.toContain('Body');
    const { code, said } = await bridge('redrive', '--reason', 'forward_refused', '--apply');
    expect(said.match(/queued until the bridge runs/g)).toHaveLength(2);
    expect(code).toBe(1);
    const { database, queues } = await open();
    const [head] = await queues.source('default-webhook').receive(1);
    expect(decodeEnvelope(head?.body ?? '')?.work).toMatchObject({ kind: 'forward', forward: forward(1) });
    // Its letter stays until it is through.
    expect((await queues.counts())['default-webhook'].dead).toBe(2);
    await database.close();
  });

  test('repair says of a message that is in no chat, neither as a source nor as a copy', async () => {
    const { code, said } = await bridge('repair', sid('IM', '9'));
    expect({ code, said }).toEqual({
      code: 1,
      said: `This bridge knows no open chat with ${sid('IM', '9')}: neither as a message that it copied or parked, nor as a copy.\n`,
    });
  });

  test('redrive --chat finds what was given up in a chat that has no pair', async () => {
    const other = sid('CH', '9');
    expect(await bridge('redrive', '--chat', other)).toMatchObject({
      code: 1,
      said: `This bridge knows no chat of ${other}.\n`,
    });
    const { database, queues } = await open();
    await queues.deadLetter('default-webhook', {
      ...{ group: other, dedupe: 'alone', reason: 'forward_refused' },
      body: encodeEnvelope({ receivedAt: 0, work: { kind: 'forward', forward: { ...forward(3), container: other } } }),
    });
    await database.close();
    const { said } = await bridge('redrive', '--chat', other, '--reason', 'forward_refused');
    expect(said).toContain(`  ${other}\n    ${sid('IM', '3')}  `);
  });

  test('redrive --chat names what was given up of either side of a chat, by the SID of either', async () => {
    const { database, store, queues } = await open();
    await store.write({ pk: pair, sk: 'pair' }, { when: [], set: { frontline: CONVERSATION }, nonce: ['n', 'both'] });
    await store.write(
      { pk: `frontline#${CONVERSATION}`, sk: 'pair' },
      { when: [], set: { pair }, nonce: ['n', 'alias'] },
    );
    await queues.deadLetter('frontline-events', {
      ...{ group: CONVERSATION, dedupe: 'start', reason: 'refused' },
      body: encodeEnvelope({ receivedAt: 0, work: { kind: 'start', conversation: CONVERSATION } }),
    });
    await database.close();
    for (const chat of [CHANNEL, CONVERSATION]) {
      const { said } = await bridge('redrive', '--chat', chat, '--json');
      expect(JSON.parse(said).deadLetters).toContainEqual({
        ...{ queue: 'frontline-events', reason: 'refused', pair: `frontline#${CONVERSATION}`, link: false },
      });
    }
  });

  test('redrive --chat names what was given up in a conversation that has no pair', async () => {
    const other = sid('CH', '8');
    const { database, queues } = await open();
    await queues.deadLetter('frontline-events', {
      ...{ group: other, dedupe: 'start', reason: 'refused' },
      body: encodeEnvelope({ receivedAt: 0, work: { kind: 'start', conversation: other } }),
    });
    await database.close();
    expect(await bridge('redrive', '--chat', other)).toMatchObject({
      said: expect.stringContaining('1 dead letter left in place:'),
    });
  });

  test('redrive --reason other_deployment --apply puts the link on its queue', async () => {
    const { code, said } = await bridge('redrive', '--reason', 'other_deployment', '--apply');
    expect(said).toBe(`1 chat to link:\n  ${CHANNEL}  queued until the bridge runs\n`);
    expect(code).toBe(1);
    const { database, queues } = await open();
    const [head] = await queues.source('flex-events').receive(1);
    expect(decodeEnvelope(head?.body ?? '')?.work).toMatchObject({ kind: 'link', pair, because: 'operator' });
    expect((await queues.counts())['flex-events'].dead).toBe(2);
    await database.close();
  });
});

describe('beside a running bridge', () => {
  /** The bridge's own consumer is tested elsewhere: this one ends each job as it is told. */
  const withBridge = async (
    outcome: (work: Work) => Outcome,
    during: () => Promise<void>,
    tally: (work: Work) => Tally = () => newTally(),
    instead: Partial<DeploymentAccess> = {},
  ): Promise<void> => {
    const opened = await open();
    await fill(opened);
    const socket = await openOperatorSocket({
      path: socketPath(file),
      deployment: { ...opened.deployment, ...instead },
    });
    const workers = (['flex-events', 'frontline-events', 'default-webhook'] as const).map((name) =>
      startWorker({
        queue: opened.queues.source(name),
        consume: async ({ body }) => {
          const work = decodeEnvelope(body)?.work;
          if (work !== undefined)
            await writeTicket({ store: opened.store, clock, nonce: () => body }, work, outcome(work), tally(work));
          return { verdict: 'done' };
        },
        concurrency: 10,
        clock,
        deadlineMs: 1000,
        onVerdict: () => {},
        onFailure: () => {},
      }),
    );
    try {
      await during();
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
      await socket.close();
      await opened.database.close();
    }
  };

  test('the commands go through its door, which is its owner’s alone', async () => {
    await withBridge(
      () => ({ end: 'reconciled', repaired: 2 }),
      async () => {
        expect((await stat(socketPath(file))).mode & 0o777).toBe(0o600);
        const seen = await bridge('status', '--json');
        expect(JSON.parse(seen.said)).toMatchObject({ running: true, parked: { total: 2 } });
        const repaired = await bridge('repair', CHANNEL, '--full');
        expect(repaired.said.split('\n')).toEqual([
          `${CHANNEL} and ${CONVERSATION}`,
          '  Flex -> Frontline: repaired 2 messages',
          '  Frontline -> Flex: clean',
          '',
        ]);
        expect(repaired.code).toBe(0);
      },
      (work) => ({
        repaired: work.kind === 'reconcile' && work.lane === 'toFrontline' ? 2 : 0,
        unsureUntil: undefined,
      }),
    );
  });

  test('repair says until when something is too recent to judge, and exits 1', async () => {
    await withBridge(
      () => ({ end: 'reconciled', repaired: 0 }),
      async () => {
        const { code, said } = await bridge('repair', CHANNEL);
        const until = 'some changes are too recent to judge: run this again after 2026-03-14 09:00:08 UTC';
        expect(said).toContain(`Flex -> Frontline: repaired 1 message; ${until}`);
        expect(said).toContain(`Frontline -> Flex: ${until}`);
        expect(code).toBe(1);
      },
      (work) => ({
        repaired: work.kind === 'reconcile' && work.lane === 'toFrontline' ? 1 : 0,
        unsureUntil: Date.UTC(2026, 2, 14, 9, 0, 7, 300),
      }),
    );
  });

  test('redrive tells how each message ended, and exits 1 while one is parked', async () => {
    await withBridge(
      (work) =>
        work.kind === 'redrive' && work.sid === sid('IM', '2')
          ? { end: 'replicated', copies: [sid('IM', 'c')] }
          : { end: 'parked', reason: 'refused' },
      async () => {
        const { code, said } = await bridge('redrive', '--apply');
        expect(code).toBe(1);
        expect(said).toContain(`${sid('IM', '2')}  put back as ${sid('IM', 'c')}`);
        expect(said).toContain(`${sid('IM', '1')}  parked again (refused)`);
      },
    );
  });

  test('redrive says that more dead letters stand behind those that are shown, and exits 1', async () => {
    await withBridge(
      () => ({ end: 'skipped', reason: 'removed' }),
      async () => {
        const hidden = 'About 1 dead letter could not be seen: ';
        const shown = await bridge('redrive', '--reason', 'forward_refused');
        expect(shown.said).toContain(hidden);
        expect(shown.said).not.toContain('Nothing is parked');
        expect(shown.code).toBe(1);
        const applied = await bridge('redrive', '--apply');
        expect(applied.said).toContain(hidden);
        expect(applied.code).toBe(1);
        const asJson = await bridge('redrive', '--json');
        expect(JSON.parse(asJson.said)).toMatchObject({ behind: 1 });
      },
      undefined,
      { deadLetters: async () => [] },
    );
  });

  test('redrive of an SMS exits 1 where there is no webhook that could send it', async () => {
    const opened = await open();
    await opened.queues.deadLetter('default-webhook', {
      ...{ group: CHANNEL, dedupe: 'f', reason: 'forward_refused' },
      body: encodeEnvelope({ receivedAt: 0, work: { kind: 'forward', forward: forward(1) } }),
    });
    await opened.database.close();
    await withBridge(
      () => ({ end: 'skipped', reason: 'no_default_webhook' }),
      async () => {
        const { code, said } = await bridge('redrive', '--reason', 'forward_refused', '--apply');
        expect(said).toContain(`${sid('IM', '1')}  skipped (no_default_webhook)`);
        expect(code).toBe(1);
      },
    );
  });

  test('a file that a bridge holds without a door is said to be in use', async () => {
    const opened = await open();
    const { code, complained } = await bridge('status');
    expect(code).toBe(3);
    expect(complained).toContain('in use by another bridge process');
    await opened.database.close();
  });

  test('a door that a killed bridge left behind keeps nobody out', async () => {
    const opened = await open();
    await opened.database.close();
    await writeFile(socketPath(file), '');
    expect((await bridge('status')).code).toBe(0);
    const again = await open();
    const socket = await openOperatorSocket({ path: socketPath(file), deployment: again.deployment });
    expect(JSON.parse((await bridge('status', '--json')).said)).toMatchObject({ running: true });
    await socket.close();
    await again.database.close();
    expect((await bridge('status')).code).toBe(0);
  });
});

describe('what is not understood', () => {
  test.each([
    ['no command', []],
    ['an unknown command', ['mend']],
    ['an unknown option', ['status', '--loud']],
    ['no SID', ['repair']],
    ['what is no SID', ['repair', 'CH123']],
    ['two deployments', ['status', '--stack', 'mine', '--data', 'x.sqlite']],
    ['a wait that is no number', ['redrive', '--wait', 'long']],
  ])('%s exits 2', async (_, args) => {
    const { code, said, complained } = await run(args, dirname(file));
    expect({ code, said }).toEqual({ code: 2, said: '' });
    expect(complained).not.toBe('');
  });

  test.each(['', 'status', 'repair', 'redrive', 'secrets'])('%s --help explains itself', async (command) => {
    const { code, said } = await run(command === '' ? ['--help'] : [command, '--help'], dirname(file));
    expect(code).toBe(0);
    expect(said).toContain('bridge');
  });

  test('a file that is not there exits 3', async () => {
    expect(await run(['status', '--data', 'none.sqlite'], dirname(file))).toMatchObject({ code: 3 });
  });
});
