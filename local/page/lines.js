/** What was said, as bubbles. */
import { part } from './part.js';

/** Lines that stand already stay as they are, so that a screen reader hears only what is new. */
export const drawLines = (list, lines, isOwn, copied = ' · copied by the bridge') => {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const signature = (line) => `${line.sid} ${line.text}`;
  const same = [...list.children].every(
    (item, i) => lines[i] !== undefined && item.dataset.line === signature(lines[i]),
  );
  if (!same) list.replaceChildren();
  for (const line of lines.slice(list.children.length)) {
    const item = part('li', '', isOwn(line) ? 'own' : '');
    const origin = line.copied ? copied : '';
    item.dataset.line = signature(line);
    item.append(
      part('div', line.text, 'text'),
      part('div', `${line.name} · ${new Date(line.at).toTimeString().slice(0, 5)}${origin}`, 'by'),
    );
    list.append(item);
  }
  if (atEnd || !same) list.scrollTop = list.scrollHeight;
};
