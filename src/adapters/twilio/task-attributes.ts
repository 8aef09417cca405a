/** What Flex writes into attributes of tasks and workers: the same in TaskRouter's webhooks and in its REST answers. */
import { encodeIdentity } from '../../core/model/identity.ts';
import { isSid } from '../../core/model/sids.ts';
import type { TaskChat } from '../../core/ports/tasks.ts';
import { parseJsonObject } from './values.ts';

/** A task whose attributes name a channel is a chat, unless it is a voice task: then undefined. Never throws. */
export const taskChat = (attributes: string | undefined, taskChannel: string | undefined): TaskChat | undefined => {
  const { channelSid } = parseJsonObject(attributes);
  const customerName = taskCustomer(attributes, taskChannel);
  if (customerName === undefined || !isSid('CH', channelSid)) return undefined;
  return { container: channelSid, customerName };
};

/** Whose task it is, maybe empty; undefined for a voice task. Never throws. */
export const taskCustomer = (attributes: string | undefined, taskChannel: string | undefined): string | undefined => {
  if (taskChannel === 'voice') return undefined;
  const { name, customerName } = parseJsonObject(attributes);
  return nonEmptyText(name) ?? nonEmptyText(customerName) ?? '';
};

/**
 * A worker's chat identity as Flex spells it, from contact_uri. A worker whom Flex has never seen signed in has none:
 * then the same name is spelled here, from the e-mail address or the worker's name.
 * https://support.twilio.com/hc/en-us/articles/42799965656987
 */
export const workerIdentity = (attributes: string | undefined, workerName: () => string): string => {
  const worker = parseJsonObject(attributes);
  const prefix = 'client:';
  const uri = nonEmptyText(worker.contact_uri);
  if (uri?.startsWith(prefix) && uri.length > prefix.length) return uri.slice(prefix.length);
  return encodeIdentity(nonEmptyText(worker.email) ?? workerName());
};

/** In a task's attributes: names a task that the bridge made. Flex's plugins copy it with all others of a task. */
export const TASK_MARK = 'bridgeMark';

/** undefined where the bridge has not made the task. Never throws. */
export const taskMark = (attributes: string | undefined): string | undefined =>
  nonEmptyText(parseJsonObject(attributes)[TASK_MARK]);

const nonEmptyText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
