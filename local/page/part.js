/** An element with a text: the only way in which anything is put on this page, so no text is ever read as HTML. */
export const part = (tag, text = '', className = '') => {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className.trim() !== '') element.className = className.trim();
  return element;
};

export const button = (label, does) => {
  const element = part('button', label);
  element.type = 'button';
  element.addEventListener('click', () => void does());
  return element;
};
