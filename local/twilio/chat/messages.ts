/** Messages: written, edited, removed; and what Twilio and the agent's app do to them by themselves. */
import type { Container, Media, Message } from '../model.ts';
import { newSid } from '../sid.ts';
import { announce } from '../webhooks/announce.ts';
import type { World } from '../world.ts';
import { changeState } from './containers.ts';
import { bySdk, mustBeOpen, type Way } from './dialect.ts';
import { checkAttributes, checkBody, countAction, LIMITS } from './limits.ts';
import { findMember } from './members.ts';

export type MessageDraft = {
  readonly author: string;
  readonly body: string | undefined;
  readonly attributes?: string | undefined;
  readonly dateCreated?: number | undefined;
  readonly media?: readonly Media[] | undefined;
};

/** The Frontline app of the agent in this conversation writes attributes of its own over the bridge's. */
const agentsAppReplaces = (world: World, container: Container, message: Message): void => {
  const agent = [...container.members.values()].find((member) => member.identity?.includes('@'));
  if (agent?.identity === undefined || container.state === 'closed' || !container.messages.has(message.sid)) return;
  const attributes = JSON.stringify({ messageId: newSid(world.random, '').slice(0, 8) });
  updateMessage(world, container, message, { attributes }, bySdk(agent.identity, 'conversations'));
};

const mischief = (world: World, container: Container, message: Message, way: Way): void => {
  const { name } = container.account;
  if (way.dialect !== 'conversations') return;
  const closes = world.faults.meets('conversation.closed-by-timer', name, container.sid);
  if (closes !== undefined)
    world.after(world.random() * closes.maxMs, () => {
      changeState(world, container, 'closed', 'TIMER', { ...way, by: { source: 'API' }, announce: true });
    });
  if (way.by.source !== 'API') return;
  const replaced = world.faults.meets('attributes.replaced', name, container.sid);
  if (replaced !== undefined)
    world.after(world.random() * replaced.maxMs, () => agentsAppReplaces(world, container, message));
};

export const addMessage = (world: World, container: Container, draft: MessageDraft, way: Way): Message => {
  mustBeOpen(container);
  const media = draft.media ?? [];
  const body = checkBody(draft.body, media.length);
  const attributes = checkAttributes(draft.attributes ?? '{}', LIMITS.attributes);
  countAction(world, container, way);
  const { name } = container.account;
  const skipped = world.faults.meets('index.skipped', name, container.sid);
  if (skipped !== undefined) container.nextIndex += 1 + Math.floor(world.random() * skipped.max);
  const late = world.faults.meets('message.late', name, container.sid);
  const at = world.now();
  const message: Message = {
    sid: newSid(world.random, 'IM'),
    index: container.nextIndex,
    author: draft.author,
    body,
    attributes,
    dateCreated: draft.dateCreated ?? at,
    dateUpdated: draft.dateCreated ?? at,
    lastUpdatedBy: undefined,
    media,
    memberSid: findMember(container, draft.author)?.sid,
    committedAt: at,
    listedFrom: late === undefined ? at : at + world.random() * late.maxMs,
  };
  container.nextIndex += 1;
  container.messages.set(message.sid, message);
  world.witness('added', container, message, way.by, at);
  if (way.announce) announce(world, { about: 'message', change: 'added', container, message, by: way.by, at });
  mischief(world, container, message, way);
  return message;
};

export function updateMessage(
  world: World,
  container: Container,
  message: Message,
  change: { readonly body?: string | undefined; readonly attributes?: string | undefined },
  way: Way,
): void {
  mustBeOpen(container);
  const body = change.body === undefined ? message.body : checkBody(change.body, message.media.length);
  const attributes =
    change.attributes === undefined ? message.attributes : checkAttributes(change.attributes, LIMITS.attributes);
  countAction(world, container, way);
  message.body = body;
  message.attributes = attributes;
  const at = world.now();
  message.dateUpdated = at;
  message.lastUpdatedBy = way.by.identity ?? 'system';
  world.witness('updated', container, message, way.by, at);
  if (way.announce) announce(world, { about: 'message', change: 'updated', container, message, by: way.by, at });
}

export const removeMessage = (world: World, container: Container, message: Message, way: Way): void => {
  mustBeOpen(container);
  countAction(world, container, way);
  container.messages.delete(message.sid);
  const at = world.now();
  world.witness('removed', container, message, way.by, at);
  if (way.announce) announce(world, { about: 'message', change: 'removed', container, message, by: way.by, at });
};
