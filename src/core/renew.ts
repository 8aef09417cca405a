/**
 * Edits and removals: a copy is made to say what its source says now. The source's current state counts, not what a
 * webhook told, so that events may come in any order, twice, or never.
 */
import type { BridgeDeps } from './deps.ts';
import { encodeEnvelope, eventsQueue, type Lane } from './event.ts';
import type { HomeKeys } from './home-keys.ts';
import { type Outcome, skipped } from './outcome.ts';
import { containerOf, type Home, laneFrom, otherLane, readHome, source } from './pair.ts';
import { type Run, reconcile } from './reconcile.ts';
import { originalOf, renewCopy } from './renew-copy.ts';
import type { MessageEvent } from './replicate.ts';
import { readRow } from './rows.ts';
import { claimedStamp } from './stamp.ts';

/** @throws TwilioTrouble; repeating is safe. */
export const renew = async (deps: BridgeDeps, homes: HomeKeys, event: MessageEvent, run: Run): Promise<Outcome> => {
  const lane = laneFrom(event.side);
  const { sid, index } = event.message;
  const key = await homes.find(event.side, event.container);
  const home = key === undefined ? undefined : readHome(await deps.store.get(key));
  if (home === undefined) return skipped('not_linked');
  const row = await readRow(deps, home.key, lane, sid);
  if (row?.state === 'ok') {
    const original = event.type === 'message.removed' ? undefined : await originalOf(deps, home, lane, sid);
    return renewCopy(deps, home, lane, sid, row, original);
  }
  if (row !== undefined) return skipped(row.state === 'skipped' ? 'empty' : row.state);
  // Not across yet: when it is brought over, it is as it stands then.
  const { cursor, intent, holes } = home.lanes[lane];
  if (index > cursor || intent?.sid === sid || holes.has(index)) return reconcile(deps, home.key, lane, run);
  if (claimedStamp(event.message.attributes)?.d !== deps.settings.deployment) return skipped('own');
  // Somebody altered a copy by hand: the lane that wrote it puts it right.
  await askOtherLane(deps, home, otherLane(lane));
  return skipped('own');
};

const askOtherLane = async (deps: BridgeDeps, home: Home, lane: Lane): Promise<void> => {
  const group = containerOf(home, source(lane));
  if (group === undefined) return;
  await deps.queues.send(eventsQueue(source(lane)), {
    group,
    dedupe: `reconcile-${lane}-${deps.nonce()}`,
    body: encodeEnvelope({
      receivedAt: deps.clock.now(),
      work: { kind: 'reconcile', home: home.key.pk, lane, because: 'altered by hand' },
    }),
  });
};
