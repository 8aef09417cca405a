/** The bridge under fire: its settings, over the local Twilio's two accounts. */
import { FLEX, FRONTLINE } from '../local-twilio/defaults.ts';
import type { AccountSecrets, Secrets } from '../src/runtime/secrets.ts';
import type { Config } from '../src/runtime/settings.ts';

/** Milliseconds since 1970. */
export const NOW = Date.UTC(2026, 2, 14, 17, 10);

export const config: Config = {
  flex: { accountSid: FLEX.accountSid, serviceSid: FLEX.chatServiceSid, defaultWebhook: FLEX.defaultWebhook },
  frontline: { accountSid: FRONTLINE.accountSid, serviceSid: FRONTLINE.conversationServiceSid },
  publicBaseUrl: 'https://bridge.example.com',
  twilioBaseUrl: undefined,
  deployment: 'fuzz',
  settleMs: 60_000,
  leaseMs: 20_000,
};

const account = (authToken: string, previousAuthToken?: string): AccountSecrets => ({
  authToken,
  previousAuthToken,
  apiKey: undefined,
});

export const secrets: Secrets = {
  flex: account(FLEX.authToken, 'the-token-of-before'),
  frontline: account(FRONTLINE.authToken),
  stampKey: 'the stamp key of a fuzz run',
};
