/** What the customer got by SMS, against what stands in the channel and what was lined up for Flex's own webhook. */
import type { WrittenMessage } from './chronicle.ts';
import { forwardProblems, seenForwards } from './judge-forwards.ts';
import type { Played } from './played.ts';
import { inOneForm } from './texts.ts';
import type { SimWorld } from './world.ts';

/** After so long an SMS is pointless, and parked. */
const DAY_MS = 24 * 3_600_000;
/** By which two processes' clocks may differ. */
const SKEW_MS = 2_000;

/**
 * Every message of the channel that is not the customer's is on the phone, in the order in which the queue took them;
 * once, or once more for each time that the journal said so beforehand. What was parked is more than a day old.
 * @param beyond posts were carried out later than SETTLE: then one may come twice without a word, and is only counted
 */
export const phoneProblems = async (world: SimWorld, chat: Played, beyond: boolean): Promise<readonly string[]> => {
  if (chat.phone === undefined) return [];
  const { reads, customer } = world.twilio;
  const identity = `sms_${chat.phone.replace('+', '')}`;
  const texts = customer.phone(chat.phone);
  const got = texts.map(({ messageSid }) => messageSid);
  const due = reads.transcript('flex', chat.channel).filter(({ author }) => author !== identity);
  const written = new Map(world.chronicle.of(chat.channel).map((one) => [one.sid, one]));
  const wrong = texts.flatMap((text) => textProblems(text, written.get(text.messageSid), identity));
  for (const { sid, body } of due) {
    const times = got.filter((one) => one === sid).length;
    if (times === 0 && isGivenUp(world, sid)) world.meter.met('SMS pointless after a day');
    else if (times === 0) wrong.push(`the phone lacks "${body}" (${sid})`);
    const said = world.entries.filter(
      ({ entry }) => entry.reason === 'perhaps_sent_twice' && entry.sids[0] === sid,
    ).length;
    if (times > 1) world.meter.met('SMS sent twice', times - 1);
    if (times > 1 + said && beyond) world.meter.met('limit: SMS twice, carried out beyond SETTLE');
    else if (times > 1 + said)
      wrong.push(`the phone has ${times} times "${body}" (${sid}), and the journal said so ${said} times`);
  }
  wrong.push(...forwardProblems(seenForwards(world, chat.phone)));
  const lined = [...new Set(world.lined)].filter((sid) => got.includes(sid));
  // What was refused comes when an operator puts it back: in order among what was refused as often, for what is refused
  // again comes a putting back later. A run that died between the dead letter and the row has parked nothing: the
  // message stays in its line, and that it was refused once is no excuse.
  const letters = await world.queues.dead('default-webhook');
  const refused = letters.filter(({ reason }) => reason === 'forward_refused').map(({ body }) => body);
  const timesRefused = (sid: string): number =>
    saidParked(world, sid) ? refused.filter((body) => body.includes(`"about":"${sid}"`)).length : 0;
  const known = new Map(got.map((sid) => [sid, timesRefused(sid)]));
  for (const times of new Set(known.values())) {
    const expected = lined.filter((sid) => known.get(sid) === times);
    const order = [...known.keys()].filter((sid) => known.get(sid) === times);
    const first = order.findIndex((sid, n) => sid !== expected[n]);
    if (first >= 0) wrong.push(`the phone has another order than the queue from number ${first} (${order[first]})`);
  }
  return wrong;
};

/** Whether the bridge said that it gave up a message's SMS, which was more than a day late. */
export const isGivenUp = (world: SimWorld, sid: string): boolean =>
  // Whose parking died between its row and its word says so at the next try.
  world.entries.some(
    ({ entry }) =>
      (entry.step === 'parked' || entry.reason === 'parked') &&
      entry.lane === 'forward' &&
      entry.sids[0] === sid &&
      (entry.ms ?? 0) >= DAY_MS - SKEW_MS,
  );

const saidParked = (world: SimWorld, sid: string): boolean =>
  world.entries.some(
    ({ entry }) =>
      (entry.step === 'parked' || entry.reason === 'parked') && entry.lane === 'forward' && entry.sids[0] === sid,
  );

type Text = { readonly messageSid: string; readonly body: string; readonly at: number };

/** An SMS says what its message said when it was sent, or before; and nobody gets his own words back. */
const textProblems = ({ messageSid, body, at }: Text, message: WrittenMessage | undefined, customer: string) => {
  if (message === undefined) return [`the phone has "${body}", which never stood in the channel (${messageSid})`];
  if (message.author === customer) return [`the phone has the customer's own "${body}" (${messageSid})`];
  const said = message.texts.some((text) => text.at <= at && inOneForm(text.body) === inOneForm(body));
  return said ? [] : [`the phone has "${body}", which the message never said by then (${messageSid})`];
};
