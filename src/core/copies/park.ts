/**
 * Giving up: what can never work is parked, and the chat goes on. A dead letter raises an alarm, and the agent is told
 * where no customer reads. A crash in between repeats both; the ledger's row, written last, stops that.
 */

import type { BridgeDeps } from '../deps.ts';
import { sendDeadLetter } from '../jobs/dead-letter.ts';
import { eventsQueue, type ParkedMessage } from '../jobs/envelope.ts';
import type { Lane, Message } from '../model/event.ts';
import { source } from '../model/event.ts';
import type { Outcome, Parked } from '../model/outcome.ts';
import type { ContainerSid, MessageSid } from '../model/sids.ts';
import { close, type GapsBefore } from '../state/lane/close.ts';
import type { Claim } from '../state/lane/lease.ts';
import { type CopiedRow, writeEditParked, writeParked } from '../state/ledger.ts';
import type { LinkedPair } from '../state/pair.ts';
import { isNotice, sendNotice } from './notice-text.ts';

type GivenUp = Pick<ParkedMessage, 'sid' | 'index' | 'code' | 'attempts'> & {
  readonly reason: Parked;
  /** ISO-8601: when the message was written; undefined when it is gone. */
  readonly createdAt: string | undefined;
  /** Names the edit, where it is one; the message itself is across. */
  readonly edit?: string;
};

const notifyParked = async (deps: BridgeDeps, pair: LinkedPair, lane: Lane, givenUp: GivenUp): Promise<void> => {
  const { createdAt, edit, ...of } = givenUp;
  const { sid, reason, code } = of;
  const group: ContainerSid = pair[source(lane)];
  await sendDeadLetter(
    deps,
    eventsQueue(source(lane)),
    { group, name: edit === undefined ? sid : `${sid}-${edit}`, reason },
    { kind: 'parked', parked: { pair: pair.id, lane, ...of } },
  );
  if (isNotice(sid)) return;
  const about = { sid, way: lane, reason, code, createdAt, ...(edit === undefined ? {} : { edit }) };
  await sendNotice(deps, pair.flex, pair.id, about);
};

export type ParkedClaim =
  | { readonly end: 'parked'; readonly pair: LinkedPair; readonly reason: Parked; readonly code: number | undefined }
  | { readonly end: 'overtaken' };

/** The message that is claimed never crosses: the cursor moves past it. */
export const parkMessage = async (
  deps: BridgeDeps,
  claim: Claim,
  gaps: GapsBefore,
  { reason, code, attempts }: { readonly reason: Parked; readonly code: number | undefined; readonly attempts: number },
): Promise<ParkedClaim> => {
  const { pair, lane, intent } = claim;
  const { sid, index, createdAt, digest } = intent;
  await notifyParked(deps, pair, lane, { sid, index, createdAt, reason, code, attempts });
  await writeParked(deps, { pair, lane, sid }, { reason, index, code }, digest);
  // If the close fails, no later run logs this message: it finds the row and passes by. So this run logs it now.
  const log = (): void => deps.journal({ step: 'parked', type: 'lane', lane, reason, code, sids: [sid] });
  const closed = await close(deps, claim, undefined, gaps).catch((error: unknown) => {
    log();
    throw error;
  });
  if (closed.ok) return { end: 'parked', pair: closed.lease.pair, reason, code };
  log();
  return { end: 'overtaken' };
};

/** The message is across, but what a person made of it later never will be: the copy stays as it is. */
export const parkEdit = async (
  deps: BridgeDeps,
  {
    pair,
    lane,
    sid,
    row,
  }: { readonly pair: LinkedPair; readonly lane: Lane; readonly sid: MessageSid; readonly row: CopiedRow },
  edit: string,
  original: Message | undefined,
  { reason, code }: { readonly reason: Parked; readonly code: number | undefined },
): Promise<Outcome> => {
  const { index = -1, createdAt } = original ?? {};
  if (row.refused !== edit) {
    await notifyParked(deps, pair, lane, { sid, index, createdAt, reason, code, attempts: 1, edit });
    await writeEditParked(deps, { pair, lane, sid }, row.copy, edit, { reason, index, code });
  }
  return { end: 'parked', reason, code };
};
