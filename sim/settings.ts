/** Configuration and secrets of a bridge between the local Twilio's two accounts. */
import { FLEX, FRONTLINE } from '../local-twilio/defaults.ts';
import { usualPresence } from '../src/core/model/presence.ts';
import { readCallbackSettings } from '../src/runtime/callback-settings.ts';
import type { AccountSecrets, Secrets } from '../src/runtime/secrets.ts';
import type { Config } from '../src/runtime/settings.ts';

export const BRIDGE = 'https://bridge.example';

export const configWith = (more: Partial<Config> = {}): Config => ({
  flex: {
    accountSid: FLEX.accountSid,
    serviceSid: FLEX.chatServiceSid,
    defaultWebhook: FLEX.defaultWebhook,
    workspaceSid: FLEX.workspaceSid,
  },
  frontline: {
    accountSid: FRONTLINE.accountSid,
    serviceSid: FRONTLINE.conversationServiceSid,
    workspaceSid: FRONTLINE.workspaceSid,
  },
  outbound: {
    ...{ smsNumber: FLEX.phoneNumber, whatsappNumber: undefined },
    ...{ proxyServiceSid: FLEX.proxyServiceSid, taskChannel: 'sms' },
  },
  presence: usualPresence(),
  publicBaseUrl: BRIDGE,
  twilioBaseUrl: undefined,
  deployment: 'sim',
  settleMs: 60_000,
  answeredSettleMs: 10_000,
  leaseMs: 20_000,
  callbacks: readCallbackSettings(() => undefined, []),
  ...more,
});

export const accountSecrets = (authToken: string, previousAuthToken?: string): AccountSecrets => ({
  authToken,
  previousAuthToken,
  apiKey: undefined,
});

export const secretsWith = (more: Partial<Secrets> = {}): Secrets => ({
  flex: accountSecrets(FLEX.authToken),
  frontline: accountSecrets(FRONTLINE.authToken),
  stampKey: 'the stamp key of a run',
  ...more,
});
