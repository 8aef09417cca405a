/** What an agent does with the chat that is shown, besides writing: hands it over, leaves it, ends it. */
import { part } from './part.js';

const $ = (id) => document.getElementById(id);

/** What is chosen stays chosen while it can be. */
const fill = (select, agents) => {
  const { value } = select;
  const now = [...select.options].map((option) => option.value).join();
  if (now === agents.map(({ email }) => email).join()) return;
  select.replaceChildren(
    ...agents.map(({ name, email }) => {
      const option = part('option', name);
      option.value = email;
      return option;
    }),
  );
  if (agents.some(({ email }) => email === value)) select.value = value;
};

/** @returns what shows them for a chat, or for none. */
export const createChatActions = (cast, act, shown) => {
  const inChat = (more) => () => {
    const channel = shown()?.channel;
    if (channel !== undefined) void act({ channel, ...more() });
  };
  const flex = () => ({ agent: $('flex-agent').value });
  const transfer = (how) => () => ({ act: 'transfer', ...flex(), to: $('flex-to').value, how });
  const on = (id, more) => $(id).addEventListener('click', inChat(more));
  on('make-offer', () => ({ act: 'offer', agent: $('agent').value }));
  on('flex-cold', transfer('cold'));
  on('flex-warm', transfer('warm'));
  on('flex-leave', () => ({ act: 'leave', ...flex() }));
  on('flex-end', () => ({ act: 'end', side: 'flex', ...flex() }));
  on('flex-complete', () => ({ act: 'complete' }));
  on('frontline-pass', () => ({ act: 'pass', agent: $('frontline-agent').value, to: $('frontline-to').value }));
  on('frontline-end', () => ({ act: 'end', side: 'frontline', agent: $('frontline-agent').value }));

  return (chat) => {
    const inFlex = chat?.flexAgents ?? [];
    const inFrontline = chat?.frontlineAgents ?? [];
    fill($('flex-agent'), inFlex);
    fill($('frontline-agent'), inFrontline);
    fill(
      $('flex-to'),
      cast.filter(({ email }) => !inFlex.some((one) => one.email === email)),
    );
    fill(
      $('frontline-to'),
      cast.filter((agent) => agent.inFrontline && !inFrontline.some((one) => one.email === agent.email)),
    );
    const isOpen = chat?.inFlex === 'open';
    $('flex-actions').hidden = inFlex.length === 0;
    for (const id of ['flex-cold', 'flex-warm', 'flex-end']) $(id).disabled = !isOpen;
    $('flex-leave').disabled = !isOpen || inFlex.length < 2;
    $('flex-complete').disabled = !/^(assigned|wrapping)/.test(chat?.tasks.at(-1) ?? '');
    $('frontline-actions').hidden = inFrontline.length === 0;
    for (const id of ['frontline-pass', 'frontline-end']) $(id).disabled = chat?.inFrontline !== 'open';
  };
};
