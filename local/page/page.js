import { createAgents } from './agents.js';
import { createChatActions } from './chat-actions.js';
import { createEventLog } from './event-log.js';
import { drawLines } from './lines.js';
import { part } from './part.js';

const $ = (id) => document.getElementById(id);
const sides = ['customer', 'flex', 'frontline'];
let chosen;
let source;
let shown;
let showAgents = () => {};
let showActions = () => {};

const complain = (text) => {
  $('trouble').textContent = text ?? '';
  $('trouble').hidden = text === undefined;
};

const act = async (what) => {
  const response = await fetch('/page/act', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(what),
  }).catch(() => undefined);
  const answer = await response?.json().catch(() => undefined);
  complain(response?.ok ? undefined : (answer?.error ?? 'The bridge does not answer.'));
  return response?.ok ? answer : undefined;
};

const eventLog = createEventLog($('event-log'), {
  hidesEchoes: () => !$('echoes').checked,
  onAny: () => {
    $('no-events').hidden = true;
  },
});
$('echoes').addEventListener('change', eventLog.redraw);

const connect = () => {
  source?.close();
  source = new EventSource(`/page/live${chosen === undefined ? '' : `?chat=${chosen}`}`);
  const health = (text, live) => {
    $('health').textContent = text;
    $('health').classList.toggle('live', live);
  };
  source.addEventListener('open', () => health('live', true));
  source.addEventListener('error', () => health('disconnected, reconnecting', false));
  source.addEventListener('entries', ({ data }) => eventLog.add(JSON.parse(data)));
  source.addEventListener('scene', ({ data }) => {
    complain();
    draw(JSON.parse(data));
  });
  source.addEventListener('trouble', ({ data }) => complain(JSON.parse(data)));
};

const choose = (channel) => {
  if (channel === chosen) return;
  chosen = channel;
  connect();
};

const enable = (side, on) => {
  for (const field of $(`${side}-form`).elements) field.disabled = !on;
};

const drawChats = (chats) => {
  const focused = document.activeElement?.dataset?.channel;
  $('chats').replaceChildren(
    ...chats.map(({ channel, name, kind, agents, inFlex }) => {
      const state = inFlex === 'ended' ? ' · ended' : agents.length === 0 ? ' · waiting' : '';
      const chip = part('button', `${name}${kind === 'sms' ? ' · SMS' : ''}${state}`);
      chip.type = 'button';
      chip.dataset.channel = channel;
      chip.setAttribute('aria-current', String(channel === shown?.channel));
      chip.addEventListener('click', () => choose(channel));
      return chip;
    }),
  );
  if (focused !== undefined)
    $('chats')
      .querySelector(`[data-channel="${CSS.escape(focused)}"]`)
      ?.focus();
};

const where = (chat) => {
  if (chat === undefined) return ['No customer yet', 'Waiting for a chat', 'Appears here once the chat is accepted'];
  const { name, kind, flexAgents, frontlineAgents, inFlex, inFrontline, tasks } = chat;
  const names = (agents) => agents.map((agent) => agent.name).join(' and ');
  const ended = (state) => (state === 'ended' ? ', ended' : '');
  return [
    kind === 'sms' ? `${name}, by SMS` : `${name}, in a web chat`,
    `${names(flexAgents) || 'Not accepted yet'}${ended(inFlex)} · task ${tasks.join('; ') || 'gone'}`,
    inFrontline === 'none'
      ? 'Appears here once the chat is accepted'
      : `${names(frontlineAgents) || 'No agent'}, Conversations${ended(inFrontline)}`,
  ];
};

const draw = ({ chats, shown: now, faults, agents }) => {
  shown = now;
  drawChats(chats);
  const texts = where(now);
  sides.forEach((side, i) => {
    $(`${side}-where`).textContent = texts[i];
    const own = side === 'customer' ? 'customer' : 'agent';
    drawLines($(`${side}-lines`), now?.[side] ?? [], (line) => line.who === own && line.name !== 'SMS');
  });
  $('offer').hidden = now === undefined || now.flexAgents.length > 0 || now.inFlex === 'ended';
  enable('customer', now !== undefined);
  enable('flex', now !== undefined && now.flexAgents.length > 0 && now.inFlex === 'open');
  enable('frontline', now !== undefined && now.frontlineAgents.length > 0 && now.inFrontline === 'open');
  showActions(now);
  showAgents(agents);
  for (const box of $('faults').querySelectorAll('input')) box.checked = faults.includes(box.value);
  $('faults-on').textContent = faults.length > 0 ? `(${faults.length} on)` : '';
};

const begin = async (kind) => {
  const begun = await act({ act: 'begin', kind });
  if (begun?.channel === undefined) return;
  choose(begun.channel);
};

const prepare = (cast) => {
  $('subtitle').textContent = cast.persons
    ? 'One chat on two accounts, kept equal by the bridge. The local Twilio stands in for both accounts.'
    : 'Events of your accounts. Message texts are not shown.';
  $('persons').hidden = !cast.persons;
  if (!cast.persons) return;
  $('begin-web').addEventListener('click', () => begin('web'));
  $('begin-sms').addEventListener('click', () => begin('sms'));
  $('accept').addEventListener('click', async () => {
    if (shown === undefined) return;
    await act({ act: 'accept', channel: shown.channel, agent: $('agent').value });
    $('flex-text').focus();
  });
  showAgents = createAgents($('agents'), cast.agents, act);
  showActions = createChatActions(cast.agents, act, () => shown);
  for (const { name, email, inFrontline } of cast.agents) {
    const option = part('option', inFrontline ? name : `${name} (Flex only)`);
    option.value = email;
    $('agent').append(option);
  }
  for (const side of sides)
    $(`${side}-form`).addEventListener('submit', async (event) => {
      event.preventDefault();
      const field = $(`${side}-text`);
      const text = field.value;
      if (shown === undefined || text.trim() === '') return;
      field.value = '';
      const agent = side === 'customer' ? undefined : $(`${side}-agent`).value;
      const done = await act({ act: 'write', who: side, channel: shown.channel, text, agent });
      if (done === undefined && field.value === '') field.value = text;
    });
  for (const { name, label } of cast.faults) {
    const row = part('label');
    const box = part('input');
    box.type = 'checkbox';
    box.value = name;
    box.addEventListener('change', () => {
      const names = [...$('faults').querySelectorAll('input:checked')].map(({ value }) => value);
      void act({ act: 'faults', names });
    });
    row.append(box, ` ${label}`);
    $('faults').append(row);
  }
};

prepare(await (await fetch('/page/cast')).json());
connect();
