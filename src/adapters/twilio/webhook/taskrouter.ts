import type { OfferMade, ReservationEnd, Side } from '../../../core/model/event.ts';
import { isSid } from '../../../core/model/sids.ts';
import { taskChat, taskCustomer, taskMark, workerIdentity } from '../task-attributes.ts';
import type { Form } from './form.ts';
import { countParameter, optionalParameter, requiredParameter, sidParameter } from './parameters.ts';
import { type EventReader, type Reading, skip } from './reading.ts';

/**
 * TaskRouter's event callbacks from the Flex account's workspace.
 * @throws {Malformed}
 * @see https://www.twilio.com/docs/taskrouter/api/event/reference
 */
export const readFlexTaskRouter: EventReader = (eventType, form) => {
  if (eventType === 'worker.activity.update') return readActivity('flex', eventType, form);
  const how = ENDS.get(eventType);
  if (how !== undefined) return readEnded(eventType, how, form);
  if (eventType === 'reservation.created') return readCreated(eventType, form);
  if (eventType !== 'reservation.accepted' && !endings.has(eventType)) return skip(eventType, 'not_handled');
  const chat = taskChat(optionalParameter(form, 'TaskAttributes'), optionalParameter(form, 'TaskChannelUniqueName'));
  if (chat === undefined)
    return endings.has(eventType) ? skip(eventType, 'not_a_chat') : readEnded(eventType, 'accepted', form);
  if (endings.has(eventType))
    return {
      kind: 'event',
      eventType,
      event: { type: 'chat.changed', side: 'flex', container: chat.container, hint: 'task' },
      dedupeBy: { subject: sidParameter(form, 'TaskSid', 'WT'), occurs: 'often' },
    };
  const reservation = sidParameter(form, 'ReservationSid', 'WR');
  return {
    kind: 'event',
    eventType,
    event: {
      type: 'reservation.accepted',
      side: 'flex',
      ...chat,
      workspace: sidParameter(form, 'WorkspaceSid', 'WS'),
      task: sidParameter(form, 'TaskSid', 'WT'),
      reservation,
      ...workerIn(form),
      ...acceptedIn(form),
    },
    dedupeBy: { subject: reservation, occurs: 'once' },
  };
};

/** Nothing is refused for want of it: of two accepts that wait it says which came last. */
const acceptedIn = (form: Form): { readonly acceptedAt?: number } =>
  form.has('TimestampMs') || form.has('Timestamp') ? { acceptedAt: instantIn(form) } : {};

/** By Twilio's clock, milliseconds since 1970. */
const instantIn = (form: Form): number =>
  form.has('TimestampMs') ? countParameter(form, 'TimestampMs') : countParameter(form, 'Timestamp') * 1000;

/**
 * By these a chat may have ended, or its agent gone. A task whose chat was handed over names its channel no more, and
 * is no chat then.
 */
const endings: ReadonlySet<string> = new Set([
  'task.completed',
  'task.canceled',
  'reservation.completed',
  'reservation.canceled',
]);

/**
 * By these an offer is over. An accept has an event of its own, where it is a chat's; a canceled one is told as a
 * change of its chat, and the offer's end is found by the sweep.
 */
const ENDS: ReadonlyMap<string, ReservationEnd> = new Map([
  ['reservation.rejected', 'rejected'],
  ['reservation.timeout', 'timeout'],
  ['reservation.rescinded', 'rescinded'],
]);

/** Of the Frontline account's task events only its workers' concern the bridge: it has no tasks. @throws {Malformed} */
export const readFrontlineTaskRouter: EventReader = (eventType, form) =>
  eventType === 'worker.activity.update' ? readActivity('frontline', eventType, form) : skip(eventType, 'not_handled');

const readActivity = (side: Side, eventType: string, form: Form): Reading => {
  const worker = sidParameter(form, 'WorkerSid', 'WK');
  const event = optionalParameter(form, 'Sid');
  return {
    kind: 'event',
    eventType,
    event: {
      type: 'worker.activity',
      side,
      worker,
      activity: requiredParameter(form, 'WorkerActivityName'),
      at: instantIn(form),
    },
    dedupeBy: isSid('EV', event) ? { subject: event, occurs: 'once' } : { subject: worker, occurs: 'often' },
  };
};

const workerIn = (form: Form) => ({
  worker: sidParameter(form, 'WorkerSid', 'WK'),
  workerIdentity: workerIdentity(optionalParameter(form, 'WorkerAttributes'), () =>
    requiredParameter(form, 'WorkerName'),
  ),
});

const customerIn = (form: Form): string | undefined =>
  taskCustomer(optionalParameter(form, 'TaskAttributes'), optionalParameter(form, 'TaskChannelUniqueName'));

const madeIn = (form: Form): Pick<OfferMade, 'madeFor'> => {
  const attributes = optionalParameter(form, 'TaskAttributes');
  const chat = taskChat(attributes, optionalParameter(form, 'TaskChannelUniqueName'));
  if (chat === undefined || taskMark(attributes) === undefined) return {};
  return { madeFor: { channel: chat.container, task: sidParameter(form, 'TaskSid', 'WT') } };
};

const readCreated = (eventType: string, form: Form): Reading => {
  const customerName = customerIn(form);
  if (customerName === undefined) return skip(eventType, 'not_a_chat');
  const reservation = sidParameter(form, 'ReservationSid', 'WR');
  return {
    kind: 'event',
    eventType,
    event: {
      type: 'reservation.created',
      side: 'flex',
      task: sidParameter(form, 'TaskSid', 'WT'),
      reservation,
      ...workerIn(form),
      customerName,
      ...madeIn(form),
    },
    dedupeBy: { subject: reservation, occurs: 'once' },
  };
};

const readEnded = (eventType: string, how: ReservationEnd, form: Form): Reading => {
  if (customerIn(form) === undefined) return skip(eventType, 'not_a_chat');
  const reservation = sidParameter(form, 'ReservationSid', 'WR');
  const worker = sidParameter(form, 'WorkerSid', 'WK');
  return {
    kind: 'event',
    eventType,
    event: {
      type: 'reservation.ended',
      side: 'flex',
      reservation,
      worker,
      how,
      ...madeIn(form),
    },
    dedupeBy: { subject: reservation, occurs: 'once' },
  };
};
