import { taskChat, workerIdentity } from '../task-attributes.ts';
import { optional, required, sid } from './fields.ts';
import type { Form } from './form.ts';
import { type Reading, skip } from './reading.ts';

/**
 * TaskRouter's event callbacks from the Flex account's workspace.
 * @throws {Malformed}
 * @see https://www.twilio.com/docs/taskrouter/api/event/reference
 */
export const readFlexTaskRouter = (eventType: string, form: Form): Reading => {
  if (eventType !== 'reservation.accepted') return skip(eventType, 'not_handled');
  const chat = taskChat(optional(form, 'TaskAttributes'), optional(form, 'TaskChannelUniqueName'));
  if (chat === undefined) return skip(eventType, 'not_a_chat');
  const reservation = sid(form, 'ReservationSid', 'WR');
  return {
    kind: 'work',
    eventType,
    event: {
      type: 'reservation.accepted',
      side: 'flex',
      ...chat,
      workspace: sid(form, 'WorkspaceSid', 'WS'),
      task: sid(form, 'TaskSid', 'WT'),
      reservation,
      worker: sid(form, 'WorkerSid', 'WK'),
      workerIdentity: workerIdentity(optional(form, 'WorkerAttributes'), () => required(form, 'WorkerName')),
    },
    once: { to: reservation, how: 'happens' },
  };
};

/** Nothing on the Frontline account's task events concerns the bridge yet. */
export const readFrontlineTaskRouter = (eventType: string, _form: Form): Reading => skip(eventType, 'not_handled');
