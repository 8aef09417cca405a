/** What must hold of what a consumer makes of a message that the webhook let in. */

import type { Dice } from '../sim/random.ts';
import { claimedStamp } from '../src/core/copies/stamp.ts';
import { decodeEnvelope, encodeEnvelope } from '../src/core/jobs/envelope.ts';
import type { Change } from '../src/core/ports/change.ts';
import { reasonWords } from '../src/core/ports/journal.ts';
import { laneAttributes, pairId } from '../src/core/state/items.ts';
import { createFuzzBridge, type FuzzBridge, type Queued } from './bridge.ts';
import { consumeQueued } from './consume.ts';
import { entryProblems } from './judge-entry.ts';
import { queueProblems } from './judge-message.ts';
import { holdsText } from './marks.ts';
import { config } from './settings.ts';
import type { Target } from './target.ts';
import { settled } from './turns.ts';

export type Consumed = { readonly problems: readonly string[]; readonly ends: readonly string[] };

const nameOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : typeof error);

/** A message is handed over, and, as queues do now and then, handed over again. */
export const judgeConsumed = async (target: Target, sent: readonly Queued[], dice: Dice): Promise<Consumed> => {
  const accepts = sent.some(({ body }) => body.includes('"reservation.accepted"'));
  const bridge = await createFuzzBridge(target, accepts && dice.chance(0.7) ? 'accepted' : 'linked');
  const before = bridge.entries.length;
  if (dice.chance(0.15))
    bridge.twilio.faults.add({ fault: 'rest.5xx-before', p: 0.4, status: dice.pick([500, 503] as const) });
  if (dice.chance(0.1)) bridge.twilio.faults.add({ fault: 'rest.answer-lost', p: 0.5, loss: 'destroy' });
  const problems: string[] = [];
  const rounds = dice.chance(0.3) ? 2 : 1;
  for (let round = 0; round < rounds; round += 1)
    for (const { queue, group, body } of [...sent, ...bridge.jobs]) {
      const outcome = await settled(() => consumeQueued(bridge, queue, group, body), 20_000);
      if (outcome.end === 'threw') problems.push(`a consumer threw ${nameOf(outcome.error)}`);
      else if (outcome.end === 'hung') problems.push('a consumer that never ends');
      else if (outcome.value === undefined) problems.push('a message that comes again for ever');
      else if (outcome.value.verdict === 'park') problems.push(`a ${outcome.value.reason} message`);
    }
  await compare(bridge, sent);
  const mine = bridge.entries.slice(before);
  return {
    problems: [
      ...problems,
      ...mine.flatMap(entryProblems),
      ...(sent.some(hasDoubles) || !mine.some(({ code }) => code === WRONG_SIGNATURE)
        ? []
        : ["a forward whose signature Flex's own webhook does not take"]),
      ...mine.filter(({ step }) => step === 'failed').map(({ reason }) => `a consumer failed with ${reason}`),
      ...[...bridge.deadLetters, ...bridge.jobs].flatMap(queueProblems),
      ...(bridge.changes.some(keepsText) ? ['what people wrote, in the state'] : []),
      ...sent.flatMap((one) => doubles(bridge, one)),
    ],
    ends: mine.map((entry) => {
      const because = entry.step === 'retried' ? '' : reasonWords(entry).join(' ');
      return because === '' ? entry.step : `${entry.step} (${because})`;
    }),
  };
};

/** Whatever a webhook gives as the author is an identity, for as long as a call is under way. */
const keepsText = ({ set = {}, ...rest }: Change): boolean => {
  const {
    [laneAttributes('toFrontline').intentAuthor]: _,
    [laneAttributes('toFlex').intentAuthor]: __,
    ...other
  } = set;
  return holdsText(JSON.stringify({ ...rest, other }));
};

/** When the weather is good again both ends are compared, which takes away what came twice. */
const compare = async (bridge: FuzzBridge, sent: readonly Queued[]): Promise<void> => {
  bridge.twilio.faults.clear();
  bridge.pass(config.settleMs + config.leaseMs);
  for (const { queue, group, body } of sent) {
    const work = decodeEnvelope(body)?.work;
    if (work?.kind !== 'event' || work.event.type !== 'message.added') continue;
    const lane = work.event.side === 'flex' ? 'toFrontline' : 'toFlex';
    const pair = pairId('flex', bridge.facts.channel);
    const job = { kind: 'reconcile', pair, lane, because: 'operator', full: true } as const;
    await consumeQueued(bridge, queue, group, encodeEnvelope({ receivedAt: bridge.now(), work: job }));
  }
};

/** https://www.twilio.com/docs/api/errors/80625 */
const WRONG_SIGNATURE = 80625;

/** How the local Twilio signs a name that comes twice is its own: Twilio sends none. */
const hasDoubles = ({ body }: Queued): boolean => {
  const work = decodeEnvelope(body)?.work;
  if (work?.kind !== 'forward') return false;
  const names = [...new URLSearchParams(work.forward.body).keys()];
  return new Set(names).size < names.length;
};

/** A stamp that a customer copied names its source too, so only what the bridge itself wrote counts. */
const doubles = (bridge: FuzzBridge, { body }: Queued): readonly string[] => {
  const work = decodeEnvelope(body)?.work;
  if (work?.kind !== 'event' || work.event.type !== 'message.added') return [];
  const { side, message } = work.event;
  const into = side === 'flex' ? 'frontline' : 'flex';
  const copies = bridge.twilio.reads
    .containers(into)
    .flatMap(({ sid }) => bridge.twilio.reads.transcript(into, sid))
    .filter(({ attributes }) => claimedStamp(attributes)?.s === message.sid);
  return copies.length > 1 ? [`${copies.length} copies of one message`] : [];
};
