import type { Clock } from '../../core/ports/clock.ts';
import { laneAttributes, SWEEP_LEASE } from '../../core/state/items.ts';
import type { Database } from './open.ts';

/**
 * Ends the time of every intent that a former process of this file left behind, and of its sweep. A process that starts
 * holds the file alone, so no run sends on such an intent any more: its copy may be looked for from now on, and what is
 * not seen SETTLE from now is not there.
 * @returns how many intents there were.
 */
export const lapseIntents = (
  database: Database,
  { clock, settleMs }: { readonly clock: Pick<Clock, 'now'>; readonly settleMs: number },
): Promise<number> =>
  database.perform(({ run }) => {
    const now = clock.now();
    const lapse = (lane: 'toFrontline' | 'toFlex'): number => {
      const { intentNotAfter, intentSettlesAt } = laneAttributes(lane);
      const [notAfter, settlesAt] = [`$.${intentNotAfter}`, `$.${intentSettlesAt}`];
      return run(
        `UPDATE item SET json = json_set(json, ?, ?, ?, ?) WHERE sk = 'pair' AND json_extract(json, ?) > ?`,
        ...[notAfter, now, settlesAt, now + settleMs, notAfter, now],
      );
    };
    run(`UPDATE item SET json = json_set(json, '$.until', 0) WHERE pk = ? AND sk = ?`, SWEEP_LEASE.pk, SWEEP_LEASE.sk);
    return lapse('toFrontline') + lapse('toFlex');
  });
