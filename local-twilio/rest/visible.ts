/** What a read shows now: what there is, unless a fault hides what came late or lately. */
import type { Container, Member, Message } from '../model.ts';
import { type Call, found } from './call.ts';

export const visibleMessages = (call: Call, container: Container, name: string): readonly Message[] => {
  const { world } = call;
  const account = container.account.name;
  const now = world.now();
  const stale = world.faults.draws('list.stale', account, name);
  const until = stale === undefined ? now : now - world.random() * stale.maxMs;
  const shown: Message[] = [];
  let hidden = false;
  for (const message of container.messages.values()) {
    if (message.listedFrom > now) {
      if (!message.missed) world.faults.happened('message.late', account, name);
      message.missed = true;
    } else if (stale !== undefined && message.committedAt > until) hidden = true;
    else shown.push(message);
  }
  if (hidden) world.faults.happened('list.stale', account, name);
  return shown;
};

/** Who a list shows: whom it showed some seconds ago, if it is behind. */
export const visibleMembers = (call: Call, container: Container, name: string): readonly Member[] => {
  const { world } = call;
  const account = container.account.name;
  const now = [...container.members.values()];
  const stale = world.faults.draws('members.stale', account, name);
  if (stale === undefined) return now;
  const until = world.now() - world.random() * stale.maxMs;
  const gone = container.formerMembers.filter(({ member, at }) => member.committedAt <= until && at > until);
  const then = [...gone.map(({ member }) => member), ...now.filter(({ committedAt }) => committedAt <= until)];
  if (gone.length > 0 || then.length < now.length) world.faults.happened('members.stale', account, name);
  return then;
};

type Look = { readonly at: number; readonly hides: boolean };

/** The moment that a look at one thing shows; undefined: now. */
const lookAt = ({ world }: Call, { account }: Container, name: string): Look | undefined => {
  const stale = world.faults.draws('read.stale', account.name, name);
  return stale && { at: world.now() - world.random() * stale.maxMs, hides: stale.hides };
};

const asItWas = <T extends { readonly committedAt: number; readonly past: readonly { readonly until: number }[] }>(
  thing: T | undefined,
  { at, hides }: Look,
): T | undefined => {
  if (thing === undefined || (hides && thing.committedAt > at)) return undefined;
  return { ...thing, ...thing.past.find(({ until }) => until > at) };
};

/** @throws TwilioProblem when it is not there, or not seen yet. */
export const visibleMessage = (call: Call, container: Container, name: string): Message => {
  const sid = call.at.Sid ?? '';
  const now = container.messages.get(sid);
  const look = lookAt(call, container, name);
  if (look === undefined) return found(call, now);
  const gone = container.removed.get(sid);
  const then = asItWas(now ?? (gone !== undefined && gone.at > look.at ? gone.message : undefined), look);
  if (then?.body !== now?.body || then?.attributes !== now?.attributes)
    call.world.faults.happened('read.stale', container.account.name, name);
  return found(call, then);
};

/** @throws TwilioProblem when it is not seen yet. */
export const visibleContainer = (call: Call, container: Container, name: string): Container => {
  const look = lookAt(call, container, name);
  if (look === undefined) return container;
  const then = asItWas(container, look);
  if (then?.state !== container.state || then.attributes !== container.attributes)
    call.world.faults.happened('read.stale', container.account.name, name);
  return found(call, then);
};
