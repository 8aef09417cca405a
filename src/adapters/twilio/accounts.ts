/**
 * The two accounts as core's ports. Which of Twilio's products stands behind a port is chosen here and nowhere else:
 * Programmable Chat for Flex, Conversations for Frontline.
 */
import { requestMsFor } from '../../core/model/times.ts';
import type { FlexSide, FrontlineSide } from '../../core/ports/chat.ts';
import type { DefaultWebhook } from '../../core/ports/default-webhook.ts';
import type { Outbound } from '../../core/ports/outbound.ts';
import type { TaskSide } from '../../core/ports/tasks.ts';
import type { Workers } from '../../core/ports/workers.ts';
import type { Secrets } from '../../runtime/secrets.ts';
import type { Config } from '../../runtime/settings.ts';
import type { Guards } from './http/guards.ts';
import type { HttpCall } from './http/http.ts';
import { createAvailability } from './rest/availability.ts';
import { createDefaultWebhook } from './rest/default-webhook.ts';
import { createFlexSide } from './rest/flex-side.ts';
import { createFrontlineSide } from './rest/frontline-side.ts';
import { createOutboundSide } from './rest/outbound-side.ts';
import { createTaskSide } from './rest/task-side.ts';
import { createWorkerSide } from './rest/worker-side.ts';

export type Accounts = {
  readonly flex: FlexSide;
  readonly frontline: FrontlineSide;
  /** undefined when WORKSPACE_SID is not set. */
  readonly tasks: TaskSide | undefined;
  /** undefined when WORKSPACE_SID or FRONTLINE_WORKSPACE_SID is not set. */
  readonly workers: Workers | undefined;
  /** undefined when SMS_NUMBER or the Proxy service is not set. */
  readonly outbound: Outbound | undefined;
  /** undefined when FLEX_CHAT_DEFAULT_WEBHOOK is not set. */
  readonly defaultWebhook: DefaultWebhook | undefined;
};

/** Makes no call itself. The secrets are asked for before each call, so that a process starts without them. */
export const createAccounts = (of: {
  readonly config: Pick<
    Config,
    'flex' | 'frontline' | 'outbound' | 'twilioBaseUrl' | 'leaseMs' | 'workerMatchAttribute'
  >;
  readonly secrets: () => Promise<Pick<Secrets, 'flex' | 'frontline'>>;
  readonly http: HttpCall;
  readonly guards: Guards;
}): Accounts => {
  const { config, secrets, http, guards } = of;
  const { workspaceSid, defaultWebhook: url, workflowSid: _, ...flexIds } = config.flex;
  const timeoutMs = requestMsFor(config.leaseMs);
  const rest = { requestMs: timeoutMs, baseUrl: config.twilioBaseUrl };
  const flexSecrets = async () => (await secrets()).flex;
  const flex = { ...rest, ...flexIds, secrets: flexSecrets };
  const { workspaceSid: frontlineWorkspaceSid, ...frontlineIds } = config.frontline;
  const frontline = { ...rest, ...frontlineIds, secrets: async () => (await secrets()).frontline };
  const workersOf = (): Workers | undefined => {
    if (workspaceSid === undefined || frontlineWorkspaceSid === undefined) return undefined;
    const matchBy = config.workerMatchAttribute;
    const agents = { ...frontline, http: guards['frontline-agents'](http) };
    return {
      flex: createWorkerSide({ ...flex, side: 'flex', workspaceSid, matchBy, http: guards.taskrouter(http) }),
      frontline: createWorkerSide({ ...agents, side: 'frontline', workspaceSid: frontlineWorkspaceSid, matchBy }),
      availability: createAvailability(agents),
    };
  };
  return {
    flex: createFlexSide({ ...flex, http: guards.flex(http) }),
    frontline: createFrontlineSide({ ...frontline, http: guards.frontline(http) }),
    tasks:
      workspaceSid === undefined ? undefined : createTaskSide({ ...flex, workspaceSid, http: guards.taskrouter(http) }),
    workers: workersOf(),
    // Not by the chats' own guard: a Flex API that is down silences no chat.
    outbound:
      config.outbound && createOutboundSide({ ...flex, outbound: config.outbound, http: guards.taskrouter(http) }),
    defaultWebhook:
      url === undefined
        ? undefined
        : createDefaultWebhook({
            ...{ url, timeoutMs, secrets: flexSecrets, baseUrl: config.twilioBaseUrl },
            http: guards['default-webhook'](http),
          }),
  };
};
