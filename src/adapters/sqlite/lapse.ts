import type { Clock } from '../../core/ports/clock.ts';
import { FORWARD, laneAttributes, SWEEP_LEASE } from '../../core/state/items.ts';
import type { Database } from './open.ts';

/**
 * Ends the time of every intent and forward that a former process of this file left behind, and of its sweep. A process
 * that starts holds the file alone, so no run sends on such an intent any more: its copy, or the SMS, may be looked for
 * from now on, and what is not seen SETTLE from now is not there.
 * @returns how many intents and forwards there were.
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
    const [until, settles, state] = [`$.${FORWARD.leaseUntil}`, `$.${FORWARD.settlesAt}`, `$.${FORWARD.state}`];
    const forwards = run(
      `UPDATE item SET json = json_set(json, ?, ?, ?, ?)
        WHERE sk >= 'f#' AND sk < 'f$' AND json_extract(json, ?) = 'trying' AND json_extract(json, ?) > ?`,
      ...[until, now, settles, now + settleMs, state, until, now],
    );
    run(`UPDATE item SET json = json_set(json, '$.until', 0) WHERE pk = ? AND sk = ?`, SWEEP_LEASE.pk, SWEEP_LEASE.sk);
    return lapse('toFrontline') + lapse('toFlex') + forwards;
  });
