/** Whether the bridge writes in a direction. An operator sets it: `npx bridge mode`. */
import type { Lane } from './event.ts';

/**
 * `read_only`: events are decided, and the journal says what would be written; nothing is written at Twilio. `off`:
 * they are put aside without a look. In both nothing is forgotten: it crosses once the direction is on again.
 */
export const MODES = ['on', 'read_only', 'off'] as const;
export type DirectionMode = (typeof MODES)[number];
export type NotOn = Exclude<DirectionMode, 'on'>;

/** By what a direction writes to. */
export type Modes = Readonly<Record<Lane, DirectionMode>>;

export const DIRECTIONS = ['toFrontline', 'toFlex'] as const satisfies readonly Lane[];

/** What holds for work that writes in all these directions: the strictest of their modes. */
export const modeFor = (modes: Modes, lanes: readonly Lane[]): DirectionMode =>
  MODES.findLast((mode) => lanes.some((lane) => modes[lane] === mode)) ?? 'on';
