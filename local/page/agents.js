/** A card for each agent: where he is in both apps, what waits for him in Flex, and his System conversation. */
import { drawLines } from './lines.js';
import { button, part } from './part.js';

const activities = ['Available', 'Unavailable', 'Break'];
const sides = { flex: 'Flex', frontline: 'Frontline' };
const answers = { accepts: 'Accept in Flex', rejects: 'Decline in Flex', letsTimeOut: 'Let it time out' };

/** Buttons that stand already stay, so that the keyboard's place is not lost. */
const drawOffers = (list, { email, offers }, act) => {
  const wanted = new Set(offers.map(({ reservation }) => reservation));
  const standing = new Set();
  for (const item of [...list.children]) {
    if (wanted.has(item.dataset.reservation)) standing.add(item.dataset.reservation);
    else item.remove();
  }
  for (const { reservation, name } of offers.filter((one) => !standing.has(one.reservation))) {
    const item = part('li', `${name} waits `);
    item.dataset.reservation = reservation;
    item.dataset.agent = email;
    for (const [how, label] of Object.entries(answers))
      item.append(button(label, () => act({ act: 'answer', reservation, how })));
    list.append(item);
  }
};

const activityRow = (agent, side, act) => {
  const group = part('div', `${sides[side]} `, 'activity');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', `${agent.name} in ${sides[side]}`);
  const buttons = activities.map((activity) =>
    button(activity, () => act({ act: 'go', side, agent: agent.email, activity })),
  );
  const elsewhere = part('span', '', 'by');
  group.append(...buttons, elsewhere);
  return {
    group,
    show: (now) => {
      for (const one of buttons) one.setAttribute('aria-pressed', String(one.textContent === now));
      elsewhere.textContent = activities.includes(now) ? '' : now;
    },
  };
};

/** A field for each label, and what is done with their texts. */
const sayForm = (labels, says, does) => {
  const form = part('form');
  const fields = labels.map(({ label, placeholder, starts = '' }) => {
    const field = part('input');
    field.autocomplete = 'off';
    field.maxLength = 4000;
    field.placeholder = placeholder;
    field.value = starts;
    field.setAttribute('aria-label', label);
    return field;
  });
  const send = part('button', says);
  form.append(...fields, send);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const texts = fields.map((field) => field.value);
    if (texts.some((text) => text.trim() === '')) return;
    const last = fields.at(-1);
    last.value = '';
    if ((await does(...texts)) === undefined && last.value === '') last.value = texts.at(-1);
  });
  const enable = (on) => {
    for (const one of [...fields, send]) one.disabled = !on;
  };
  return { form, enable };
};

const systemForm = ({ name, email }, act) =>
  sayForm([{ label: `Answer of ${name} to the bridge`, placeholder: '1 to accept, 2 to decline' }], 'Send', (text) =>
    act({ act: 'tell', agent: email, text }),
  );

/** Customers' numbers that nobody has: https://www.nanpa.com/numbering/555-line-numbers */
const numberOf = (n) => `+1555030${String(n).padStart(4, '0')}`;

const beginForm = ({ name, email }, n, act) =>
  sayForm(
    [
      { label: `Number that ${name} texts`, placeholder: '+15550300000', starts: numberOf(n) },
      { label: `First message of ${name}`, placeholder: 'Begin in Frontline' },
    ],
    'Begin',
    (phone, text) => act({ act: 'call', agent: email, phone, text }),
  );

const card = (agent, n, act) => {
  const { name, inFrontline } = agent;
  const article = part('article', '', 'agent frontline');
  article.setAttribute('aria-label', name);
  const rows = { flex: activityRow(agent, 'flex', act) };
  if (inFrontline) rows.frontline = activityRow(agent, 'frontline', act);
  const availability = part('p', '', 'by');
  const offers = part('ul', '', 'offers');
  article.append(part('h3', name), ...Object.values(rows).map(({ group }) => group), availability, offers);
  const lines = part('ol', '', 'lines');
  lines.setAttribute('role', 'log');
  lines.setAttribute('aria-label', `What the bridge tells ${name}`);
  const answer = systemForm(agent, act);
  const begun = part('p', '', 'by');
  if (inFrontline) article.append(lines, answer.form, beginForm(agent, n, act).form, begun);
  else availability.textContent = 'works in Flex only';
  return {
    article,
    show: (now) => {
      for (const [side, row] of Object.entries(rows)) row.show(now[side]);
      if (inFrontline) availability.textContent = now.isAvailable ? 'gets conversations' : 'gets no conversations';
      drawOffers(offers, now, act);
      begun.textContent = now.begun.length === 0 ? '' : `Not in Flex yet: ${now.begun.join(', ')}`;
      // What stands there is the bridge's own word, or his.
      drawLines(lines, now.told, (line) => line.name === name, '');
      answer.enable(now.system !== undefined);
    },
  };
};

/** @returns what shows the agents as they are now. */
export const createAgents = (place, cast, act) => {
  const cards = new Map(cast.map((agent, n) => [agent.email, card(agent, n, act)]));
  place.replaceChildren(...[...cards.values()].map(({ article }) => article));
  return (agents) => {
    for (const agent of agents) cards.get(agent.email)?.show(agent);
  };
};
