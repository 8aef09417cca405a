/**
 * What each process may do, as the roles of the deployed functions have it: the declarations that the template is made
 * of, and held to (test/stack/access.test.ts). Whatever else a process asks for is refused, as IAM refuses it.
 */
import type { Access } from '../lib/constructs/access.ts';
import type { ItemAction } from '../lib/constructs/state-table.ts';
import { FUNCTIONS, type FunctionName } from '../lib/functions.ts';
import type { Queues } from '../src/core/ports/queues.ts';
import type { Store } from '../src/core/ports/store.ts';
import type { ProcessKind } from './plan.ts';

const FUNCTION_OF: Readonly<Record<ProcessKind, FunctionName>> = {
  webhook: 'Webhook',
  'flex-events': 'ReplicateFlex',
  'frontline-events': 'ReplicateFrontline',
  'default-webhook': 'Forward',
  sweep: 'Sweep',
};

export class AccessDenied extends Error {
  constructor(what: string) {
    super(`not granted: ${what}`);
    this.name = 'AccessDeniedException';
  }
}

type Asked = { readonly queues: Queues; readonly store: Store };

/** @param refused hears of each thing that is asked for without a grant */
export const granted = (kind: ProcessKind, { queues, store }: Asked, refused: (what: string) => void): Asked => {
  const access: Access = FUNCTIONS[FUNCTION_OF[kind]].access;
  const need = async (has: boolean | undefined, what: string): Promise<void> => {
    if (has) return;
    refused(`${FUNCTION_OF[kind]} ${what}`);
    throw new AccessDenied(what);
  };
  const onItems = (action: ItemAction) => need(access.table?.includes(action), action);
  const onIndex = () => need(access.listIndex?.includes('Query'), 'Query on the index');
  return {
    queues: {
      send: async (queue, message) => {
        await need(access.sends?.includes(queue), `sends to ${queue}`);
        await queues.send(queue, message);
      },
      sendMany: async (queue, messages) => {
        await need(access.sends?.includes(queue), `sends to ${queue}`);
        return queues.sendMany(queue, messages);
      },
      deadLetter: async (queue, message) => {
        await need(access.consumes === queue, `gives up on ${queue}`);
        await queues.deadLetter(queue, message);
      },
    },
    store: {
      get: async (key) => {
        await onItems('GetItem');
        return store.get(key);
      },
      write: async (key, change) => {
        // A condition that did not hold is told apart from a lost answer by reading the item.
        await onItems('UpdateItem');
        await onItems('GetItem');
        return store.write(key, change);
      },
      list: async (name, page) => {
        await onIndex();
        await onItems('BatchGetItem');
        return store.list(name, page);
      },
      listKeys: async (name, page) => {
        await onIndex();
        return store.listKeys(name, page);
      },
      listUnder: async (pk, page) => {
        await onItems('Query');
        return store.listUnder(pk, page);
      },
    },
  };
};
