/** How the commands say things to people: SIDs, counts, reasons, times; never what people wrote. */
import type { Lane } from '../src/core/model/event.ts';
import type { DirectionMode } from '../src/core/model/mode.ts';
import type { ModeSince } from '../src/core/state/modes.ts';

/** `2026-11-22 14:03 UTC` */
export const moment = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `2026-11-22 14:03:09 UTC`, never before the moment itself. */
export const toTheSecond = (at: number): string =>
  `${new Date(Math.ceil(at / 1000) * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `12 s`, `4 min`, `3 h`, `2 d` */
export const span = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
};

export const direction = (lane: Lane): string => (lane === 'toFrontline' ? 'Flex -> Frontline' : 'Frontline -> Flex');

/** As the command takes it. */
export const modeWord = (mode: DirectionMode): string => mode.replace('_', '-');

/** `Flex -> Frontline is off since 2026-11-22 14:03 UTC` */
export const modeLine = (lane: Lane, { mode, since }: ModeSince): string =>
  `${direction(lane)} is ${modeWord(mode)}${since === undefined ? '' : ` since ${moment(since)}`}`;

export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
