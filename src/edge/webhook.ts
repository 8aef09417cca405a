/**
 * Where Twilio's webhooks come in: verified, read once, stored on every queue they belong on, and only then
 * acknowledged. Whatever happens there is an answer in time, one line in the journal, and never an exception.
 */
import { readForm } from '../adapters/twilio/webhook/form.ts';
import { type ReadEvent, reading } from '../adapters/twilio/webhook/reading.ts';
import { provenStamp, type Stamp } from '../core/copies/stamp.ts';
import type { BridgeEvent } from '../core/model/event.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Entry, Journal } from '../core/ports/journal.ts';
import type { Queues } from '../core/ports/queues.ts';
import type { Secrets } from '../runtime/secrets.ts';
import type { Config } from '../runtime/settings.ts';
import { type Answer, failed, queued, refused, responseOf, skippedBecause } from './answer.ts';
import { readBody } from './body.ts';
import { eventPlacement, forwardPlacement, type Placement, type Received } from './placement.ts';
import { isForm, nameIn, sidsIn, targetOf } from './request.ts';
import { routeOf } from './routes.ts';
import { signerOf } from './signer.ts';

/** Calls `expired` once after `ms` milliseconds, unless the function that it returns is called before. */
export type Deadline = (ms: number, expired: () => void) => () => void;

export type WebhookDeps = {
  readonly queues: Pick<Queues, 'send'>;
  readonly journal: Journal;
  readonly clock: Pick<Clock, 'now'>;
  readonly config: Config;
  /** Asked at every request, so it should remember. */
  readonly secrets: () => Promise<Secrets>;
  /** Real time unless given. */
  readonly deadline?: Deadline | undefined;
};

/**
 * Twilio gives up on a Chat or Conversations webhook after 5 s; promised is 4, the rest is the way back.
 * https://www.twilio.com/docs/api/errors/50076
 */
const answerWithinMs = 3_800;

/** In bytes as received. The longest legal text, 32 KB of Japanese, has some 100 KB percent-encoded. */
const maxBody = 256 * 1024;

/** In bytes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const maxQueueMessage = 1024 * 1024;

/**
 * Answers: 204 stored or of no use; 400 unreadable; 403 not proven to be from the route's account; 404, 405, 413, 415;
 * 503 could not be stored, or not in time: Twilio's Chat retries on 503, not on 500.
 * `request.url`'s path and query must be as they were received; its host does not matter.
 */
export const createWebhook =
  (deps: WebhookDeps) =>
  async (request: Request): Promise<Response> => {
    const receivedAt = deps.clock.now();
    const about: About = { type: 'webhook', sids: [] };
    const stop = new AbortController();
    let cancel = () => {};
    const late = new Promise<Answer>((resolve) => {
      cancel = (deps.deadline ?? realTime)(answerWithinMs, () => resolve(failed('too_late')));
    });
    const inTime = answerTo(deps, request, { receivedAt, about, stop: stop.signal }).catch((error: unknown) =>
      failed(nameOf(error)),
    );
    const answer = await Promise.race([inTime, late]);
    cancel();
    stop.abort();
    return told(deps, answer, about, receivedAt);
  };

/** What is known of the request so far, for its line in the journal; nothing that is not verified. */
type About = { type: string; lane?: Entry['lane']; sids: readonly string[] };

const answerTo = async (
  deps: WebhookDeps,
  request: Request,
  { receivedAt, about, stop }: { readonly receivedAt: number; readonly about: About; readonly stop: AbortSignal },
): Promise<Answer> => {
  const target = targetOf(request.url);
  const found = routeOf(target.path);
  if (found === undefined) return refused('route');
  about.type = found.route;
  if (request.method !== 'POST') return refused('method');
  const contentType = request.headers.get('content-type') ?? '';
  if (!isForm(contentType)) return refused('content_type');
  const bytes = await readBody(request, maxBody, stop);
  if (bytes === 'too_large') return refused('too_large');
  const read = readForm(bytes);
  if (typeof read === 'string') return refused(read);

  const signature = request.headers.get('x-twilio-signature');
  if (signature === null || signature === '') return refused('no_signature');
  const url = deps.config.publicBaseUrl + target.path + target.query;
  const secrets = await deps.secrets();
  const signer = signerOf(found.rule.accounts, { url, signature, form: read.form }, deps.config, secrets);
  if (signer === 'wrong_signature' || signer === 'wrong_account') return refused(signer);

  const webhook = reading(read.form, found.rule.reader(signer, deps.config));
  about.type = nameIn(webhook.eventType) ?? about.type;
  about.sids = sidsIn(read.form);
  if (webhook.kind === 'malformed') return refused('malformed', webhook.parameter);
  if (webhook.kind === 'skipped') return skippedBecause(webhook.reason);
  if (webhook.event !== undefined) about.type = webhook.event.type;
  about.lane = webhook.event === undefined ? 'forward' : webhook.event.side === 'flex' ? 'toFrontline' : 'toFlex';
  return store(deps, webhook, { at: receivedAt, contentType, ...read }, secrets.stampKey);
};

/** Puts an event on every queue it belongs on, at once; acknowledged when it is on all of them. */
const store = async (deps: WebhookDeps, read: ReadEvent, received: Received, stampKey: string): Promise<Answer> => {
  const stamp = read.event && ownStamp(read.event, stampKey, deps.config.deployment);
  const places: Placement[] = [];
  if (read.event !== undefined && stamp === undefined) places.push(eventPlacement(read, read.event, received));
  // A silent copy is of a message that the customer has already.
  const forwards = deps.config.flex.defaultWebhook !== undefined && stamp?.k !== 'silent';
  if (read.forward !== undefined && forwards) places.push(forwardPlacement(read, read.forward, received));

  if (places.some(({ message }) => Buffer.byteLength(message.body) > maxQueueMessage)) return refused('too_large');
  const sent = await Promise.allSettled(places.map(async ({ queue, message }) => deps.queues.send(queue, message)));
  const lost = sent.find((one) => one.status === 'rejected');
  if (lost !== undefined) return failed('not_stored', nameOf(lost.reason));
  if (stamp !== undefined) return skippedBecause('echo', places.length);
  return places.length === 0 ? skippedBecause('no_default_webhook') : queued(places.length, read.flaw);
};

/** The stamp of a message that this deployment wrote: what stands in Flex was written by the lane to Flex, and the reverse. */
const ownStamp = (event: BridgeEvent, key: string, deployment: string): Stamp | undefined => {
  if (event.type !== 'message.added' && event.type !== 'message.updated') return undefined;
  const { author, body, attributes } = event.message;
  const lane = event.side === 'flex' ? 'toFlex' : 'toFrontline';
  const stamp = provenStamp(key, { lane, container: event.container, author, body }, attributes);
  return stamp?.d === deployment ? stamp : undefined;
};

const told = (deps: WebhookDeps, answer: Answer, about: About, receivedAt: number): Response => {
  try {
    deps.journal({ ...about, ...answer.entry, ms: deps.clock.now() - receivedAt });
  } catch {
    // A journal that fails has nobody to tell it to, and what is stored must be acknowledged all the same.
  }
  return responseOf(answer);
};

/** An error's name only: its message may hold what people wrote. */
const nameOf = (error: unknown): string =>
  error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : typeof error;

const realTime: Deadline = (ms, expired) => {
  const timer = setTimeout(expired, ms);
  return () => clearTimeout(timer);
};
