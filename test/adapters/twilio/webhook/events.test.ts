/** The list of what Twilio is to send, against what the readers do not pass over. */
import { expect, test } from '@jest/globals';
import { FLEX, FRONTLINE } from '../../../../local-twilio/defaults.ts';
import { readChat } from '../../../../src/adapters/twilio/webhook/chat.ts';
import { readConversations } from '../../../../src/adapters/twilio/webhook/conversations.ts';
import type { EventReader } from '../../../../src/adapters/twilio/webhook/reading.ts';
import { readFlexTaskRouter, readFrontlineTaskRouter } from '../../../../src/adapters/twilio/webhook/taskrouter.ts';
import { TWILIO_EVENTS } from '../../../../src/contract.ts';

const containers = ['Message', 'MediaMessage', 'Member', 'Participant', 'Channel', 'Conversation', 'User', 'Delivery'];
const changes = ['Sent', 'Added', 'Updated', 'StateUpdated', 'Removed', 'Destroyed'];
const ON = containers.flatMap((what) => changes.map((change) => `on${what}${change}`));

/** https://www.twilio.com/docs/taskrouter/api/event/reference */
const TASKROUTER: readonly string[] = [
  ...['created', 'updated', 'completed', 'canceled', 'deleted', 'wrapup', 'system-deleted', 'transfer-initiated'].map(
    (what) => `task.${what}`,
  ),
  ...['created', 'accepted', 'rejected', 'timeout', 'canceled', 'rescinded', 'completed', 'wrapup', 'failed'].map(
    (what) => `reservation.${what}`,
  ),
  ...['activity.update', 'attributes.update', 'capacity.update', 'channel.availability.update'].map(
    (what) => `worker.${what}`,
  ),
  ...['task-queue.entered', 'task-queue.timeout', 'workflow.entered', 'workflow.target-matched'],
];

/** Whatever else it says of an event without parameters, it has looked at it. */
const isUnderstood = (read: EventReader, eventType: string): boolean => {
  try {
    const reading = read(eventType, new Map() as never);
    return !('reason' in reading && reading.reason === 'not_handled');
  } catch {
    return true;
  }
};

test.each<[keyof typeof TWILIO_EVENTS, EventReader, readonly string[]]>([
  ['chat', readChat(FLEX.chatServiceSid), ON],
  ['conversations', readConversations(FRONTLINE.conversationServiceSid), ON],
  ['flexTaskRouter', readFlexTaskRouter, TASKROUTER],
  ['frontlineTaskRouter', readFrontlineTaskRouter, TASKROUTER],
])('Twilio is to send of %s all that is understood, and nothing else', (kind, read, all) => {
  const understood = all.filter((eventType) => isUnderstood(read, eventType));
  expect([...TWILIO_EVENTS[kind]].sort()).toEqual([...understood].sort());
});
