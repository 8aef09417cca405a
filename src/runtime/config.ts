/** What a running bridge must be told, read once at start. */

export type AccountConfig = { readonly accountSid: string; readonly serviceSid: string };

export type Config = {
  readonly flex: AccountConfig & { readonly defaultWebhook: string | undefined };
  readonly frontline: AccountConfig;
  /** The address Twilio signs for, without a slash at the end. */
  readonly publicBaseUrl: string;
  /** Every Twilio call for https://HOST/PATH goes to this + /HOST/PATH when set. */
  readonly twilioBaseUrl: string | undefined;
  /** Names this deployment in every stamp. */
  readonly deployment: string;
  readonly settleMs: number;
  readonly leaseMs: number;
};

export type AccountSecrets = {
  readonly authToken: string;
  readonly previousAuthToken: string | undefined;
  /** Used for REST calls instead of the token when set. */
  readonly apiKey: { readonly sid: string; readonly secret: string } | undefined;
};
export type Secrets = { readonly flex: AccountSecrets; readonly frontline: AccountSecrets; readonly stampKey: string };
