import { createEventLog } from './event-log.js';
import { part } from './part.js';

const $ = (id) => document.getElementById(id);
const sides = ['customer', 'flex', 'frontline'];
let chosen;
let source;
let shown;

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

/** Lines that stand already stay as they are, so that a screen reader hears only what is new. */
const drawLines = (side, lines) => {
  const list = $(`${side}-lines`);
  const own = side === 'customer' ? 'customer' : 'agent';
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const signature = (line) => `${line.sid} ${line.text}`;
  const same = [...list.children].every(
    (item, i) => lines[i] !== undefined && item.dataset.line === signature(lines[i]),
  );
  if (!same) list.replaceChildren();
  for (const line of lines.slice(list.children.length)) {
    const item = part('li', '', line.who === own && line.name !== 'SMS' ? 'own' : '');
    const origin = line.copied ? ' · copied by the bridge' : '';
    item.dataset.line = signature(line);
    item.append(
      part('div', line.text, 'text'),
      part('div', `${line.name} · ${new Date(line.at).toTimeString().slice(0, 5)}${origin}`, 'by'),
    );
    list.append(item);
  }
  if (atEnd || !same) list.scrollTop = list.scrollHeight;
};

const enable = (side, on) => {
  for (const field of $(`${side}-form`).elements) field.disabled = !on;
};

const drawChats = (chats) => {
  const focused = document.activeElement?.dataset?.channel;
  $('chats').replaceChildren(
    ...chats.map(({ channel, name, kind, agent }) => {
      const chip = part('button', `${name}${kind === 'sms' ? ' · SMS' : ''}${agent === undefined ? ' · waiting' : ''}`);
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
  const { name, kind, agent, conversation } = chat;
  return [
    kind === 'sms' ? `${name}, by SMS` : `${name}, in a web chat`,
    agent === undefined ? 'Not accepted yet' : `${agent}, Programmable Chat`,
    conversation === undefined ? 'Appears here once the chat is accepted' : `${agent ?? 'No agent'}, Conversations`,
  ];
};

const draw = ({ chats, shown: now, faults }) => {
  shown = now;
  drawChats(chats);
  const texts = where(now);
  sides.forEach((side, i) => {
    $(`${side}-where`).textContent = texts[i];
    drawLines(side, now?.[side] ?? []);
  });
  $('offer').hidden = now === undefined || now.agent !== undefined;
  enable('customer', now !== undefined);
  enable('flex', now?.agent !== undefined);
  enable('frontline', now?.conversation !== undefined && now.agent !== undefined);
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
  for (const { name, email } of cast.agents) {
    const option = part('option', name);
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
      const done = await act({ act: 'write', who: side, channel: shown.channel, text });
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
