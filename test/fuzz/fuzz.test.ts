import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { said, signatureOf } from '../../fuzz/form.ts';
import { fuzz, type Plan } from '../../fuzz/fuzz.ts';
import { writeInput } from '../../fuzz/input.ts';
import { config, secrets } from '../../fuzz/settings.ts';
import { REAL, type Target } from '../../fuzz/target.ts';
import { afterTurns } from '../../fuzz/turns.ts';
import type { ContainerSid } from '../../src/core/model/sids.ts';
import type { ChatSide, Draft } from '../../src/core/ports/chat.ts';
import type { QueueMessage } from '../../src/core/ports/queues.ts';
import type { WebhookDeps } from '../../src/edge/webhook.ts';

const plan = (over: Partial<Plan> = {}): Plan => ({
  target: REAL,
  seed: 20_260_314,
  enough: (runs) => runs >= 2_000,
  consumed: 0.2,
  mostFailures: 1,
  ...over,
});

/** The first problem that the oracles find when a part is broken. */
const firstOf = async (broken: Partial<Target>, over: Partial<Plan> = {}) => {
  const { failures } = await fuzz(plan({ target: { ...REAL, ...broken }, ...over }));
  return failures[0];
};

describe('two thousand mutated webhooks', () => {
  test('hurt no oracle, and get everywhere', async () => {
    const { runs, failures, counts } = await fuzz(plan());
    expect(failures.map(({ run, problems }) => [run, problems])).toEqual([]);
    expect(runs).toBe(2_000);
    for (const end of [
      'answered 204',
      'answered 204 not_handled',
      'answered 204 media_unreadable',
      'answered 400 empty_body',
      'answered 400 malformed:Index',
      'answered 400 malformed:ChannelSid',
      'answered 400 not_utf8',
      'answered 403 no_signature',
      'answered 403 wrong_account',
      'answered 403 wrong_signature',
      'answered 404 route',
      'answered 405 method',
      'answered 413 too_large',
      'answered 415 content_type',
      'answered 503 not_stored:Error',
      'answered 503 too_late',
      'to flex-events',
      'to frontline-events',
      'to default-webhook',
      'then replicated',
      'then linked',
      'then forwarded',
      'then retried',
    ])
      expect([end, counts.has(end)]).toEqual([end, true]);
  });

  test('are the same mutants each time, each of them alone too', async () => {
    const broken = { webhook: answering(500, (form) => form.has('__proto__')) };
    const failure = await firstOf(broken);
    const again = await firstOf(broken, { from: failure?.run ?? 0, enough: (runs) => runs === 1 });
    expect(again).toEqual({ ...failure, draft: expect.anything() });
    expect(JSON.stringify(again?.draft)).toBe(JSON.stringify(failure?.draft));
  });
});

type Form = URLSearchParams;
type Broken = Target['webhook'];

/** For bodies that never end. */
const soon = (): Promise<string> => new Promise((resolve) => afterTurns(20, () => resolve('')));

/** A webhook that does something else with what it should not have to fear. */
const unless =
  (what: (form: Form) => boolean, instead: () => Promise<Response>): Broken =>
  (deps) => {
    const webhook = REAL.webhook(deps);
    return async (request) => {
      const text = request.clone().text();
      const form = new URLSearchParams(await Promise.race([text.catch(() => ''), soon()]));
      return what(form) ? instead() : webhook(request);
    };
  };
const answering = (status: number, what: (form: Form) => boolean): Broken =>
  unless(what, async () => new Response(null, { status }));

/** A webhook with other dependencies than it was given. */
const changed =
  (change: (deps: WebhookDeps) => Partial<WebhookDeps>): Broken =>
  (deps) =>
    REAL.webhook({ ...deps, ...change(deps) });
const sending = (change: (message: QueueMessage) => QueueMessage): Broken =>
  changed(({ queues }) => ({ queues: { send: (queue, message) => queues.send(queue, change(message)) } }));

const body = (change: (text: string) => string) => sending((message) => ({ ...message, body: change(message.body) }));

describe('a bridge with a planted bug is caught:', () => {
  test.each<[string, Broken, string]>([
    [
      'a parser that throws',
      unless(
        (form) => form.has('constructor'),
        () => Promise.reject(new TypeError('x is not a function')),
      ),
      'an exception instead of an answer',
    ],
    ['a 500', answering(500, (form) => /\0|\uFFFE|\uFFFF/.test(form.get('Body') ?? '')), 'an answer of 500'],
    ['a 503 for nothing', answering(503, (form) => form.has('toString')), '503, though nothing failed'],
    [
      'an answer that never comes',
      unless(
        (form) => (form.get('Attributes')?.length ?? 0) > 5_000,
        () => new Promise(() => {}),
      ),
      'no answer',
    ],
    [
      'an acknowledgement of what no queue took',
      changed(({ queues }) => ({ queues: { send: (name, message) => queues.send(name, message).catch(() => {}) } })),
      '204, though a queue did not take it',
    ],
    [
      'a webhook that takes any signature',
      (deps) => {
        const webhook = REAL.webhook(deps);
        return async (request) => {
          const form = said(new Uint8Array(await request.clone().arrayBuffer())) ?? new Map();
          const address = request.url.replace(/^http:\/\/bridge(\/hooks)?/, config.publicBaseUrl);
          const headers = new Headers(request.headers);
          headers.set('x-twilio-signature', signatureOf(secrets.flex.authToken, address, form));
          return webhook(new Request(request, { headers }));
        };
      },
      'stored, though nobody who may had signed it',
    ],
    ['U+FFFE as it is', body((text) => text.replace(/\\ufffe/g, '\uFFFE')), 'a body with characters that SQS refuses'],
    ['a body that outgrows the queue', body((text) => text.padEnd(2 ** 20 + 1)), 'a body of more than 1 MiB'],
    ['a queue message cut short', body((text) => text.slice(0, 5_000)), 'a message that no consumer can read'],
    ['an index as text', body((text) => text.replace(/"index":(\d+)/, '"index":"$1"')), 'a event of the wrong shape'],
    [
      'a text that lost its end',
      body((text) => text.replace('wrote",', 'wrot",')),
      "a message whose text is not its webhook's",
    ],
    [
      'a group of zeros',
      sending((message) => ({ ...message, group: `CH${'0'.repeat(32)}` as const })),
      'a group id that is no real SID',
    ],
    [
      'a deduplication id with a blank',
      sending((message) => ({ ...message, dedupe: `${message.dedupe} again` })),
      'a deduplication id that SQS refuses',
    ],
    [
      'text in the journal',
      changed(({ queues, journal }) => {
        let told = '';
        return {
          queues: {
            send: (queue, message) => {
              told = message.body.slice(0, 600);
              return queues.send(queue, message);
            },
          },
          journal: (entry) => journal({ ...entry, sids: [...entry.sids, told] }),
        };
      }),
      'personal data in a queued entry',
    ],
    ['a journal that tells nothing', changed(() => ({ journal: () => {} })), '0 entries for one webhook'],
  ])('%s', async (_, webhook, problem) => {
    expect((await firstOf({ webhook }, { consumed: 0 }))?.problems).toContain(problem);
  });

  test.each<[string, Partial<Target>, string]>([
    [
      'a consumer that throws',
      {
        forwarder: () => () => Promise.reject(new RangeError('out of range')),
      },
      'a consumer threw RangeError: out of range',
    ],
    [
      'a bug that the consumer only retries',
      {
        replicator: (deps) => (delivery) => {
          if (delivery.body.includes('message.added'))
            deps.journal({ step: 'failed', type: 'message.added', reason: 'TypeError: here', sids: [] });
          return REAL.replicator(deps)(delivery);
        },
      },
      'a consumer failed with TypeError: here',
    ],
    [
      'a message that no consumer reads',
      { replicator: (deps) => (delivery) => REAL.replicator(deps)({ ...delivery, body: `${delivery.body}}` }) },
      'a unreadable message',
    ],
    [
      'a message that comes again for ever',
      { forwarder: () => async () => ({ verdict: 'retry', afterSeconds: 30 }) },
      'a message that comes again for ever',
    ],
    ['a consumer that never ends', { forwarder: () => () => new Promise(() => {}) }, 'a consumer that never ends'],
    [
      'text in the state',
      {
        replicator: (deps) => (delivery) => {
          const why = delivery.body;
          const write: typeof deps.store.write = (key, change) =>
            deps.store.write(key, { ...change, set: { why, ...change.set } });
          return REAL.replicator({ ...deps, store: { ...deps.store, write } })(delivery);
        },
      },
      'what people wrote, in the state',
    ],
    [
      'a copy more, which nothing takes away',
      {
        replicator: (deps) => (delivery) => {
          const { flex, frontline } = deps;
          const twice = <S extends ChatSide>(side: S): S => ({
            ...side,
            erase: async () => {},
            send: async (container: ContainerSid, draft: Draft) => {
              await side.send(container, draft);
              return side.send(container, draft);
            },
          });
          return REAL.replicator({ ...deps, flex: twice(flex), frontline: twice(frontline) })(delivery);
        },
      },
      '2 copies of one message',
    ],
  ])('%s', async (_, broken, problem) => {
    expect((await firstOf(broken, { consumed: 1 }))?.problems).toContain(problem);
  });
});

test('what failed is written down with no more than it needs', async () => {
  const broken = { webhook: answering(500, (form) => form.get('EventType') === '__proto__') };
  const failure = await firstOf(broken, { consumed: 0 });
  expect(failure?.draft.params.map(([name]) => name)).toEqual(['EventType']);
  expect(failure?.mutations).toHaveLength(1);
  if (failure === undefined) return;
  expect(JSON.parse(readFileSync(writeInput(7, failure), 'utf8'))).toMatchObject({
    seed: 7,
    run: failure.run,
    problems: ['an answer of 500', '0 entries for one webhook'],
    request: { method: 'POST', body: 'EventType=__proto__' },
  });
});
