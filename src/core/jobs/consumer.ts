/**
 * What the consumers of all queues share: a queue message is read, its work is done, its end is written to the ticket
 * and to the journal, and the queue hears whether it comes again.
 */
import type { BridgeDeps } from '../deps.ts';
import { errorName } from '../model/error-name.ts';
import type { Lane } from '../model/event.ts';
import { laneFrom } from '../model/event.ts';
import { type Outcome, retry, retryTwilio } from '../model/outcome.ts';
import { retryDelay } from '../model/retry-delay.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Entry } from '../ports/journal.ts';
import type { Consumer, Delivery, Disposition } from '../ports/queues.ts';
import { decodeEnvelope, type Envelope, type Work } from './envelope.ts';
import { newTally, type Tally } from './run.ts';
import { writeTicket } from './tickets.ts';

export type ConsumerDeps = Pick<BridgeDeps, 'store' | 'clock' | 'nonce' | 'journal'>;

export type Handler<Taken extends Work> = {
  /** Work of another kind has no business on this queue: it is parked as unreadable. */
  readonly takes: (work: Work) => work is Taken;
  /** May throw: Twilio's errors and all others become a retry. */
  readonly handle: (work: Taken, delivery: Delivery, tally: Tally, envelope: Envelope) => Promise<Outcome>;
  /**
   * May turn a retry into an end, when trying again is over. What it throws is the queue's: the message comes again.
   */
  readonly settle?: (work: Taken, outcome: Outcome, delivery: Delivery) => Promise<Outcome>;
};

export const createConsumer =
  <Taken extends Work>(deps: ConsumerDeps, { takes, handle, settle }: Handler<Taken>): Consumer =>
  async (delivery) => {
    const envelope = decodeEnvelope(delivery.body);
    if (envelope === undefined || !takes(envelope.work)) {
      deps.journal({ step: 'parked', type: 'unreadable', reason: 'unreadable', sids: [delivery.group] });
      return { verdict: 'park', reason: 'unreadable' };
    }
    const { work } = envelope;
    const tally = newTally();
    const first = await handle(work, delivery, tally, envelope).catch((error: unknown) =>
      afterTrouble(deps, work, error, delivery),
    );
    const outcome = settle === undefined ? first : await settle(work, first, delivery);
    await writeTicket(deps, work, outcome, tally);
    deps.journal(entryOf(deps, work, outcome, envelope.receivedAt));
    return dispositionOf(outcome);
  };

/** An unforeseen error is reported by its name and tried again like Twilio's, never swallowed. */
const afterTrouble = (deps: ConsumerDeps, work: Work, error: unknown, { attempts }: Delivery): Outcome => {
  if (error instanceof TwilioError) return { ...retryTwilio(error, attempts), gone: error.remedy === 'wait' };
  const reason = error instanceof Error ? `${errorName(error)}: ${firstFrame(error)}` : typeof error;
  deps.journal({ step: 'failed', type: typeOf(work), reason, sids: sidsOf(work) });
  return retry(retryDelay(attempts), 'failed');
};

/** Where it was thrown; its message could quote what people wrote, also in lines that look like the stack's own. */
const firstFrame = ({ stack = '', message }: Error): string =>
  stack
    .replace(message, '')
    .split('\n')
    .find((line) => /^ {4}at .*(:\d+:\d+|<anonymous>)\)?$/.test(line))
    ?.trim() ?? '';

const dispositionOf = (outcome: Outcome): Disposition =>
  outcome.end === 'retry' ? { verdict: 'retry', afterSeconds: outcome.after } : { verdict: 'done' };

const laneOf = (work: Work): Lane | 'forward' | undefined => {
  if (work.kind === 'forward') return 'forward';
  if (work.kind === 'reconcile' || work.kind === 'redrive') return work.lane;
  return work.kind === 'event' ? laneFrom(work.event.side) : undefined;
};

const typeOf = (work: Work): string => {
  if (work.kind === 'forward') return work.forward.eventType;
  return work.kind === 'event' ? work.event.type : work.kind;
};

const sidsOf = (work: Work): readonly string[] => {
  switch (work.kind) {
    case 'event': {
      const { event } = work;
      if (event.type === 'reservation.accepted') return [event.reservation, event.task, event.worker, event.container];
      if (event.type === 'worker.activity') return [event.worker];
      if (event.type === 'reservation.created') return [event.reservation, event.task, event.worker];
      if (event.type === 'reservation.ended') return [event.reservation, event.worker];
      return event.type === 'chat.changed' ? [event.container] : [event.message.sid, event.container];
    }
    case 'forward':
      return [work.forward.about, work.forward.container];
    case 'presence':
      return [work.worker];
    case 'parked':
      return [work.parked.sid, work.parked.pair];
    case 'redrive':
      return [work.sid, work.pair];
    case 'notify_agent':
      return [work.worker];
    case 'start':
      return [work.conversation];
    case 'offers':
      return [work.worker, ...(work.about.is === 'ended' ? [work.about.reservation] : [])];
    default:
      return [work.pair];
  }
};

/** What the journal says of every step of this work. */
export const aboutWork = (work: Work) => ({ type: typeOf(work), lane: laneOf(work), sids: sidsOf(work) });

const entryOf = (deps: ConsumerDeps, work: Work, outcome: Outcome, receivedAt: number): Entry => {
  const about = { ...aboutWork(work), ms: deps.clock.now() - receivedAt };
  const { sids } = about;
  switch (outcome.end) {
    case 'replicated':
    case 'linked':
      return { ...about, step: outcome.end, sids: [...sids, ...outcome.copies] };
    case 'reconciled':
      return { ...about, step: 'reconciled', count: outcome.repaired };
    case 'agreed':
      return { ...about, step: 'agreed', reason: outcome.reason };
    case 'retry':
      return { ...about, step: 'retried', reason: outcome.reason, ...outcome.twilio };
    case 'forwarded':
      return { ...about, step: 'forwarded', reason: outcome.reason };
    case 'parked':
      return { ...about, step: 'parked', reason: outcome.reason, code: outcome.code };
    case 'skipped':
      return { ...about, step: 'skipped', reason: outcome.reason, code: outcome.code };
    case 'deferred':
      return { ...about, step: 'deferred', reason: outcome.reason };
    default:
      return outcome satisfies never;
  }
};
