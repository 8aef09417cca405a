/** What became of a message that a run was about to write into the chat, when that run is gone or got no answer. */
import { copiesAmong } from '../copies/find.ts';
import { isIntended, second } from '../copies/fingerprint.ts';
import { claimedStamp } from '../copies/stamp.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Message } from '../model/event.ts';
import { leaseLost, type Outcome, settling } from '../model/outcome.ts';
import type { MessageSid } from '../model/sids.ts';
import type { LinkedPair } from '../state/pair.ts';
import { moveStrayOn, type Stray, type StrayIntent } from '../state/strays.ts';
import { readJoined, writeJoined } from './joined.ts';

/** @returns the stray without an intent; or how the run ends while it is not known. @throws TwilioError */
export const settleStray = async (deps: BridgeDeps, pair: LinkedPair, stray: Stray): Promise<Stray | Outcome> => {
  const { intent } = stray;
  if (intent === undefined) return stray;
  const now = deps.clock.now();
  if (now < intent.notAfter) return settling(intent, now);
  const isSettled = now >= intent.settlesAt;
  // What a person writes or a notice says has no intent here: the SID is a message's.
  const sid = intent.sid as MessageSid;
  const row = await readJoined(deps, stray, sid);
  if (row === undefined) {
    const copy = await findJoined(deps, pair, intent, isSettled);
    if (copy === undefined && !isSettled) return settling(intent, now);
    if (copy === undefined) return (await moveStrayOn(deps, stray)) ?? leaseLost();
    await writeJoined(deps, stray, intent, copy);
  }
  return (await moveStrayOn(deps, stray, intent.index)) ?? leaseLost();
};

/**
 * By its stamp; or, when an app has replaced that, by what the intent remembers, once the copy itself must be seen. The
 * search ends as a lane's does (copies/read-back.ts).
 */
const findJoined = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  intent: StrayIntent,
  isSettled: boolean,
): Promise<Message | undefined> => {
  const { into, tail, createdAt } = intent;
  const { stampKey } = deps.settings;
  const below = (m: Message): boolean => m.index <= tail && second(m.createdAt) < second(createdAt);
  let unproven: Message | undefined;
  let next: string | undefined;
  do {
    const page = await deps.frontline.listMessages(into, 'desc', next);
    const [copy] = copiesAmong(deps.settings, { lane: 'stray', into }, page.messages).proven.get(intent.sid) ?? [];
    if (copy !== undefined) return copy;
    unproven ??= page.messages.find(
      (one) => isUnclaimed(one) && isIntended(stampKey, 'toFrontline', one, intent, pair),
    );
    next = page.messages.every(below) ? undefined : page.next;
  } while (next !== undefined);
  return isSettled ? unproven : undefined;
};

/** What is a lane's copy is none of these. */
const isUnclaimed = ({ attributes }: Message): boolean => claimedStamp(attributes) === undefined;
