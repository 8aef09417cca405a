/**
 * When everything has settled nothing is under way, nothing waits, and everything that was accepted has had its end.
 */

import { QUEUES } from '../src/contract.ts';
import { laneAttributes, ledgerKey, pairId, pairKey } from '../src/core/state/items.ts';
import type { QueuedByWebhook } from './notes.ts';
import type { Played } from './played.ts';
import type { SimWorld } from './world.ts';

const ENDS: ReadonlySet<string> = new Set([
  'replicated',
  'linked',
  'forwarded',
  'reconciled',
  'agreed',
  'skipped',
  'parked',
  'deferred',
]);

/**
 * What a pair's item holds while something of a lane waits: an intent, a dirty mark, an edit that could not be applied.
 */
const WAITING = (['toFrontline', 'toFlex'] as const)
  .map(laneAttributes)
  .flatMap(({ intentSid, dirtyUpTo, staleEdits }) => [intentSid, dirtyUpTo, staleEdits]);

type Chat = Pick<Played, 'channel'>;

/** More than a chat goes through. */
const GENERATIONS = [1, 2, 3, 4, 5, 6, 7, 8];

/** @returns what is wrong, a line each. */
export const restProblems = async (world: SimWorld, chats: readonly Chat[]): Promise<readonly string[]> => {
  return [...(await queueProblems(world, chats)), ...(await pairProblems(world, chats)), ...endProblems(world)];
};

const standsInLedger = async (world: SimWorld, chats: readonly Chat[], sid: string | undefined): Promise<boolean> => {
  for (const { channel } of chats)
    for (const lane of ['toFrontline', 'toFlex'] as const)
      for (const generation of GENERATIONS)
        if ((await world.store.get(ledgerKey(pairId('flex', channel), lane, sid ?? '', generation))) !== undefined)
          return true;
  return false;
};

const queueProblems = async (world: SimWorld, chats: readonly Chat[]): Promise<readonly string[]> => {
  const wrong: string[] = [];
  const counts = await world.queues.counts();
  for (const name of QUEUES) {
    const { waiting } = counts[name];
    if (waiting > 0) wrong.push(`${waiting} messages wait on ${name}`);
    for (const { body, reason } of await world.queues.dead(name)) {
      const about = sidIn(body);
      // Whose parking died between the dead letter and its word says so at the next try; who only finds the row, or the
      // message gone, says so as of something skipped.
      const said = world.entries.some(
        ({ entry }) =>
          (entry.step === 'parked' || entry.step === 'skipped') &&
          entry.sids.some((sid) => about !== undefined && sid.includes(about)),
      );
      // A kill between the row and its word: then the row alone tells, which `status` and `redrive` read.
      if (!said && !(await standsInLedger(world, chats, about)))
        wrong.push(`${name} has a dead letter (${reason}) of ${about}, and neither journal nor ledger says so`);
    }
  }
  return wrong;
};

const pairProblems = async (world: SimWorld, chats: readonly Chat[]): Promise<readonly string[]> => {
  const wrong: string[] = [];
  for (const { channel } of chats) {
    const pair = await world.store.get(pairKey(pairId('flex', channel)));
    // Of a chat that has ended nothing waits any more: into a channel that was deleted nobody looks for a copy.
    if (pair?.state === 'closed') continue;
    for (const mark of WAITING) if (isSet(pair?.[mark])) wrong.push(`${channel} still has ${mark}`);
  }
  for (const list of ['due', 'backlog'] as const)
    for (const { pk, sk } of (await world.store.list(list, { limit: 1_000 })).items)
      wrong.push(`${pk} ${sk} is still on the list ${list}`);
  return wrong;
};

const isSet = (value: unknown): boolean =>
  value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** Every event that Twilio was told is stored, as often as it is another one, has an end with a name in the journal. */
const endProblems = (world: SimWorld): readonly string[] => {
  const ends = new Map<string, number[]>();
  for (const { at, by, entry } of world.entries) {
    if (!ENDS.has(entry.step)) continue;
    const name = `${by} ${entry.type} ${entry.sids[0]}`;
    ends.set(name, [...(ends.get(name) ?? []), at]);
  }
  const first = new Map<string, QueuedByWebhook>();
  const accepted = new Set<string>();
  for (const one of world.queued.filter(({ refused }) => !refused)) {
    const event = `${one.queue} ${one.dedupe}`;
    if (!first.has(event)) first.set(event, one);
    if (one.accepted) accepted.add(event);
  }
  const expected = new Map<string, QueuedByWebhook[]>();
  for (const [event, one] of first)
    if (accepted.has(event)) expected.set(nameOf(one), [...(expected.get(nameOf(one)) ?? []), one]);
  const refused = world.queued.filter((one) => one.refused && one.accepted);
  const lost = refused.map((one) => `accepted, and its queue had refused it: ${nameOf(one)}`);
  const endless = [...expected].flatMap(([name, those]) => {
    const had = ends.get(name) ?? [];
    const latest = Math.max(...those.map(({ at }) => at));
    return had.length >= those.length && had.some((at) => at >= latest)
      ? []
      : [`${those.length} accepted, ${had.length} ended: ${name}`];
  });
  return [...lost, ...endless];
};

type Read = {
  readonly work: {
    readonly pair?: string;
    readonly event?: {
      readonly type: string;
      readonly message?: { readonly sid: string };
      readonly reservation?: string;
      readonly container?: string;
      readonly worker?: string;
    };
    readonly worker?: string;
    readonly forward?: { readonly eventType: string; readonly about: string };
    readonly parked?: { readonly sid: string };
  };
};

const sidIn = (body: string): string | undefined => {
  const { event, forward, parked, pair, worker } = (JSON.parse(body) as Read).work;
  const ofEvent = event?.message?.sid ?? event?.reservation ?? event?.container ?? event?.worker;
  return parked?.sid ?? forward?.about ?? ofEvent ?? pair ?? worker;
};

const nameOf = ({ queue, body }: QueuedByWebhook): string => {
  const { event, forward } = (JSON.parse(body) as Read).work;
  return `${queue} ${event?.type ?? forward?.eventType} ${sidIn(body)}`;
};
