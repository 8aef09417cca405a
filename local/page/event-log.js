/** The event log, from the journal's entries: one row an event, one pill a step. */
import { part } from './part.js';

const MOST_ROWS = 150;
const lanes = { toFrontline: 'Flex → Frontline', toFlex: 'Frontline → Flex', forward: 'Flex’s own webhook' };
const looks = {
  replicated: 'good',
  linked: 'good',
  forwarded: 'good',
  reconciled: 'good',
  agreed: 'good',
  retried: 'wait',
  deferred: 'wait',
  refused: 'wait',
  parked: 'bad',
  failed: 'bad',
};
const reasons = {
  echo: 'written by the bridge',
  own: 'written by the bridge',
  not_linked: 'the chat is not linked yet; linking copies it',
  no_twin: 'the agent has no Frontline user',
  no_proxy: 'web chat, no SMS to send',
  already: 'already done',
  not_handled: 'no use for this event',
  counterpart: 'created by the bridge',
  side_down: 'the other side is down',
  lane_dirty: 'earlier messages come first',
  container_gone: 'the chat is closed or deleted there',
  held: 'the chat is held, it writes too fast',
  not_a_chat: 'not a chat task',
  old_generation: 'the chat has a newer conversation',
  closed: 'the chat has ended',
  empty: 'nothing in it to copy',
  parked: 'given up before',
  removed: 'deleted at its source',
  other_service: 'another chat service',
  no_default_webhook: 'Flex has no webhook of its own',
  refused: 'Twilio refused it',
  gave_up: 'Twilio did not take it for an hour',
  altered: 'its copy is changed again and again',
  other_deployment: 'linked by another bridge',
  unreadable: 'written by another release',
  forward_refused: 'the webhook refused it',
  forward_pointless: 'too late to send',
  outcome_unknown: 'Twilio did not answer; checked before it is sent again',
  forward_settling: 'looking whether the SMS was sent',
  forward_in_flight: 'the SMS is on its way',
  intent_settling: 'an earlier call has no answer yet',
  lease_lost: 'another run has this lane',
  perhaps_sent_twice: 'the SMS may have been sent twice',
  found_by_sweep: 'found by the sweep',
  composed: 'its webhook was lost',
  more_to_copy: 'more of the history follows',
  passed_on: 'the chat’s own job looks',
  sent_on: 'a job of its own does it',
  draining: 'what was said before the end crosses first',
  no_successor: 'nobody has taken the chat over yet',
  pending_offer: 'an offer waits for the agent',
  activity_refused: 'Twilio refused the activity',
  superseded: 'the agent has gone elsewhere since',
  unmapped_activity: 'means nothing on the other side',
  timeout_activity: 'he let an offer time out, that is no wish',
  system_conversation: 'the agent’s answer to the bridge',
  offer_over: 'the offer is over',
  same: 'both sides are the same',
  agents: 'the agents',
  ended: 'the end',
  next_generation: 'goes on in a new conversation',
  list_behind: 'Twilio does not list it yet',
  message_not_visible: 'Twilio does not show it yet',
  counterpart_not_visible: 'Twilio does not show the new conversation yet',
  not_compared: 'not compared',
  left_alone: 'not compared',
  in_flight: 'a message is in flight',
  dirty: 'the other side is down',
};

/** What a line of the sweep counts. */
const counted = {
  sweep: 'chats due',
  dirty_lanes: 'lanes behind',
  active_lanes: 'lanes',
  quiet_lanes: 'lanes',
  accepts: 'accepts',
};

const short = (sid) => (/^[A-Z]{2}[0-9a-f]{32}$/.test(sid) ? `${sid.slice(0, 8)}…` : sid);
const time = (at) => new Date(at).toTimeString().slice(0, 8);

/** What an entry is about: the message's SID, else the reservation's, else its first. */
const subject = ({ sids }) => sids.find((sid) => /^(IM|WR)/.test(sid)) ?? sids[0];

/** A message is told of under several names (its event, its copying by linking); jobs stand each for themselves. */
const rowOf = (entry) => {
  const about = subject(entry);
  if (about === undefined || entry.step === 'swept' || entry.step === 'reconciled') return `${entry.n}`;
  return about.startsWith('IM') ? about : `${entry.type} ${about}`;
};
const isIgnored = ({ reason }) => reason === 'echo' || reason === 'not_handled';

const reasonText = ({ reason, why, parameter, error, code, status, effect }) =>
  [reason, why, parameter, error]
    .filter((word) => word !== undefined)
    .map((word) => (word === 'twilio' ? `Twilio ${code ?? status ?? effect}` : (reasons[word] ?? word)))
    .join(', ');

const stepText = (entry) => {
  const { step, lane, sids, count } = entry;
  const copies = step === 'replicated' ? sids.filter((sid) => sid.startsWith('IM')).slice(1) : [];
  const because = reasonText(entry);
  const why = because === '' ? '' : `: ${because}`;
  const to = copies.length > 0 ? ` as ${copies.map(short).join(' ')}` : '';
  const repaired = step === 'reconciled' ? `: ${count ?? 0} repaired` : '';
  const swept = step === 'swept' && count > 0 ? `: ${count} ${counted[entry.type] ?? ''}` : '';
  const own = lane === 'forward' && step !== 'queued' ? 'Flex’s own webhook: ' : '';
  return `${own}${step}${why}${to}${repaired}${swept}`;
};

const pill = (text, look, ms) => {
  const step = part('span', text, `step ${look ?? ''}`);
  if (ms !== undefined) step.append(part('span', ` ${ms} ms`, 'ms'));
  return step;
};

/**
 * @param {HTMLElement} body where the rows stand, newest first
 * @returns {{ add: (entries: object[]) => void, redraw: () => void }}
 */
export const createEventLog = (body, { hidesEchoes, onAny }) => {
  const rows = new Map();
  let last = 0;

  const newRow = (entry, key) => {
    const steps = part('td', '', 'steps');
    const way = part('td', lanes[entry.lane] ?? '');
    const what = part('td', entry.type);
    const sid = entry.sids.length > 0 ? short(subject(entry)) : '';
    if (sid !== '') what.append(part('span', sid, 'sid'));
    const row = part('tr');
    row.append(part('td', time(entry.at), 'time'), what, way, steps);
    body.prepend(row);
    const made = { row, way, steps, ignored: false };
    rows.set(key, made);
    while (rows.size > MOST_ROWS) {
      const [oldest, { row: gone }] = rows.entries().next().value;
      gone.remove();
      rows.delete(oldest);
    }
    return made;
  };

  const hide = ({ row, ignored }) => {
    row.hidden = ignored && hidesEchoes();
  };

  const add = (entries) => {
    for (const entry of entries) {
      if (entry.n <= last) continue;
      last = entry.n;
      if (entry.step === 'swept' && !entry.count) continue;
      const key = rowOf(entry);
      const made = rows.get(key) ?? newRow(entry, key);
      if (entry.step === 'queued') made.steps.append(pill('received'));
      if (isIgnored(entry)) made.ignored = true;
      if (made.way.textContent === '' && lanes[entry.lane]) made.way.textContent = lanes[entry.lane];
      made.steps.append(pill(stepText(entry), looks[entry.step], entry.ms));
      hide(made);
      onAny();
    }
  };
  return { add, redraw: () => rows.values().forEach(hide) };
};
