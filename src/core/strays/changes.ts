/** What has joined stands in the chat once, and says what its stray conversation says now. */
import { digestOf, second } from '../copies/fingerprint.ts';
import { readsAs } from '../copies/says-so.ts';
import { originalOf } from '../copies/update.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Message } from '../model/event.ts';
import type { MessageSid, SourceSid } from '../model/sids.ts';
import { SURELY_VISIBLE_MS } from '../model/times.ts';
import { asTwilioError, TwilioError } from '../model/twilio-error.ts';
import { type CopiedRow, writeDeleted, writeSaid } from '../state/ledger.ts';
import type { Stray } from '../state/strays.ts';
import { asJoined, type ChatOfStray, compareToFlex, eraseJoined } from './join-message.ts';
import { readJoined, rowOfJoined } from './joined.ts';

type Joined = ReadonlyMap<SourceSid, readonly Message[]>;

type Joint = { readonly stray: Stray; readonly pair: ChatOfStray };

/**
 * @param said in the stray conversation, as far as it was listed
 * @param standing the newest page of the chat's own, and what of it is proven to have joined
 * @returns how many messages were changed. @throws TwilioError; repeating is safe.
 */
export const applyChanges = async (
  deps: BridgeDeps,
  joint: Joint,
  said: readonly Message[],
  { standing, proven }: { readonly standing: readonly Message[]; readonly proven: Joined },
): Promise<number> => {
  const originals = new Map<SourceSid, Message>(said.map((message) => [message.sid, message]));
  const bare = new Set(standing.filter(({ attributes }) => !attributes.includes('"bridge')).map(wordsAndTime));
  let changed = 0;
  for (const [source, copies] of proven) {
    const sid = source as MessageSid;
    // One whose stamp an app has replaced may be the one that the row names.
    const isAlone = copies.length === 1 && !copies.some((copy) => bare.has(wordsAndTime(copy)));
    const row = await rowIfDue(deps, joint, sid, { copies, isAlone }, originals.get(sid));
    if (row === undefined) continue;
    const twice = copies.filter((copy) => copy.sid !== row.copy);
    for (const copy of twice) await eraseJoined(deps, joint.pair, copy.sid);
    const stands = copies.find((copy) => copy.sid === row.copy);
    if (stands !== undefined && (await follow(deps, joint, sid, { row, copy: stands }))) changed += 1;
    changed += twice.length;
  }
  return changed;
};

const wordsAndTime = ({ author, createdAt, body }: Message): string =>
  JSON.stringify([author, second(createdAt), body]);

/** Nearly always it stands once and reads as it should, and nothing is asked. */
const rowIfDue = async (
  deps: BridgeDeps,
  { stray }: Joint,
  sid: MessageSid,
  { copies, isAlone }: { readonly copies: readonly Message[]; readonly isAlone: boolean },
  original: Message | undefined,
): Promise<CopiedRow | undefined> => {
  const [copy] = copies;
  const isOfStray = original !== undefined || (copy !== undefined && isOld(deps, copy));
  if (copy === undefined || !isOfStray || (isAlone && original?.body === copy.body)) return undefined;
  // What joined from another stray conversation has no row of this one.
  const row = await readJoined(deps, stray, sid);
  return row?.state === 'copied' ? row : undefined;
};

/** A copy has its source's time. */
const isOld = ({ clock }: BridgeDeps, { createdAt }: Message): boolean =>
  clock.now() - Date.parse(createdAt) > SURELY_VISIBLE_MS;

/** @returns whether it was edited or removed since it joined. */
const follow = async (
  deps: BridgeDeps,
  { stray, pair }: Joint,
  sid: MessageSid,
  { row, copy }: { readonly row: CopiedRow; readonly copy: Message },
): Promise<boolean> => {
  const of = rowOfJoined(stray, sid);
  const original = await originalOf(deps, { lane: 'toFlex', from: stray.conversation }, sid);
  if (original === undefined) {
    // A look at one that was just written may be behind.
    if (!isOld(deps, copy)) return false;
    await eraseJoined(deps, pair, copy.sid);
    await writeDeleted(deps, of, copy.sid);
    return true;
  }
  if (readsAs(deps.settings, 'toFlex', row, copy, original)) return false;
  const { body, attributes } = asJoined(deps, pair, original, row.late);
  const digest = (text: string) => digestOf(deps.settings.stampKey, sid, text);
  const written = await deps.frontline.rewrite(pair.frontline, copy.sid, { body, attributes }).catch(asTwilioError);
  if (written instanceof TwilioError && written.remedy !== 'park') throw written;
  // Refused for good: it stays as it is, which is known from now on.
  const stands = written instanceof TwilioError ? copy.body : (written ?? body);
  await writeSaid(deps, of, copy.sid, {
    said: digest(body),
    written: stands === body ? undefined : digest(stands),
  });
  if (written instanceof TwilioError)
    deps.journal({ step: 'parked', type: 'stray', lane: 'toFlex', reason: 'refused', code: written.code, sids: [sid] });
  else await compareToFlex(deps, pair);
  return true;
};
