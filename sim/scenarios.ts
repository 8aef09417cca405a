/** One minimal scenario per kind of event, for the kill pass (kill.ts). */
import type { Scenario } from './scenario.ts';
import { MESSAGES } from './scenarios/messages.ts';
import { BEGUN } from './scenarios/starts.ts';
import { TRANSFERS } from './scenarios/transfers.ts';

export const SCENARIOS: readonly Scenario[] = [...MESSAGES, ...BEGUN, ...TRANSFERS];
