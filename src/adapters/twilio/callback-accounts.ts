/** What the answers to Frontline's app and to the page that asks for agents are made of, of both accounts. */
import type { Secrets } from '../../runtime/secrets.ts';
import type { Config } from '../../runtime/settings.ts';
import type { Guards } from './http/guards.ts';
import type { HttpCall } from './http/http.ts';
import { type AskCrm, createBackupCrm } from './rest/backup-crm.ts';
import { createFlexDirectory, type FlexDirectory } from './rest/flex-directory.ts';
import { createFrontlineDirectory, type FrontlineDirectory } from './rest/frontline-directory.ts';
import { createWorkerNamed, type WorkerNamed } from './rest/worker-named.ts';

export type CallbackAccounts = {
  readonly frontline: FrontlineDirectory;
  readonly flex: FlexDirectory;
  /** undefined when WORKSPACE_SID is not set. */
  readonly workerNamed: WorkerNamed | undefined;
  /** undefined when BACKUP_CRM_ENDPOINT is not set. */
  readonly askCrm: AskCrm | undefined;
};

/** Frontline waits 6 s for all of an answer: https://www.twilio.com/docs/api/errors/48005 */
const READ_MS = 2_000;
const CRM_MS = 3_000;

/** An answer of Frontline's callbacks has so many bytes at most: https://www.twilio.com/docs/api/errors/48003 */
export const LARGEST_CALLBACK_BYTES = 64 * 1024;

/** Makes no call itself. */
export const createCallbackAccounts = (of: {
  readonly config: Pick<Config, 'flex' | 'frontline' | 'twilioBaseUrl' | 'callbacks'>;
  readonly secrets: () => Promise<Pick<Secrets, 'flex' | 'frontline'>>;
  readonly http: HttpCall;
  /** For the CRM: reads at most {@link LARGEST_CALLBACK_BYTES}. */
  readonly crmHttp: HttpCall;
  readonly guards: Pick<Guards, 'flex' | 'frontline' | 'taskrouter'>;
}): CallbackAccounts => {
  const { config, secrets, http, guards } = of;
  const { workspaceSid, accountSid, serviceSid } = config.flex;
  const rest = { requestMs: READ_MS, baseUrl: config.twilioBaseUrl };
  const flex = { ...rest, accountSid, serviceSid, secrets: async () => (await secrets()).flex };
  const frontline = { ...rest, ...config.frontline, secrets: async () => (await secrets()).frontline };
  const { backupCrm: url } = config.callbacks;
  return {
    frontline: createFrontlineDirectory({ ...frontline, http: guards.frontline(http) }),
    flex: createFlexDirectory({ ...flex, http: guards.flex(http) }),
    workerNamed: workspaceSid && createWorkerNamed({ ...flex, workspaceSid, http: guards.taskrouter(http) }),
    askCrm: url === undefined ? undefined : createBackupCrm({ http: of.crmHttp, url, timeoutMs: CRM_MS }),
  };
};
