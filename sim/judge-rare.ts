/**
 * What the verdict has no eyes for: files, messages that hold nothing, chats without a twin, notices, others who came.
 */

import type { ReadMessage } from '../local-twilio/reads.ts';
import type { MessageSid } from '../src/core/model/sids.ts';
import { pairId } from '../src/core/state/items.ts';
import { type LedgerRow, readRow } from '../src/core/state/ledger.ts';
import { loadPair } from '../src/core/state/pair.ts';
import type { Chronicle } from './chronicle.ts';
import { phoneProblems } from './phone.ts';
import { conversationWith, type Played } from './played.ts';
import { inOneForm, notice } from './texts.ts';
import type { SimWorld } from './world.ts';

/**
 * The same world, where a file reads as it must read on the other side, and where what can never cross, and who only
 * came along, is not seen.
 */
export const legible = (world: SimWorld, chats: readonly Played[]): SimWorld => {
  const { reads } = world.twilio;
  const files = new Map(chats.flatMap(({ files }) => [...files]));
  const empties = new Set<string>(chats.flatMap(({ empties }) => [...empties]));
  const chatOf = (sid: string): Played | undefined =>
    chats.find(({ channel }) => sid === channel || sid === conversationWith(world, channel));
  const normalised = (world.twilio.faults.counts()['text.normalised'] ?? 0) > 0;
  const stored = (text: string): string => (normalised ? inOneForm(text) : text);
  const read = (message: ReadMessage): ReadMessage => {
    const body = files.get(message.sid) ?? message.body;
    return { ...message, body: body === undefined ? body : stored(body) };
  };
  const of: Chronicle['of'] = (container) =>
    world.chronicle
      .of(container)
      .filter(({ sid }) => !empties.has(sid))
      .map((one) => {
        const file = files.get(one.sid);
        return { ...one, texts: one.texts.map((text) => ({ ...text, body: stored(file ?? text.body) })) };
      });
  return {
    ...world,
    chronicle: { ...world.chronicle, of },
    twilio: {
      ...world.twilio,
      reads: {
        ...reads,
        transcript: (side, sid) =>
          reads
            .transcript(side, sid)
            .filter((message) => !empties.has(message.sid))
            .map(read),
        container: (side, sid) => {
          const one = reads.container(side, sid);
          const chat = chatOf(sid);
          if (one === undefined || chat === undefined || chat.others.size === 0) return one;
          const agent = side === 'flex' ? chat.agent.flexIdentity : chat.agent.email;
          const isOther = ({ identity }: { identity: string | undefined }) => chat.others.has(identity ?? '');
          // Whoever accepted last serves the chat; the accept of the one before may never have been heard of.
          const members = one.members.some(({ identity }) => identity === agent)
            ? one.members.filter((member) => !isOther(member))
            : one.members.map((member) => (isOther(member) ? { ...member, identity: agent } : member));
          return { ...one, members };
        },
      },
    },
  };
};

/** @returns what is wrong, a line each. */
export const rareProblems = async (
  world: SimWorld,
  chats: readonly Played[],
  beyond = false,
): Promise<readonly string[]> => {
  // Nobody changes one copy again and again.
  const wrong = world.entries
    .filter(({ entry }) => entry.reason === 'altered')
    .map(({ entry }) => `nobody altered a copy, and one was parked for it (${entry.sids.join(' ')})`);
  for (const [n, chat] of chats.entries()) {
    const problems = [...(await emptyProblems(world, chat)), ...(await noticeProblems(world, chat))];
    if (!chat.linkable) problems.push(...(await aloneProblems(world, chat, beyond)));
    wrong.push(...problems.map((problem) => `chat ${n + 1} (${chat.channel}): ${problem}`));
  }
  return wrong;
};

const rowInAnyGeneration = async (world: SimWorld, chat: Played, sid: MessageSid): Promise<LedgerRow | undefined> => {
  const pair = await loadPair(world.store, pairId('flex', chat.channel));
  for (let generation = pair?.generation ?? 1; generation > 0; generation -= 1) {
    const of = { id: pairId('flex', chat.channel), generation };
    const row = await readRow(world, { pair: of, lane: 'toFrontline', sid });
    if (row !== undefined) return row;
  }
  return undefined;
};

/** What holds nothing does not cross, and that is said of it. */
const emptyProblems = async (world: SimWorld, chat: Played): Promise<readonly string[]> => {
  if (!chat.linkable) return [];
  const closed =
    world.twilio.reads.container('frontline', conversationWith(world, chat.channel) ?? '')?.state === 'closed';
  const wrong: string[] = [];
  for (const sid of chat.empties) {
    const row = await rowInAnyGeneration(world, chat, sid);
    if (row?.state === 'skipped') world.meter.met('empty message');
    else if (!closed) wrong.push(`the empty message ${sid} ended as ${row?.state}`);
  }
  return wrong;
};

/** The agent is told once of each message that was parked, and of each edit that was, and of nothing else. */
const noticeProblems = async (world: SimWorld, chat: Played): Promise<readonly string[]> => {
  const conversation = conversationWith(world, chat.channel);
  if (conversation === undefined) return [];
  // Before anything else is done about it, what is parked is among the dead letters.
  const dead = [...(await world.queues.dead('flex-events')), ...(await world.queues.dead('frontline-events'))];
  const parked = new Set(
    dead
      .flatMap(({ body }) => body.match(/IM[0-9a-f]{32}/g) ?? [])
      .filter((sid) => chat.said.flex.has(sid) || chat.said.frontline.has(sid)),
  );
  const most = parked.size + chat.spoilt.filter((sid) => parked.has(sid)).length;
  const told = world.twilio.reads
    .transcript('frontline', conversation)
    .filter(({ body = '' }) => notice.test(body) && !body.includes('SMS')).length;
  if (told > 0) world.meter.met('notice', told);
  return told > most ? [`the agent is told ${told} times, and ${most} messages and edits were parked`] : [];
};

/**
 * Nobody is there to talk to: the chat goes on in Flex alone. No sweep looks at it, for it is no pair: an SMS whose own
 * webhook was lost stays away, as it would without the bridge.
 */
const aloneProblems = async (world: SimWorld, chat: Played, beyond: boolean): Promise<readonly string[]> => {
  world.meter.met('chat without a twin');
  const conversation = conversationWith(world, chat.channel);
  const strangers = world.twilio.reads
    .transcript('flex', chat.channel)
    .filter(({ sid }) => !chat.said.flex.has(sid) && !chat.empties.has(sid));
  return [
    ...(conversation === undefined ? [] : ['has a conversation, and nobody with a twin accepted it']),
    ...strangers.map(({ sid }) => `flex has what nobody said: ${sid}`),
    ...(await phoneProblems(world, chat, beyond)).filter((problem) => {
      const sid = /^the phone lacks .*\((IM[0-9a-f]{32})\)$/.exec(problem)?.[1];
      if (sid === undefined || world.lined.includes(sid)) return true;
      world.meter.met('limit: SMS of a chat that is no pair, its webhook lost');
      return false;
    }),
  ];
};
