/**
 * What the customer says in a stray conversation joins the chat: it is written into the chat's own conversation, as he
 * would have written it there, and the lane to Flex takes it on. One job in the stray conversation's group does it,
 * whoever heard of a message; it compares both conversations, so it does not matter who.
 */
import type { Agents } from '../agents/agents.ts';
import { copiesAmong } from '../copies/find.ts';
import { second } from '../copies/fingerprint.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import type { Message } from '../model/event.ts';
import { leaseLost, type Outcome, skipped } from '../model/outcome.ts';
import type { ConversationSid } from '../model/sids.ts';
import { GONE_AFTER_MS } from '../model/times.ts';
import { hasBothContainers, loadPair, type Pair } from '../state/pair.ts';
import { endStray, loadStray, moveStrayOn, type Stray, takeStray } from '../state/strays.ts';
import { applyChanges } from './changes.ts';
import { type ChatOfStray, isByCustomer, joinMessage } from './join-message.ts';
import { readJoined, writeJoined } from './joined.ts';
import { settleStray } from './settle.ts';
import { tellAgent } from './tell-agent.ts';

/** @throws TwilioError; repeating is safe. */
export const joinStray = async (
  deps: BridgeDeps,
  agents: Agents,
  conversation: ConversationSid,
  run: Run,
): Promise<Outcome> => {
  const known = await loadStray(deps.store, conversation);
  if (known === 'ended' || known === undefined) return skipped('closed');
  const pair = await loadPair(deps.store, known.pair);
  if (pair === undefined || pair.state === 'closed') {
    await endStray(deps, known);
    return skipped('closed');
  }
  // While it ends or goes on in its next conversation, the sweep looks each few minutes.
  if (!canTakeStray(pair)) return skipped(pair.state === 'ending' ? 'closed' : 'not_linked');
  const taken = await takeStray(deps, known);
  const stray = taken && (await settleStray(deps, pair, taken));
  if (stray === undefined) return leaseLost();
  return 'end' in stray ? stray : joinAll(deps, agents, { pair, begun: stray }, run);
};

const canTakeStray = (pair: Pair): pair is ChatOfStray =>
  pair.state === 'open' && pair.customer !== undefined && hasBothContainers(pair);

const joinAll = async (
  deps: BridgeDeps,
  agents: Agents,
  { pair, begun }: { readonly pair: ChatOfStray; readonly begun: Stray },
  run: Run,
): Promise<Outcome> => {
  const into = pair.frontline;
  const said = await newestOf(deps, begun);
  const { messages: standing } = await deps.frontline.listMessages(into, 'desc');
  const { proven } = copiesAmong(deps.settings, { lane: 'stray', into }, standing);
  // Of this stray or another: each has a line of its own, and Frontline may close one while something waits in it.
  const joinedUpTo = Math.max(0, ...[...proven.values()].flat().map(({ createdAt }) => second(createdAt)));
  const scene = { pair, joinedUpTo, tail: Math.max(-1, ...standing.map(({ index }) => index)), run };
  const joined: string[] = [];
  let stray = begun;
  for (const message of said) {
    if (!mayBeNew(deps, stray, message) || (await readJoined(deps, stray, message.sid)) !== undefined) continue;
    const [copy] = proven.get(message.sid) ?? [];
    const isHis = isByCustomer(deps, stray, message);
    const next = !isHis
      ? await tellAgent(deps, agents, stray, message, run)
      : copy === undefined
        ? await joinMessage(deps, stray, message, scene)
        : await adopt(deps, stray, message, copy);
    if (next === undefined) return leaseLost();
    if ('end' in next) return next;
    stray = next;
    if (isHis) joined.push(message.sid);
  }
  const changed = await applyChanges(deps, { stray, pair }, said, { standing, proven });
  return joined.length + changed > 0 ? { end: 'reconciled', repaired: joined.length + changed } : skipped('already');
};

/** It was written so late that nobody knew of it any more. */
const adopt = async (deps: BridgeDeps, stray: Stray, message: Message, copy: Message): Promise<Stray | undefined> => {
  await writeJoined(deps, stray, { sid: message.sid, digest: '', late: false }, { sid: copy.sid, index: copy.index });
  return moveStrayOn(deps, stray, message.index);
};

/** A list may show a message later than its successor; and rows are not kept for ever. */
const mayBeNew = ({ clock }: BridgeDeps, { upTo }: Stray, { index, createdAt }: Message): boolean =>
  index > upTo || clock.now() - Date.parse(createdAt) < GONE_AFTER_MS;

/** What was said there, oldest first: the newest page, and as many before it as have not been seen. */
const newestOf = async (deps: BridgeDeps, { conversation, upTo }: Stray): Promise<readonly Message[]> => {
  const found: Message[] = [];
  let next: string | undefined;
  do {
    const page = await deps.frontline.listMessages(conversation, 'desc', next);
    found.push(...page.messages);
    next = page.messages.some(({ index }) => index <= upTo) ? undefined : page.next;
  } while (next !== undefined);
  return found.toSorted((a, b) => a.index - b.index);
};
