import type { Clock } from '../../core/ports/clock.ts';
import { laneAttributes, SWEEP_LEASE } from '../../core/state/items.ts';
import type { Database } from './open.ts';

/**
 * Ends the time of every intent that a former process of this file left behind, and of its sweep. A process that starts
 * holds the file alone, so no run sends on such an intent any more: what became of it can be looked up SETTLE from now.
 * @returns how many intents there were.
 */
export const lapseIntents = (database: Database, { clock }: { readonly clock: Pick<Clock, 'now'> }): Promise<number> =>
  database.perform(({ run }) => {
    const lapse = (lane: 'toFrontline' | 'toFlex'): number => {
      const notAfter = `$.${laneAttributes(lane).intentNotAfter}`;
      return run(
        `UPDATE item SET json = json_set(json, ?, ?) WHERE sk = 'pair' AND json_extract(json, ?) > ?`,
        notAfter,
        clock.now(),
        notAfter,
        clock.now(),
      );
    };
    run(`UPDATE item SET json = json_set(json, '$.until', 0) WHERE pk = ? AND sk = ?`, SWEEP_LEASE.pk, SWEEP_LEASE.sk);
    return lapse('toFrontline') + lapse('toFlex');
  });
