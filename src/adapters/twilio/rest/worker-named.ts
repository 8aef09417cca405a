import type { WorkerSid, WorkspaceSid } from '../../../core/model/sids.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { list, type Payload, requiredText, sid } from '../http/payload.ts';

export type FoundWorker = { readonly sid: WorkerSid; readonly available: boolean };

/** The worker of exactly this friendly name, which is unique in a workspace; undefined when there is none. */
export type WorkerNamed = (friendlyName: string) => Promise<FoundWorker | undefined>;

const readWorker = (payload: Payload): FoundWorker & { readonly name: string } => ({
  sid: sid(payload, 'sid', 'WK'),
  available: payload.available === true,
  name: requiredText(payload, 'friendly_name'),
});

/** @throws {TwilioError} @see https://www.twilio.com/docs/taskrouter/api/worker */
export const createWorkerNamed = (
  account: Omit<AccountRest, 'serviceSid'> & { readonly workspaceSid: WorkspaceSid },
): WorkerNamed => {
  const rest = createRest('taskrouter.twilio.com', account);
  const path = ['v1', 'Workspaces', account.workspaceSid, 'Workers'];
  return async (friendlyName) => {
    const query = `?${new URLSearchParams({ FriendlyName: friendlyName, PageSize: '20' })}`;
    const found = await rest({ method: 'GET', path, query }, (payload) => list(payload, 'workers').map(readWorker));
    return found.find(({ name }) => name === friendlyName);
  };
};
