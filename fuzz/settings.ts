/** The bridge under fire. */
import { FLEX } from '../local-twilio/defaults.ts';
import { accountSecrets, BRIDGE, configWith, secretsWith } from '../sim/settings.ts';

/** Milliseconds since 1970. */
export const NOW = Date.UTC(2026, 2, 14, 17, 10);

/** The proxies in front of a public address with a path may keep it or take it off. */
export const KEPT = '/hooks';

export const config = configWith({ publicBaseUrl: `${BRIDGE}${KEPT}` });

/** Flex's token was replaced a while ago: webhooks signed with either are let in. */
export const secrets = secretsWith({ flex: accountSecrets(FLEX.authToken, 'the-token-of-before') });
