/** Sends one mutant to the webhook, and notes everything that comes of it. */
import type { QueueName } from '../src/contract.ts';
import type { Entry } from '../src/core/ports/journal.ts';
import type { QueueMessage } from '../src/core/ports/queues.ts';
import { requestFrom } from '../src/edge/incoming.ts';
import type { Queued } from './bridge.ts';
import type { BackendFault, RequestDraft } from './draft.ts';
import type { MutantRequest } from './mutant-request.ts';
import { config, NOW, secrets } from './settings.ts';
import type { Target } from './target.ts';
import { afterTurns, settled } from './turns.ts';

export type AnswerSeen = {
  readonly end: 'answered' | 'threw' | 'hung';
  readonly status: number;
  readonly text: string;
  readonly headers: readonly (readonly [string, string])[];
  /** What the queues took. */
  readonly sent: readonly Queued[];
  readonly entries: readonly Entry[];
  /** Whether the fault, or the body's end, kept the webhook from storing. */
  readonly met: boolean;
  /** A queue was asked and did not take it. */
  readonly notStored: boolean;
};

const flowing = (body: Buffer, flow: RequestDraft['flow']): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> => {
  if (flow === 'none') return new Uint8Array();
  if (flow === 'whole') return new Uint8Array(body);
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      const step = Math.ceil(body.length / 4) || 1;
      if (at < body.length && (flow === 'pieces' || at === 0)) {
        controller.enqueue(new Uint8Array(body.subarray(at, at + step)));
        at += step;
      } else if (flow === 'pieces') controller.close();
      else if (flow === 'breaks') controller.error(new Error('the sender is gone'));
      else return new Promise(() => {});
      return undefined;
    },
  });
};

/** As API Gateway and Node's server hand it on: two headers of one name are one, with a comma between. */
const requestOf = ({ method, target, headers, body }: MutantRequest, flow: RequestDraft['flow']): Request =>
  requestFrom({
    ...{ method, target },
    header: (wanted) => {
      const values = headers.filter(([name]) => name === wanted).map(([, value]) => value);
      return values.length === 0 ? undefined : values.join(', ');
    },
    body: () => flowing(body, flow),
  });

const never = <T>(): Promise<T> => new Promise<T>(() => {});

export const sendMutant = async (target: Target, draft: RequestDraft, given: MutantRequest): Promise<AnswerSeen> => {
  const sent: Queued[] = [];
  const entries: Entry[] = [];
  let asked = 0;
  let notStored = false;
  let met = draft.flow === 'breaks' || draft.flow === 'stalls';
  const fails = (): boolean => {
    const one = draft.fault;
    const failing = one === 'queue refuses' || one === 'queue throws' || (one === 'queue refuses one' && asked === 1);
    if (failing || one === 'queue hangs') {
      met = true;
      notStored = true;
    }
    return failing;
  };
  const behind = (hanging: BackendFault): void => {
    if (draft.fault === hanging) met = true;
  };
  const send = (queue: QueueName, message: QueueMessage): Promise<void> => {
    asked += 1;
    if (fails()) {
      if (draft.fault === 'queue throws') throw new TypeError('the queue is broken');
      return Promise.reject(new Error('the queue refused'));
    }
    if (draft.fault === 'queue hangs') return never();
    sent.push({ queue, ...message });
    return Promise.resolve();
  };
  const webhook = target.webhook({
    queues: { send },
    journal: (entry) => {
      entries.push(entry);
      if (draft.fault === 'journal throws') throw new Error('the journal is full');
    },
    clock: { now: () => NOW },
    config,
    secrets: async () => {
      behind('no secrets');
      behind('secrets hang');
      if (draft.fault === 'no secrets') throw new Error('no secrets to be had');
      return draft.fault === 'secrets hang' ? never() : secrets;
    },
    // Time runs out as soon as nothing else moves.
    deadline: (_ms, expired) => {
      const slow = draft.fault === 'queue hangs' || draft.fault === 'secrets hang' || draft.flow === 'stalls';
      return slow ? afterTurns(50, expired) : () => {};
    },
  });

  const outcome = await settled(async () => webhook(requestOf(given, draft.flow)));
  const rest = { sent, entries, met, notStored };
  if (outcome.end !== 'done')
    return { end: outcome.end === 'hung' ? 'hung' : 'threw', status: 0, text: '', headers: [], ...rest };
  const response = outcome.value;
  return {
    end: 'answered',
    status: response.status,
    text: await response.text(),
    headers: [...response.headers],
    ...rest,
  };
};
