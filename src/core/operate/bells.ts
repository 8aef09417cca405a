import { QUEUES } from '../../contract.ts';
import { forwardRow, readForwardRow } from '../forward/rows.ts';
import { decodeEnvelope, type Forward, type ParkedMessage } from '../jobs/envelope.ts';
import { isEditParked, readRow } from '../state/ledger.ts';
import { isWhole, readHome } from '../state/pair.ts';
import { eventName } from './forward-again.ts';
import type { Operator } from './ports.ts';

/**
 * Takes away the dead letters of messages that are parked no more, of forwards that are through, and of links that are
 * done, so that their alarm ends; and the second letter of a link or a forward. All others stay, such as those that no
 * release could read.
 * @param unlinkable keys of pairs for which there turned out to be nothing to link.
 * @returns how many were taken away.
 */
export const silence = async (operator: Operator, unlinkable: ReadonlySet<string> = new Set()): Promise<number> => {
  let removed = 0;
  for (const queue of QUEUES) {
    const over: string[] = [];
    const staying: string[] = [];
    const told = new Set<string>();
    const isSecond = (name: string): boolean => told.size === told.add(name).size;
    for (const { handle, body } of await operator.deadLetters(queue)) {
      const work = decodeEnvelope(body)?.work;
      let done = false;
      if (work?.kind === 'parked') done = await isSettled(operator, work.parked);
      if (work?.kind === 'link') {
        const { home } = work;
        done = isSecond(home) || unlinkable.has(home) || (await isLinked(operator, home));
      }
      if (work?.kind === 'forward') {
        done = isSecond(eventName(work.forward)) || (await isThrough(operator, work.forward));
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
  return row !== undefined && row.state !== 'parked' && !isEditParked(row);
};

/** Or there is nothing to forward any more. */
const isThrough = async (operator: Operator, { container, key }: Forward): Promise<boolean> => {
  const row = await readForwardRow(operator, forwardRow(container, key));
  return row?.state === 'ok' || row?.state === 'skipped';
};

/** Or will never be. */
const isLinked = async (operator: Operator, pk: string): Promise<boolean> => {
  const home = readHome(await operator.store.get({ pk, sk: 'pair' }));
  return home === undefined || isWhole(home) || home.state === 'closed';
};
