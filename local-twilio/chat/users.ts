import type { ChatService, Container, User } from '../model.ts';
import { problems } from '../problem.ts';
import { newSid } from '../sid.ts';
import type { TwilioWorld } from '../world.ts';
import { checkAttributes, LIMITS } from './limits.ts';

export type UserDraft = {
  readonly identity: string;
  readonly friendlyName?: string | undefined;
  readonly attributes?: string | undefined;
};

export const createUser = (world: TwilioWorld, service: ChatService, draft: UserDraft): User => {
  if (service.users.has(draft.identity)) throw problems.userExists();
  const now = world.now();
  const user: User = {
    sid: newSid(world.random, 'US'),
    identity: draft.identity,
    friendlyName: draft.friendlyName,
    attributes: checkAttributes(draft.attributes ?? '{}', LIMITS.attributes),
    dateCreated: now,
    dateUpdated: now,
    joined: new Set(),
  };
  service.users.set(user.identity, user);
  return user;
};

/** By SID or identity. */
export const findUser = (service: ChatService, key: string): User | undefined =>
  service.users.get(key) ?? [...service.users.values()].find((user) => user.sid === key);

export const updateUser = (
  world: TwilioWorld,
  user: User,
  change: { readonly friendlyName: string | undefined; readonly attributes: string | undefined },
): void => {
  if (change.attributes !== undefined) user.attributes = checkAttributes(change.attributes, LIMITS.attributes);
  if (change.friendlyName !== undefined) user.friendlyName = change.friendlyName;
  user.dateUpdated = world.now();
};

/** Joining makes the identity a user of the service, as it does at Twilio. */
export const joinUser = (world: TwilioWorld, container: Container, identity: string): void => {
  const { service } = container;
  const user = service.users.get(identity) ?? createUser(world, service, { identity });
  if (user.joined.size >= service.limits.userChannels) throw problems.userLimit();
  user.joined.add(container.sid);
};

export const leaveUser = (container: Container, identity: string): void => {
  container.service.users.get(identity)?.joined.delete(container.sid);
};
