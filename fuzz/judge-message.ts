/** What must hold of everything that is put on a queue. */
import { decodeEnvelope, type Envelope } from '../src/core/jobs/envelope.ts';
import type { QueueMessage } from '../src/core/ports/queues.ts';
import type { Queued } from './bridge.ts';
import type { MutantRequest } from './mutant-request.ts';
import { NOW } from './settings.ts';
import { hasShape, isRealSid } from './shape.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const MOST_BYTES = 1024 * 1024;
const LEGAL_TEXT = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;
const LEGAL_ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** By the queue's own rules, and readable. */
export const queueProblems = ({ group, dedupe, body }: QueueMessage): readonly string[] => {
  const envelope = decodeEnvelope(body);
  return [
    ...(isRealSid(group, 'CH') || isRealSid(group, 'WK') ? [] : ['a group id that is no real SID']),
    ...(LEGAL_ID.test(dedupe) ? [] : ['a deduplication id that SQS refuses']),
    ...(LEGAL_TEXT.test(body) ? [] : ['a body with characters that SQS refuses']),
    ...(Buffer.byteLength(body) <= MOST_BYTES ? [] : ['a body of more than 1 MiB']),
    ...(envelope === undefined ? ['a message that no consumer can read'] : []),
    ...(envelope !== undefined && !hasShape(envelope) ? [`a ${envelope.work.kind} of the wrong shape`] : []),
  ];
};

/** That a message says what its webhook said. */
export const contentProblems = (mutant: MutantRequest, sent: Queued): readonly string[] => {
  const envelope = decodeEnvelope(sent.body);
  if (envelope === undefined || mutant.form === undefined) return [];
  return [
    ...(envelope.receivedAt === NOW ? [] : ['a message that was received at another time']),
    ...wrong(mutant, sent, envelope).map((what) => `a message whose ${what} is not its webhook's`),
  ];
};

const wrong = (mutant: MutantRequest, { queue, group }: Queued, { work }: Envelope): readonly string[] => {
  const said = (name: string): string | undefined => mutant.form?.get(name)?.[0];
  const differing = (pairs: Readonly<Record<string, readonly [unknown, unknown]>>): readonly string[] =>
    Object.entries(pairs).flatMap(([what, [is, should]]) => (is === should ? [] : [what]));
  if (work.kind === 'forward') {
    const { forward } = work;
    return differing({
      queue: [queue, 'default-webhook'],
      route: [mutant.route, '/chat-to-frontline'],
      group: [group, forward.container],
      channel: [forward.container, said('ChannelSid')],
      type: [forward.eventType, said('EventType')],
      body: [forward.body, mutant.body.toString('utf8')],
    });
  }
  if (work.kind !== 'event') return ['kind'];
  const { event } = work;
  if (event.type === 'reservation.accepted')
    return differing({
      queue: [queue, 'flex-events'],
      route: [mutant.route, '/taskrouter-handler'],
      group: [group, event.container],
      task: [event.task, said('TaskSid')],
      worker: [event.worker, said('WorkerSid')],
    });
  const flex = event.side === 'flex';
  if (event.type === 'chat.changed')
    return differing({
      queue: [queue, flex ? 'flex-events' : 'frontline-events'],
      group: [group, event.container],
      ...(event.joined === undefined ? {} : { joined: [event.joined, said('Identity')] }),
    });
  if (event.type === 'worker.activity')
    return differing({
      queue: [queue, flex ? 'flex-events' : 'frontline-events'],
      route: [mutant.route, '/taskrouter-handler'],
      group: [group, event.worker],
      worker: [event.worker, said('WorkerSid')],
      activity: [event.activity, said('WorkerActivityName')],
      at: [String(event.at), said('TimestampMs') ?? `${said('Timestamp')}000`],
    });
  if (event.type === 'reservation.created' || event.type === 'reservation.ended')
    return differing({
      queue: [queue, 'flex-events'],
      route: [mutant.route, '/taskrouter-handler'],
      group: [group, event.worker],
      reservation: [event.reservation, said('ReservationSid')],
      worker: [event.worker, said('WorkerSid')],
    });
  const { message } = event;
  return differing({
    queue: [queue, flex ? 'flex-events' : 'frontline-events'],
    route: [mutant.route, flex ? '/chat-to-frontline' : '/frontline-to-chat'],
    group: [group, event.container],
    container: [event.container, said(flex ? 'ChannelSid' : 'ConversationSid')],
    sid: [message.sid, said('MessageSid')],
    index: [String(message.index), said('Index')],
    text: [message.body, said('Body') ?? ''],
    author: [message.author, said(flex ? 'From' : 'Author')],
    time: [message.createdAt, said('DateCreated')],
  });
};
