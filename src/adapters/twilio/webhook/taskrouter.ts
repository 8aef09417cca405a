import { encodeIdentity } from '../../../core/identity.ts';
import { isSid, jsonObject, optional, required, sid } from './fields.ts';
import type { Form } from './form.ts';
import { type Reading, skip } from './reading.ts';

/**
 * TaskRouter's event callbacks from the Flex account's workspace. A task is a chat when its attributes name a channel.
 * @throws {Malformed}
 * @see https://www.twilio.com/docs/taskrouter/api/event/reference
 */
export const readFlexTaskRouter = (eventType: string, form: Form): Reading => {
  if (eventType !== 'reservation.accepted') return skip(eventType, 'not_handled');
  if (optional(form, 'TaskChannelUniqueName') === 'voice') return skip(eventType, 'not_a_chat');
  const task = jsonObject(optional(form, 'TaskAttributes'));
  const { channelSid } = task;
  if (!isSid(channelSid, 'CH')) return skip(eventType, 'not_a_chat');
  const reservation = sid(form, 'ReservationSid', 'WR');
  return {
    kind: 'work',
    eventType,
    event: {
      type: 'reservation.accepted',
      side: 'flex',
      container: channelSid,
      workspace: sid(form, 'WorkspaceSid', 'WS'),
      task: sid(form, 'TaskSid', 'WT'),
      reservation,
      worker: sid(form, 'WorkerSid', 'WK'),
      workerIdentity: workerIdentity(form),
      customerName: text(task.name) ?? text(task.customerName) ?? '',
    },
    once: { to: reservation, how: 'happens' },
  };
};

/** Nothing on the Frontline account's task events concerns the bridge yet. */
export const readFrontlineTaskRouter = (eventType: string, _form: Form): Reading => skip(eventType, 'not_handled');

/**
 * As Flex spells it, from the worker's contact_uri. A worker whom Flex has never seen signed in has none: then the
 * same name is spelled here, from the e-mail address or the worker's name.
 */
const workerIdentity = (form: Form): string => {
  const worker = jsonObject(optional(form, 'WorkerAttributes'));
  const prefix = 'client:';
  const uri = text(worker.contact_uri);
  if (uri?.startsWith(prefix) && uri.length > prefix.length) return uri.slice(prefix.length);
  return encodeIdentity(text(worker.email) ?? required(form, 'WorkerName'));
};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
