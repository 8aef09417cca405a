import { taskChat, workerIdentity } from '../task-attributes.ts';
import { optionalParameter, requiredParameter, sidParameter } from './parameters.ts';
import { type EventReader, skip } from './reading.ts';

/**
 * TaskRouter's event callbacks from the Flex account's workspace.
 * @throws {Malformed}
 * @see https://www.twilio.com/docs/taskrouter/api/event/reference
 */
export const readFlexTaskRouter: EventReader = (eventType, form) => {
  if (eventType !== 'reservation.accepted' && !endings.has(eventType)) return skip(eventType, 'not_handled');
  const chat = taskChat(optionalParameter(form, 'TaskAttributes'), optionalParameter(form, 'TaskChannelUniqueName'));
  if (chat === undefined) return skip(eventType, 'not_a_chat');
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
      worker: sidParameter(form, 'WorkerSid', 'WK'),
      workerIdentity: workerIdentity(optionalParameter(form, 'WorkerAttributes'), () =>
        requiredParameter(form, 'WorkerName'),
      ),
    },
    dedupeBy: { subject: reservation, occurs: 'once' },
  };
};

/**
 * By these a chat may have ended, or its agent gone. A task whose chat was handed over names its channel no more, and
 * is no chat then.
 */
const endings: ReadonlySet<string> = new Set([
  'task.completed',
  'task.canceled',
  'reservation.completed',
  'reservation.canceled',
  'reservation.wrapup',
]);

/** Nothing on the Frontline account's task events concerns the bridge yet. */
export const readFrontlineTaskRouter: EventReader = (eventType) => skip(eventType, 'not_handled');
