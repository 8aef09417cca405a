import { decodeEnvelope, type ParkedMessage } from '../event.ts';
import { readHome } from '../pair.ts';
import { readRow } from '../rows.ts';
import type { Operator } from './ports.ts';

/**
 * Takes away the dead letters of messages that are parked no more, and of links that are done or are told by a second
 * letter, so that their alarm ends. All others stay: those that no release could read, and what Flex's own webhook refused.
 * @param unlinkable keys of pairs for which there turned out to be nothing to link.
 * @returns how many were taken away.
 */
export const silence = async (operator: Operator, unlinkable: ReadonlySet<string> = new Set()): Promise<number> => {
  let removed = 0;
  for (const queue of ['flex-events', 'frontline-events'] as const) {
    const over: string[] = [];
    const staying: string[] = [];
    const links = new Set<string>();
    for (const { handle, body } of await operator.deadLetters(queue)) {
      const work = decodeEnvelope(body)?.work;
      let done = false;
      if (work?.kind === 'parked') done = await isSettled(operator, work.parked);
      if (work?.kind === 'link') {
        const { home } = work;
        done = links.has(home) || unlinkable.has(home) || (await isLinked(operator, home));
        links.add(home);
      }
      (done ? over : staying).push(handle);
    }
    await operator.removeDead(queue, over);
    await operator.leaveDead(queue, staying);
    removed += over.length;
  }
  return removed;
};

const isSettled = async (operator: Operator, { home, lane, sid }: ParkedMessage): Promise<boolean> => {
  if (lane !== 'F' && lane !== 'B') return false;
  const row = await readRow(operator, { pk: home, sk: 'pair' }, lane, sid);
  return row !== undefined && row.state !== 'parked';
};

/** Or will never be. */
const isLinked = async (operator: Operator, pk: string): Promise<boolean> => {
  const home = readHome(await operator.store.get({ pk, sk: 'pair' }));
  return home === undefined || home.linked || home.state === 'closed';
};
