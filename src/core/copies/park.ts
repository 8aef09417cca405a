/**
 * What can never work is out of the way for good: a dead letter rings the bell for an operator, and the agent is told where
 * no customer reads. Each may come twice, until the ledger's row says that it was done; that row is the caller's.
 */
import type { BridgeDeps } from '../deps.ts';
import { encodeEnvelope, eventsQueue, type ParkedMessage } from '../jobs/envelope.ts';
import type { Parked } from '../model/outcome.ts';
import { containerOf, type Pair, source } from '../state/pair.ts';
import { isNotice, sendNotice } from './notice-text.ts';

export type Refused = Pick<ParkedMessage, 'sid' | 'index' | 'code' | 'attempts'> & {
  readonly lane: 'toFrontline' | 'toFlex';
  readonly reason: Parked;
  /** ISO-8601: when the message was written; undefined when it is gone. */
  readonly createdAt: string | undefined;
  /** Names the edit, where it is one; the message itself is across. */
  readonly edit?: string;
};

export const notifyParked = async (deps: BridgeDeps, pair: Pair, refused: Refused): Promise<void> => {
  const { createdAt, edit, ...of } = refused;
  const { lane, sid, reason, code } = of;
  const group = containerOf(pair, source(lane));
  if (group === undefined) throw new Error('something parked without a source');
  await deps.queues.deadLetter(eventsQueue(source(lane)), {
    group,
    dedupe: edit === undefined ? `parked-${sid}` : `parked-${sid}-${edit}`,
    reason,
    body: encodeEnvelope({
      receivedAt: deps.clock.now(),
      work: { kind: 'parked', parked: { pair: pair.id, ...of } },
    }),
  });
  if (pair.flex === undefined || isNotice(sid)) return;
  const about = { sid, way: lane, reason, code, createdAt, ...(edit === undefined ? {} : { edit }) };
  await sendNotice(deps, pair.flex, pair.id, about);
};
