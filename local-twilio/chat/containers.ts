/** Channels and conversations: born, changed, closed, destroyed. */
import type { ChatService, Container, ConversationState } from '../model.ts';
import { problems } from '../problem.ts';
import { looksLikeSid, newSid } from '../sid.ts';
import { announce } from '../webhooks/announce.ts';
import type { TwilioWorld } from '../world.ts';
import { mustBeOpen, refusedWith, type Way } from './dialect.ts';
import { checkAttributes, countAction, LIMITS } from './limits.ts';
import { remember } from './past.ts';
import { leaveUser } from './users.ts';

export type ContainerDraft = {
  readonly uniqueName?: string | undefined;
  readonly friendlyName?: string | undefined;
  readonly attributes?: string | undefined;
  readonly type?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly dateCreated?: number | undefined;
  readonly timers?: { readonly closed: string | undefined; readonly inactive: string | undefined } | undefined;
};

const checkUniqueName = (service: ChatService, uniqueName: string, way: Way): string => {
  if (looksLikeSid(uniqueName, 'CH')) throw problems.uniqueNameLikeSid();
  if (service.byUniqueName.has(uniqueName)) throw refusedWith[way.dialect].exists();
  return uniqueName;
};

export const createContainer = (
  world: TwilioWorld,
  service: ChatService,
  draft: ContainerDraft,
  way: Way,
): Container => {
  countAction(world, service, way);
  const uniqueName = draft.uniqueName === undefined ? undefined : checkUniqueName(service, draft.uniqueName, way);
  const now = world.now();
  const container: Container = {
    sid: newSid(world.random, 'CH'),
    account: service.account,
    service,
    uniqueName,
    friendlyName: draft.friendlyName,
    attributes: checkAttributes(draft.attributes ?? '{}', LIMITS.containerAttributes),
    type: draft.type === 'public' ? 'public' : 'private',
    createdBy: draft.createdBy ?? way.by.identity ?? 'system',
    flexFlow: undefined,
    state: 'active',
    timers: { closed: draft.timers?.closed, inactive: draft.timers?.inactive },
    dateCreated: draft.dateCreated ?? now,
    dateUpdated: now,
    members: new Map(),
    formerMembers: [],
    messages: new Map(),
    removed: new Map(),
    committedAt: now,
    past: [],
    nextIndex: 0,
    actions: { second: 0, count: 0 },
  };
  service.containers.set(container.sid, container);
  if (uniqueName !== undefined) service.byUniqueName.set(uniqueName, container);
  if (way.announce) announce(world, { about: 'container', change: 'added', container, by: way.by, at: now });
  return container;
};

/** By SID or unique name. */
export const findContainer = (service: ChatService, key: string): Container | undefined =>
  service.containers.get(key) ?? service.byUniqueName.get(key);

export type ContainerChange = {
  readonly uniqueName?: string | undefined;
  readonly friendlyName?: string | undefined;
  readonly attributes?: string | undefined;
  readonly timers?: { readonly closed?: string | undefined; readonly inactive?: string | undefined } | undefined;
};

export const updateContainer = (world: TwilioWorld, container: Container, change: ContainerChange, way: Way): void => {
  mustBeOpen(container);
  countAction(world, container, way);
  const at = world.now();
  remember(container.past, { until: at, attributes: container.attributes, state: container.state });
  if (change.attributes !== undefined)
    container.attributes = checkAttributes(change.attributes, LIMITS.containerAttributes);
  if (change.uniqueName !== undefined && change.uniqueName !== container.uniqueName) {
    checkUniqueName(container.service, change.uniqueName, way);
    if (container.uniqueName !== undefined) container.service.byUniqueName.delete(container.uniqueName);
    container.uniqueName = change.uniqueName;
    container.service.byUniqueName.set(change.uniqueName, container);
  }
  if (change.friendlyName !== undefined) container.friendlyName = change.friendlyName;
  if (change.timers?.closed !== undefined) container.timers.closed = change.timers.closed;
  if (change.timers?.inactive !== undefined) container.timers.inactive = change.timers.inactive;
  container.dateUpdated = at;
  world.onlooker('changed', container, undefined, way.by, at);
  if (way.announce) announce(world, { about: 'container', change: 'updated', container, by: way.by, at });
};

/** Closed is final; closing gives back the unique name to nobody. */
export const changeState = (
  world: TwilioWorld,
  container: Container,
  to: ConversationState,
  reason: 'API' | 'TIMER' | 'EVENT',
  way: Way,
): void => {
  const from = container.state;
  if (from === to) return;
  mustBeOpen(container);
  const at = world.now();
  remember(container.past, { until: at, attributes: container.attributes, state: from });
  container.state = to;
  if (reason === 'TIMER' && to === 'closed') container.closedByTimerAt = at;
  container.dateUpdated = at;
  world.onlooker('changed', container, undefined, way.by, at);
  if (way.announce) announce(world, { about: 'state', container, from, to, reason, by: way.by, at });
};

export const removeContainer = (world: TwilioWorld, container: Container, way: Way): void => {
  const { service } = container;
  countAction(world, service, way);
  service.containers.delete(container.sid);
  if (container.uniqueName !== undefined) service.byUniqueName.delete(container.uniqueName);
  for (const member of container.members.values())
    if (member.identity !== undefined) leaveUser(container, member.identity);
  world.onlooker('removed', container, undefined, way.by, world.now());
  if (way.announce) announce(world, { about: 'container', change: 'removed', container, by: way.by, at: world.now() });
};
