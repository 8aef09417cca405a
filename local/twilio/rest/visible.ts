import type { Container, Message } from '../model.ts';
import type { Call } from './call.ts';

/** What a list shows now: all of it, unless a fault hides what came late or lately. */
export const visibleMessages = (call: Call, container: Container, name: string): readonly Message[] => {
  const { world } = call;
  const now = world.now();
  const stale = world.faults.meets('list.stale', container.account.name, name);
  const until = stale === undefined ? now : now - world.random() * stale.maxMs;
  const shown: Message[] = [];
  for (const message of container.messages.values())
    if (message.listedFrom <= now && (stale === undefined || message.committedAt <= until)) shown.push(message);
  return shown;
};
