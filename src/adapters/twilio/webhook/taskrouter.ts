import type { ReservationEnd } from '../../../core/model/event.ts';
import { taskChat, taskCustomer, workerIdentity } from '../task-attributes.ts';
import type { Form } from './form.ts';
import { optionalParameter, requiredParameter, sidParameter } from './parameters.ts';
import { type EventReader, type Reading, skip } from './reading.ts';

/**
 * TaskRouter's event callbacks from the Flex account's workspace.
 * @throws {Malformed}
 * @see https://www.twilio.com/docs/taskrouter/api/event/reference
 */
export const readFlexTaskRouter: EventReader = (eventType, form) => {
  const how = ENDS[eventType];
  if (how !== undefined) return readEnded(eventType, how, form);
  if (eventType === 'reservation.created') return readCreated(eventType, form);
  if (eventType !== 'reservation.accepted') return skip(eventType, 'not_handled');
  const chat = taskChat(optionalParameter(form, 'TaskAttributes'), optionalParameter(form, 'TaskChannelUniqueName'));
  if (chat === undefined) return readEnded(eventType, 'accepted', form);
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
      worker: sidParameter(form, 'WorkerSid', 'WK'),
      workerIdentity: workerIdentity(optionalParameter(form, 'WorkerAttributes'), () =>
        requiredParameter(form, 'WorkerName'),
      ),
    },
    dedupeBy: { subject: reservation, occurs: 'once' },
  };
};

/** An accept has an event of its own, where it is a chat's. */
const ENDS: Readonly<Record<string, ReservationEnd>> = {
  'reservation.rejected': 'rejected',
  'reservation.timeout': 'timeout',
  'reservation.canceled': 'canceled',
  'reservation.rescinded': 'rescinded',
  'reservation.completed': 'accepted',
};

const customerIn = (form: Form): string | undefined =>
  taskCustomer(optionalParameter(form, 'TaskAttributes'), optionalParameter(form, 'TaskChannelUniqueName'));

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
      worker: sidParameter(form, 'WorkerSid', 'WK'),
      workerIdentity: workerIdentity(optionalParameter(form, 'WorkerAttributes'), () =>
        requiredParameter(form, 'WorkerName'),
      ),
      customerName,
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
    event: { type: 'reservation.ended', side: 'flex', reservation, worker, how },
    dedupeBy: { subject: reservation, occurs: 'once' },
  };
};

/** Nothing on the Frontline account's task events concerns the bridge yet. */
export const readFrontlineTaskRouter: EventReader = (eventType) => skip(eventType, 'not_handled');
