/** One minimal scenario per kind of event, for the kill pass (kill.ts). */
import type { Scenario } from './scenario.ts';
import { ENDS } from './scenarios/ends.ts';
import { MESSAGES } from './scenarios/messages.ts';
import { OFFERED } from './scenarios/offers.ts';
import { PRESENCES } from './scenarios/presence.ts';
import { BEGUN } from './scenarios/starts.ts';
import { TRANSFERS } from './scenarios/transfers.ts';

export const SCENARIOS: readonly Scenario[] = [...MESSAGES, ...BEGUN, ...OFFERED, ...TRANSFERS, ...ENDS, ...PRESENCES];
