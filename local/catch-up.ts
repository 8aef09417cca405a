/**
 * While this machine was down Twilio's webhooks were lost, and those of Conversations never come again. So every open
 * pair is compared once after a start, on its own lanes' queues and slowly enough not to be in anybody's way.
 * https://www.twilio.com/docs/conversations/conversations-webhooks
 */

import type { Database } from '../src/adapters/sqlite/open.ts';
import { openPairs } from '../src/adapters/sqlite/open-pairs.ts';
import { eventsQueue } from '../src/core/deliver.ts';
import { encodeEnvelope } from '../src/core/event.ts';
import { containerOf, type Home, source } from '../src/core/pair.ts';
import type { Clock, Journal, Queues } from '../src/core/ports.ts';

/** A pair is two jobs of about two reads each, so this is 40 reads a second. */
const PAIRS_AT_ONCE = 10;
const PAUSE_MS = 1000;

export type CatchUpDeps = {
  readonly database: Database;
  readonly queues: Pick<Queues, 'send'>;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly stopped: () => boolean;
};

export const catchUp = async (deps: CatchUpDeps): Promise<void> => {
  let count = 0;
  let after: string | undefined;
  for (;;) {
    const homes = await openPairs(deps.database, { limit: PAIRS_AT_ONCE, after });
    await Promise.all(homes.map((home) => compare(deps, home)));
    count += homes.length;
    after = homes.at(-1)?.key.pk;
    if (homes.length < PAIRS_AT_ONCE) break;
    await deps.clock.sleep(PAUSE_MS);
    if (deps.stopped()) return;
  }
  if (count > 0) deps.journal({ step: 'swept', type: 'start', sids: [], count });
};

const compare = async ({ queues, clock }: CatchUpDeps, home: Home): Promise<void> => {
  // A link that stopped half-way is the sweep's.
  if (!home.linked) return;
  for (const lane of ['F', 'B'] as const) {
    const container = containerOf(home, source(lane));
    if (container === undefined) continue;
    await queues.send(eventsQueue(source(lane)), {
      group: container,
      dedupe: `start-${lane}-${clock.now()}`,
      body: encodeEnvelope({
        receivedAt: clock.now(),
        work: { kind: 'reconcile', home: home.key.pk, lane, because: 'start' },
      }),
    });
  }
};
