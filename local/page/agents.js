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

const systemForm = ({ name, email }, act) => {
  const form = part('form');
  const field = part('input');
  field.autocomplete = 'off';
  field.maxLength = 4000;
  field.placeholder = '1 to accept, 2 to decline';
  field.setAttribute('aria-label', `Answer of ${name} to the bridge`);
  const send = part('button', 'Send');
  form.append(field, send);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = field.value;
    if (text.trim() === '') return;
    field.value = '';
    if ((await act({ act: 'tell', agent: email, text })) === undefined && field.value === '') field.value = text;
  });
  const enable = (on) => {
    for (const one of [field, send]) one.disabled = !on;
  };
  return { form, enable };
};

const card = (agent, act) => {
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
  if (inFrontline) article.append(lines, answer.form);
  else availability.textContent = 'works in Flex only';
  return {
    article,
    show: (now) => {
      for (const [side, row] of Object.entries(rows)) row.show(now[side]);
      if (inFrontline) availability.textContent = now.isAvailable ? 'gets conversations' : 'gets no conversations';
      drawOffers(offers, now, act);
      // What stands there is the bridge's own word, or his.
      drawLines(lines, now.told, (line) => line.name === name, '');
      answer.enable(now.system !== undefined);
    },
  };
};

/** @returns what shows the agents as they are now. */
export const createAgents = (place, cast, act) => {
  const cards = new Map(cast.map((agent) => [agent.email, card(agent, act)]));
  place.replaceChildren(...[...cards.values()].map(({ article }) => article));
  return (agents) => {
    for (const agent of agents) cards.get(agent.email)?.show(agent);
  };
};
