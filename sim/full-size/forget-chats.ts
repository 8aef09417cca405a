/**
 * Takes what has ended long ago from the local Twilio, which would not hold a year of it in memory. Nobody asks for it
 * any more: what a list shows are chats that are open, and conversations that are new.
 */
import type { LocalTwilio } from '../../local-twilio/twilio.ts';

type Place = LocalTwilio['place'];

export const isOver = ({ state, attributes }: { readonly state: string; readonly attributes: string }): boolean =>
  state === 'closed' || attributes.includes('"status":"INACTIVE"');

/** @returns what takes away all that ended before a moment, in milliseconds since 1970. Make it before any chat. */
export const createForgetChats = ({ flex, frontline, phones }: Place): ((before: number) => void) => {
  const sides = [flex, frontline];
  const staff = new Set(sides.flatMap(({ chat }) => [...chat.users.keys()]));
  return (before) => {
    for (const { account, chat, workspace } of sides) {
      for (const container of chat.containers.values()) {
        if (container.dateUpdated >= before || !isOver(container)) continue;
        chat.containers.delete(container.sid);
        if (container.uniqueName !== undefined) chat.byUniqueName.delete(container.uniqueName);
        for (const { identity = '' } of container.members.values()) {
          const user = chat.users.get(identity);
          user?.joined.delete(container.sid);
          if (user?.joined.size === 0 && !staff.has(identity)) chat.users.delete(identity);
        }
      }
      for (const { sid, status, dateUpdated } of workspace.tasks.values())
        if (dateUpdated < before && (status === 'completed' || status === 'canceled')) workspace.tasks.delete(sid);
      workspace.events.length = 0;
      for (const { sessions } of account.proxies.values())
        for (const [key, { status, dateUpdated }] of sessions)
          if (status === 'closed' && dateUpdated < before) sessions.delete(key);
    }
    phones.clear();
  };
};
