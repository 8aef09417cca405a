import { errorName } from '../../src/core/model/error-name.ts';
import type { Journal } from '../../src/core/ports/journal.ts';

/**
 * A tick of the clock. A failure is logged and thrown on, so that it counts as the function's; the next tick tries
 * again.
 */
export const createSweepHandler =
  (deps: { readonly sweep: () => Promise<void>; readonly journal: Journal }) => async (): Promise<void> => {
    try {
      await deps.sweep();
    } catch (error) {
      deps.journal({
        step: 'failed',
        type: 'sweep',
        reason: errorName(error),
        sids: [],
      });
      throw error;
    }
  };
