/** How TaskRouter's REST API spells a task's and a reservation's state. */
import { RESERVATION_ENDS } from '../../../core/model/event.ts';
import type { AssignmentStatus, ReservationNow } from '../../../core/ports/tasks.ts';
import { list, optionalText, type Payload, requiredText, sid } from '../http/payload.ts';
import { taskChat, taskCustomer } from '../task-attributes.ts';

export const statusOf = (task: Payload): AssignmentStatus => requiredText(task, 'assignment_status');

/**
 * TaskRouter's statuses are no closed set: `onHold` stands in none of its documents, and means that Flex is setting up
 * the chat that was accepted. https://support.twilio.com/hc/en-us/articles/40136086868507
 */
export const readReservation = (reservation: Payload): ReservationNow => {
  const status = requiredText(reservation, 'reservation_status');
  return {
    reservation: sid(reservation, 'sid', 'WR'),
    task: sid(reservation, 'task_sid', 'WT'),
    worker: sid(reservation, 'worker_sid', 'WK'),
    state: status === 'pending' ? 'open' : (RESERVATION_ENDS.find((end) => end === status) ?? 'accepted'),
  };
};

/** Whose task it is, maybe empty; undefined for a call. */
export const customerOfTask = (task: Payload): string | undefined =>
  taskCustomer(optionalText(task, 'attributes'), optionalText(task, 'task_channel_unique_name'));

/** The tasks on a page. Calls are left out, whatever their attributes name: they are none of the bridge's. */
export const tasksOn = (page: Payload): readonly Payload[] =>
  list(page, 'tasks').filter((task) => customerOfTask(task) !== undefined);

export const chatOfTask = (task: Payload) =>
  taskChat(optionalText(task, 'attributes'), optionalText(task, 'task_channel_unique_name'));
