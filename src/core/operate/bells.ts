import { decodeEnvelope } from '../event.ts';
import { readRow } from '../rows.ts';
import type { Operator } from './ports.ts';

/**
 * Takes away the dead letters of messages that are parked no more, so that their alarm ends. All others stay: those that
 * no release could read, and what Flex's own webhook refused.
 * @returns how many were taken away.
 */
export const silence = async (operator: Operator): Promise<number> => {
  let removed = 0;
  for (const queue of ['flex-events', 'frontline-events'] as const) {
    const over: string[] = [];
    for (const { handle, body } of await operator.deadLetters(queue)) {
      const work = decodeEnvelope(body)?.work;
      if (work?.kind !== 'parked') continue;
      const { home, lane, sid } = work.parked;
      if (lane !== 'F' && lane !== 'B') continue;
      const row = await readRow(operator, { pk: home, sk: 'pair' }, lane, sid);
      if (row !== undefined && row.state !== 'parked') over.push(handle);
    }
    await operator.removeDead(queue, over);
    removed += over.length;
  }
  return removed;
};
