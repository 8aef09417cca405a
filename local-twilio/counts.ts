import type { AccountName } from './model.ts';

/** How often each REST call came, by account and by method and resource (`POST chat.messages`). */
export type CallCounts = {
  readonly add: (account: AccountName, call: string) => void;
  /** A copy. Posts to Flex's own webhook count as `POST webhooks.chatevent`. */
  readonly read: () => Readonly<Record<AccountName, Readonly<Record<string, number>>>>;
  /** All calls, those to Flex's own webhook apart. */
  readonly total: () => { readonly rest: number; readonly chatEvent: number };
  readonly reset: () => void;
};

export const CHAT_EVENT = 'POST webhooks.chatevent';

export const createCounts = (): CallCounts => {
  const counts = { flex: new Map<string, number>(), frontline: new Map<string, number>() };
  const each = () => [...counts.flex, ...counts.frontline];
  return {
    add: (account, call) => {
      counts[account].set(call, (counts[account].get(call) ?? 0) + 1);
    },
    read: () => ({ flex: Object.fromEntries(counts.flex), frontline: Object.fromEntries(counts.frontline) }),
    total: () => {
      let rest = 0;
      let chatEvent = 0;
      for (const [call, count] of each()) {
        if (call === CHAT_EVENT) chatEvent += count;
        else rest += count;
      }
      return { rest, chatEvent };
    },
    reset: () => {
      counts.flex.clear();
      counts.frontline.clear();
    },
  };
};
