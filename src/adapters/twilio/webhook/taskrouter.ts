import { taskChat, workerIdentity } from '../task-attributes.ts';
import { optionalParameter, requiredParameter, sidParameter } from './parameters.ts';
import { type EventReader, skip } from './reading.ts';

/**
 * TaskRouter's event callbacks from the Flex account's workspace.
 * @throws {Malformed}
 * @see https://www.twilio.com/docs/taskrouter/api/event/reference
 */
export const readFlexTaskRouter: EventReader = (eventType, form) => {
  if (eventType !== 'reservation.accepted') return skip(eventType, 'not_handled');
  const chat = taskChat(optionalParameter(form, 'TaskAttributes'), optionalParameter(form, 'TaskChannelUniqueName'));
  if (chat === undefined) return skip(eventType, 'not_a_chat');
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

/** Nothing on the Frontline account's task events concerns the bridge yet. */
export const readFrontlineTaskRouter: EventReader = (eventType) => skip(eventType, 'not_handled');
