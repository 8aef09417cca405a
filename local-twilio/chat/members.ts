/** Members of a channel, participants of a conversation. */
import type { Binding, Container, Member } from '../model.ts';
import { problems } from '../problem.ts';
import { newSid } from '../sid.ts';
import { announce } from '../webhooks/announce.ts';
import type { TwilioWorld } from '../world.ts';
import { mustBeOpen, refusedWith, type Way } from './dialect.ts';
import { checkAttributes, countAction, LIMITS } from './limits.ts';
import { joinUser, leaveUser } from './users.ts';

export type MemberDraft = {
  readonly identity: string | undefined;
  readonly binding?: Binding | undefined;
  readonly attributes?: string | undefined;
  readonly dateCreated?: number | undefined;
};

export const findMember = (container: Container, key: string): Member | undefined =>
  container.members.get(key) ?? [...container.members.values()].find((member) => member.identity === key);

const addressTaken = (container: Container, binding: Binding): boolean =>
  [...container.service.containers.values()].some(
    (other) =>
      other.state !== 'closed' &&
      [...other.members.values()].some(
        ({ binding: its }) => its?.address === binding.address && its.proxyAddress === binding.proxyAddress,
      ),
  );

export const addMember = (world: TwilioWorld, container: Container, draft: MemberDraft, way: Way): Member => {
  mustBeOpen(container);
  countAction(world, container, way);
  if (draft.identity === undefined && draft.binding === undefined) throw problems.invalid('Identity');
  if (draft.identity !== undefined && findMember(container, draft.identity) !== undefined)
    throw refusedWith[way.dialect].memberExists();
  if (draft.binding !== undefined && addressTaken(container, draft.binding)) throw problems.addressInUse();
  if (container.members.size >= container.service.limits.channelMembers) throw problems.memberLimit();
  const attributes = checkAttributes(draft.attributes ?? '{}', LIMITS.attributes);
  if (draft.identity !== undefined) joinUser(world, container, draft.identity);
  const at = world.now();
  const member: Member = {
    sid: newSid(world.random, 'MB'),
    identity: draft.identity,
    binding: draft.binding,
    roleSid: container.service.roleSid,
    attributes,
    dateCreated: draft.dateCreated ?? at,
    dateUpdated: at,
    lastRead: undefined,
    committedAt: at,
  };
  container.members.set(member.sid, member);
  world.onlooker('joined', container, member.identity, way.by, at);
  if (way.announce) announce(world, { about: 'member', change: 'added', container, member, by: way.by, at });
  return member;
};

export const updateMember = (
  world: TwilioWorld,
  container: Container,
  member: Member,
  change: { readonly attributes?: string | undefined; readonly lastRead?: number | undefined },
  way: Way,
): void => {
  mustBeOpen(container);
  countAction(world, container, way);
  if (change.attributes !== undefined) member.attributes = checkAttributes(change.attributes, LIMITS.attributes);
  if (change.lastRead !== undefined) member.lastRead = change.lastRead;
  const at = world.now();
  member.dateUpdated = at;
  if (way.announce) announce(world, { about: 'member', change: 'updated', container, member, by: way.by, at });
};

export const removeMember = (world: TwilioWorld, container: Container, member: Member, way: Way): void => {
  mustBeOpen(container);
  countAction(world, container, way);
  container.members.delete(member.sid);
  if (member.identity !== undefined) leaveUser(container, member.identity);
  const at = world.now();
  container.formerMembers.push({ member, at });
  member.dateUpdated = at;
  world.onlooker('left', container, member.identity, way.by, at);
  if (way.announce) announce(world, { about: 'member', change: 'removed', container, member, by: way.by, at });
};
