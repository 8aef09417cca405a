/** What core is told of the configuration. */
import type { BridgeSettings } from '../core/deps.ts';
import { requestMsFor } from '../core/model/times.ts';
import type { Config } from './settings.ts';

/** How long a claim lasts, a call may take, and an unanswered call is left alone. */
export const bridgeTimes = (
  config: Pick<Config, 'settleMs' | 'answeredSettleMs' | 'leaseMs'>,
): Pick<BridgeSettings, 'settleMs' | 'answeredSettleMs' | 'leaseMs' | 'requestMs'> => ({
  settleMs: config.settleMs,
  answeredSettleMs: Math.min(config.answeredSettleMs, config.settleMs),
  leaseMs: config.leaseMs,
  requestMs: requestMsFor(config.leaseMs),
});

export const bridgeSettings = (
  config: Pick<
    Config,
    | 'deployment'
    | 'settleMs'
    | 'answeredSettleMs'
    | 'leaseMs'
    | 'flex'
    | 'presence'
    | 'acceptsOffers'
    | 'refusesHandovers'
  >,
  stampKey: string,
): BridgeSettings => ({
  ...bridgeTimes(config),
  deployment: config.deployment,
  stampKey,
  presence: config.presence,
  acceptsOffers: config.acceptsOffers ?? false,
  refusesHandovers: config.refusesHandovers ?? false,
  workflow: config.flex.workflowSid,
  forwards: config.flex.defaultWebhook !== undefined,
});
