/** Messages: written, edited, removed; and what Twilio and the agent's app do to them by themselves. */
import type { Container, Media, Member, Message, Receipt } from '../model.ts';
import { sendSms } from '../phone.ts';
import { newSid } from '../sid.ts';
import { announce } from '../webhooks/announce.ts';
import type { TwilioWorld } from '../world.ts';
import { changeState } from './containers.ts';
import { bySdk, mustBeOpen, type Way } from './dialect.ts';
import { checkAttributes, checkBody, countAction, LIMITS } from './limits.ts';
import { findMember } from './members.ts';
import { remember, rememberGone } from './past.ts';

export type MessageDraft = {
  readonly author: string;
  readonly body: string | undefined;
  readonly attributes?: string | undefined;
  readonly dateCreated?: number | undefined;
  readonly media?: readonly Media[] | undefined;
};

/** The app of the agent in this chat writes attributes of its own over the bridge's. */
const agentsAppReplaces = (world: TwilioWorld, container: Container, message: Message, { dialect }: Way): void => {
  const agent = [...container.members.values()].find(({ identity, attributes }) =>
    dialect === 'chat' ? attributes.includes('"agent"') : identity?.includes('@'),
  );
  if (agent?.identity === undefined || container.state === 'closed' || !container.messages.has(message.sid)) return;
  const attributes = JSON.stringify({ messageId: newSid(world.random, '').slice(0, 8) });
  updateMessage(world, container, message, { attributes }, bySdk(agent.identity, dialect));
  world.faults.happened('attributes.replaced', container.account.name, message.sid);
};

const mischief = (world: TwilioWorld, container: Container, message: Message, way: Way): void => {
  const { name } = container.account;
  const closes =
    way.dialect === 'conversations'
      ? world.faults.draws('conversation.closed-by-timer', name, container.sid)
      : undefined;
  if (closes !== undefined)
    world.after(world.random() * closes.maxMs, () => {
      if (container.state !== 'closed') world.faults.happened('conversation.closed-by-timer', name, container.sid);
      changeState(world, container, 'closed', 'TIMER', { ...way, by: { source: 'API' }, announce: true });
    });
  if (way.by.source !== 'API') return;
  const replaced = world.faults.draws('attributes.replaced', name, container.sid);
  if (replaced !== undefined)
    world.after(world.random() * replaced.maxMs, () => agentsAppReplaces(world, container, message, way));
};

const authorsMembership = (container: Container, author: string): Member | undefined =>
  findMember(container, author) ?? [...container.members.values()].find(({ binding }) => binding?.address === author);

/** What Twilio makes of a program's text, should it make anything of it. */
const asStored = (world: TwilioWorld, container: Container, text: string | undefined, way: Way): string | undefined => {
  if (text === undefined || way.by.source !== 'API') return text;
  const { name } = container.account;
  const rule = world.faults.draws('text.normalised', name, container.sid);
  const stored = rule === undefined ? text : rule.how === 'trimmed' ? text.trim() : text.normalize('NFC');
  if (stored === text || stored === '') return text;
  world.faults.happened('text.normalised', name, container.sid);
  return stored;
};

/**
 * Conversations itself carries a message to every phone that is bound to the conversation, but the writer's own.
 * https://www.twilio.com/docs/conversations/delivery-receipts
 */
const carryToPhones = (
  world: TwilioWorld,
  container: Container,
  messageSid: string,
  { author, body }: MessageDraft,
): readonly Receipt[] =>
  [...container.members.values()].flatMap(({ sid: participantSid, binding }) => {
    if (binding?.proxyAddress === undefined || binding.address === author || body === undefined) return [];
    const channelMessageSid = sendSms(world, binding.address, { from: binding.proxyAddress, body, messageSid });
    return [{ sid: newSid(world.random, 'DY'), participantSid, channelMessageSid, at: world.now() }];
  });

export const addMessage = (world: TwilioWorld, container: Container, draft: MessageDraft, way: Way): Message => {
  mustBeOpen(container);
  const media = draft.media ?? [];
  const body = asStored(world, container, checkBody(draft.body, media.length, way.dialect), way);
  const attributes = checkAttributes(draft.attributes ?? '{}', LIMITS.attributes);
  countAction(world, container, way);
  const { name } = container.account;
  const skipped = world.faults.meets('index.skipped', name, container.sid);
  if (skipped !== undefined) container.nextIndex += 1 + Math.floor(world.random() * skipped.max);
  const late = world.faults.draws('message.late', name, container.sid);
  const at = world.now();
  const sid = newSid(world.random, 'IM');
  const message: Message = {
    sid,
    index: container.nextIndex,
    author: draft.author,
    body,
    attributes,
    dateCreated: draft.dateCreated ?? at,
    dateUpdated: draft.dateCreated ?? at,
    lastUpdatedBy: undefined,
    media,
    memberSid: authorsMembership(container, draft.author)?.sid,
    receipts: carryToPhones(world, container, sid, { ...draft, body }),
    committedAt: at,
    listedFrom: late === undefined ? at : at + world.random() * late.maxMs,
    missed: false,
    past: [],
  };
  container.nextIndex += 1;
  container.messages.set(message.sid, message);
  world.witness('added', container, message, way.by, at);
  if (way.announce) announce(world, { about: 'message', change: 'added', container, message, by: way.by, at });
  mischief(world, container, message, way);
  return message;
};

export function updateMessage(
  world: TwilioWorld,
  container: Container,
  message: Message,
  change: { readonly body?: string | undefined; readonly attributes?: string | undefined },
  way: Way,
): void {
  mustBeOpen(container);
  const body =
    change.body === undefined
      ? message.body
      : asStored(world, container, checkBody(change.body, message.media.length, way.dialect), way);
  const attributes =
    change.attributes === undefined ? message.attributes : checkAttributes(change.attributes, LIMITS.attributes);
  countAction(world, container, way);
  const at = world.now();
  remember(message.past, { until: at, body: message.body, attributes: message.attributes });
  message.body = body;
  message.attributes = attributes;
  message.dateUpdated = at;
  message.lastUpdatedBy = way.by.identity ?? 'system';
  world.witness('updated', container, message, way.by, at);
  if (way.announce) announce(world, { about: 'message', change: 'updated', container, message, by: way.by, at });
}

export const removeMessage = (world: TwilioWorld, container: Container, message: Message, way: Way): void => {
  mustBeOpen(container);
  countAction(world, container, way);
  container.messages.delete(message.sid);
  const at = world.now();
  rememberGone(container.removed, message.sid, { message, at });
  world.witness('removed', container, message, way.by, at);
  if (way.announce) announce(world, { about: 'message', change: 'removed', container, message, by: way.by, at });
};
