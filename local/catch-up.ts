/**
 * While this machine was down Twilio's webhooks were lost, and those of Conversations never come again. So every open
 * pair is compared once after a start: its lanes are marked dirty, which outlives any trouble on the way, and put on
 * their own queues, slowly enough not to be in anybody's way.
 * https://www.twilio.com/docs/conversations/conversations-webhooks
 */

import type { Database } from '../src/adapters/sqlite/open.ts';
import { openPairs } from '../src/adapters/sqlite/open-pairs.ts';
import type { BridgeDeps } from '../src/core/deps.ts';
import { encodeEnvelope, type Lane } from '../src/core/event.ts';
import { defer } from '../src/core/lane-writes.ts';
import { containerOf, type Home, source } from '../src/core/pair.ts';

/** A pair is two lanes of about two reads each, so this is 40 reads a second. */
const PAIRS_AT_ONCE = 10;
const PAUSE_MS = 1000;
const queueOf = { F: 'flex-events', B: 'frontline-events' } as const;

/** @param stopped - asked between two helpings. */
export const catchUp = async (deps: BridgeDeps, database: Database, stopped: () => boolean): Promise<void> => {
  let count = 0;
  let after: string | undefined;
  for (;;) {
    const homes = await openPairs(database, { limit: PAIRS_AT_ONCE, after });
    // A link that stopped half-way is the sweep's.
    const linked = homes.filter((home) => home.linked);
    await Promise.all(linked.flatMap((home) => [compare(deps, home, 'F'), compare(deps, home, 'B')]));
    count += linked.length;
    after = homes.at(-1)?.key.pk;
    if (homes.length < PAIRS_AT_ONCE) break;
    await deps.clock.sleep(PAUSE_MS);
    if (stopped()) return;
  }
  if (count > 0) deps.journal({ step: 'swept', type: 'start', sids: [], count });
};

const compare = async (deps: BridgeDeps, home: Home, lane: Lane): Promise<void> => {
  const container = containerOf(home, source(lane));
  if (container === undefined) return;
  await defer(deps, home.key, lane, 1);
  await deps.queues.send(queueOf[lane], {
    group: container,
    dedupe: `start-${lane}-${deps.nonce()}`,
    body: encodeEnvelope({
      receivedAt: deps.clock.now(),
      work: { kind: 'reconcile', home: home.key.pk, lane, because: 'start' },
    }),
  });
};
