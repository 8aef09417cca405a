/** Plays one chat: a customer, an agent in Flex, the same agent in Frontline. Remembers what each of them said. */

import { AGENTS, type DefaultAgent } from '../local-twilio/defaults.ts';
import type { AccountName } from '../local-twilio/model.ts';
import type { MessageSid } from '../src/core/model/sids.ts';
import { pairId } from '../src/core/state/items.ts';
import { findSource } from '../src/core/state/ledger.ts';
import { loadPair } from '../src/core/state/pair.ts';
import { isClosed } from './generations.ts';
import { conversationWith, type Played } from './played.ts';
import type { Dice } from './random.ts';
import { NOTHING_RARE, POISON, type Rare } from './rare.ts';
import { edited as editMark } from './texts.ts';
import type { SimWorld } from './world.ts';

export type ChatPlan = {
  readonly kind: 'web' | 'sms';
  /** Messages before an agent accepts. */
  readonly history: number;
  /** Messages after it. */
  readonly messages: number;
  /** The longest pause between two messages, in milliseconds. */
  readonly thinkMs: number;
  /** When Flex's own interface adds the agent: at once, later, or never, so that the bridge must. */
  readonly joins: 'at once' | 'never' | { readonly afterMs: number };
  /** How often a customer writes with attributes that claim to be the bridge's: 0 to 1. */
  readonly forged: number;
  /** How often somebody edits or deletes what stands there, instead of writing: 0 to 1. */
  readonly second: number;
  readonly rare?: Rare;
};

const STEP_MS = 500;
const HANDOVER_MS = 60_000;

export const playChat = (world: SimWorld, dice: Dice, plan: ChatPlan, number: number, who?: DefaultAgent): Played => {
  const { twilio, time } = world;
  const { rare = NOTHING_RARE } = plan;
  const drawn = who ?? dice.pick([AGENTS.ann, AGENTS.ben, AGENTS.eve]);
  const agent: DefaultAgent = rare.accepts === 'without a twin' ? AGENTS.sam : drawn;
  const phone = plan.kind === 'sms' ? `+1555020${String(number).padStart(4, '0')}` : undefined;
  const said = { flex: new Set<string>(), frontline: new Set<string>() };
  const deletedByHand = new Set<string>();
  const meant = new Map<string, string>();
  const files = new Map<string, string>();
  const empties = new Set<MessageSid>();
  const spoilt: string[] = [];
  const others = new Set<string>();
  let texts = 0;
  /** Some are such that Twilio may store them otherwise: with an accent of its own, and space behind it. */
  const text = (who: string) => `${who} ${number}.${++texts}${texts % 4 === 0 ? ' e\u0301 ' : ''}`;

  const begun =
    phone === undefined
      ? twilio.customer.beginWebChat({ name: `Customer ${number}` })
      : twilio.customer.beginSmsChat({ phone, text: text('customer') });
  const channel = begun.channelSid;
  for (const { sid } of twilio.reads.transcript('flex', channel)) said.flex.add(sid);

  const conversation = (): string | undefined => {
    const sid = conversationWith(world, channel);
    const there = sid === undefined ? [] : (twilio.reads.container('frontline', sid)?.members ?? []);
    return there.some(({ identity }) => identity === agent.email) ? sid : undefined;
  };
  const inFlex = (): boolean =>
    twilio.reads.container('flex', channel)?.members.some(({ identity }) => identity === agent.flexIdentity) ?? false;

  /** Attributes are the customer's to write: made up, or copied from what the bridge wrote. */
  const forger = () => {
    if (phone !== undefined) return customer();
    const copied = twilio.reads.transcript('flex', channel).find(({ attributes }) => attributes.includes('"bridge"'));
    const forged = JSON.stringify({
      bridge: { v: 1, d: 'sim', s: `IM${'0'.repeat(32)}` as const, k: 'copy', h: '0'.repeat(32) },
    });
    world.meter.met(copied === undefined ? 'stamp forged' : 'stamp copied');
    said.flex.add(twilio.customer.writes(channel, text('forger'), copied?.attributes ?? forged).sid);
  };
  const customer = () => said.flex.add(twilio.customer.writes(channel, text('customer')).sid);
  const flexAgent = () => {
    if (inFlex()) said.flex.add(twilio.flexAgent.writes(agent.flexWorkerSid, channel, text('agent')).sid);
    else customer();
  };
  const frontlineAgent = () => {
    const sid = conversation();
    if (sid === undefined || isClosed(world, sid)) return flexAgent();
    said.frontline.add(twilio.frontlineAgent.writes(agent.email, sid, text('mobile')).sid);
  };

  /** Not before the ledger knows the copy: one whose answer was lost, and that somebody deletes, is written again. */
  const takeAway = async (conversation: string, sid: MessageSid, body: string): Promise<void> => {
    const pair = await loadPair(world.store, pairId('flex', channel));
    const source = pair && (await findSource(world, { pair, lane: 'toFrontline' }, sid));
    const stands = twilio.reads.transcript('frontline', conversation).some((message) => message.sid === sid);
    if (!stands || isClosed(world, conversation) || source === undefined) return;
    world.meter.met('copy deleted by hand');
    twilio.frontlineAgent.deletes(agent.email, conversation, sid);
    deletedByHand.add(body);
  };

  const agentEdits = (side: AccountName, container: string, sid: string, body: string): void => {
    if (side === 'flex') twilio.flexAgent.edits(agent.flexWorkerSid, container, sid, body);
    else twilio.frontlineAgent.edits(agent.email, container, sid, body);
  };

  /** Second thoughts: one's own message is edited or deleted; now and then a copy is, by hand. */
  const second = (): void => {
    const side = dice.pick(['flex', 'frontline'] as const);
    const container = side === 'flex' ? channel : conversation();
    if (container === undefined || (side === 'flex' ? !inFlex() : isClosed(world, container))) return;
    const all = twilio.reads.transcript(side, container);
    const own = all.filter(({ sid }) => said[side].has(sid) && !files.has(sid));
    const copies = all.filter(({ sid, body }) => !said[side].has(sid) && !(body ?? '').startsWith('[Bridge]'));
    const byHand = side === 'frontline' && dice.chance(0.2);
    const from = byHand ? copies : own;
    if (from.length === 0) return;
    const { sid, body = '' } = dice.pick(from);
    if (dice.chance(0.4)) {
      if (byHand) return void takeAway(container, sid, body);
      world.meter.met('message deleted');
      if (side === 'flex') twilio.flexAgent.deletes(agent.flexWorkerSid, container, sid);
      else twilio.frontlineAgent.deletes(agent.email, container, sid);
      return;
    }
    world.meter.met(byHand ? 'copy edited by hand' : 'message edited');
    const edited = `${body.replace(editMark, '')} (edited ${++texts})`;
    if (!byHand) meant.set(sid, edited);
    agentEdits(side, container, sid, edited);
  };

  const file = (side: 'flex' | 'frontline'): void => {
    const name = `file ${number}.${++texts}`;
    const media = { filename: name, contentType: 'image/png', size: 512 };
    const sid = side === 'frontline' ? conversation() : channel;
    if (sid === undefined || isClosed(world, sid)) return;
    const sent =
      side === 'flex' ? twilio.customer.sends(sid, media) : twilio.frontlineAgent.sends(agent.email, sid, media);
    said[side].add(sent.sid);
    files.set(sent.sid, `[File: ${name}, image/png, 512 B. Open it in ${side === 'flex' ? 'Flex' : 'Frontline'}.]`);
    world.meter.met('file');
  };
  const poison = (): void => {
    const sid = odd.chance(0.5) ? conversation() : undefined;
    const body = text(POISON);
    if (sid !== undefined) said.frontline.add(twilio.frontlineAgent.writes(agent.email, sid, body).sid);
    else if (inFlex() && odd.chance(0.5))
      said.flex.add(twilio.flexAgent.writes(agent.flexWorkerSid, channel, body).sid);
    else said.flex.add(twilio.customer.writes(channel, body).sid);
  };
  /** Twilio refuses not the message but what somebody makes of it. */
  const spoil = (): void => {
    const sid = conversation();
    const side = sid !== undefined && !isClosed(world, sid) && odd.chance(0.5) ? 'frontline' : 'flex';
    const container = side === 'flex' ? channel : (sid ?? channel);
    if (side === 'flex' && !inFlex()) return;
    const own = twilio.reads
      .transcript(side, container)
      .filter((one) => said[side].has(one.sid) && !files.has(one.sid));
    if (own.length === 0) return;
    const message = odd.pick(own);
    const edited = `${(message.body ?? '').replace(editMark, '')} (edited ${++texts} ${POISON})`;
    meant.set(message.sid, edited);
    spoilt.push(message.sid);
    world.meter.met('edit refused');
    agentEdits(side, container, message.sid, edited);
  };
  const saysNothing = (): void => {
    const { sid } = twilio.customer.writes(channel, '');
    empties.add(sid);
    if (odd.chance(0.5)) sometime(() => fill(sid));
  };
  const fill = (sid: MessageSid): void => {
    const body = text('customer');
    empties.delete(sid);
    said.flex.add(sid);
    meant.set(sid, body);
    world.meter.met('empty message that got a text');
    twilio.customer.edits(channel, sid, body);
  };
  const acceptedBy = (who: DefaultAgent): void => {
    const { reservationSid } = twilio.flexAgent.isOffered(who.flexWorkerSid, begun.taskSid);
    twilio.flexAgent.accepts(reservationSid, plan.joins);
    world.meter.met('accepted again');
    if (who === agent) return;
    others.add(who.email);
    others.add(who.flexIdentity);
  };
  /** Its own dice: the rest of the chat is the same with it and without it. */
  const odd = dice.fork('rare');
  let rareLeft = 0;
  const sometime = (act: () => void): void => {
    rareLeft += 1;
    time.after(odd.between(0, Math.max(5_000, (plan.messages * plan.thinkMs) / 2)), () => {
      rareLeft -= 1;
      act();
    });
  };
  const rarely = (): void => {
    if (rare.files && phone === undefined) sometime(() => file('flex'));
    if (rare.files) sometime(() => file('frontline'));
    if (phone === undefined) for (let n = 0; n < rare.empties; n += 1) sometime(saysNothing);
    for (let n = 0; n < rare.poison; n += 1) sometime(odd.chance(0.6) ? poison : spoil);
    if (rare.accepts === 'again') sometime(() => acceptedBy(agent));
    if (rare.accepts === 'by another too') sometime(() => acceptedBy(agent === AGENTS.ann ? AGENTS.ben : AGENTS.ann));
  };

  let left = plan.messages;
  const talk = (): void => {
    if (left === 0) return;
    left -= 1;
    if (dice.chance(plan.second)) second();
    else if (dice.chance(plan.forged)) forger();
    else dice.pick([customer, customer, flexAgent, frontlineAgent, frontlineAgent])();
    time.after(dice.between(20, plan.thinkMs), talk);
  };
  const accept = (): void => {
    rarely();
    const { reservationSid } = twilio.flexAgent.isOffered(agent.flexWorkerSid, begun.taskSid);
    twilio.flexAgent.accepts(reservationSid, plan.joins);
    time.after(dice.between(100, 4 * STEP_MS), talk);
  };
  for (let n = 0; n < plan.history; n += 1) time.after(n * 50, customer);
  const acceptsAt = plan.history * 50 + dice.between(50, 2_000);
  if (rare.accepts === 'without a twin at first') {
    // So much earlier that its webhook cannot come later: whose comes last, serves the chat.
    time.after(acceptsAt, () => acceptedBy(AGENTS.sam));
    time.after(acceptsAt + HANDOVER_MS, accept);
  } else if (rare.accepts !== 'by nobody') time.after(acceptsAt, accept);
  return {
    customer: begun.identity,
    ...{ channel, phone, agent, said, meant, deletedByHand, files, empties, spoilt, others, conversation },
    linkable: rare.accepts !== 'without a twin',
    long: rare.history !== undefined || rare.messages !== undefined,
    finished: () => left === 0 && rareLeft === 0,
  };
};
