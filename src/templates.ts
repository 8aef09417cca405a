/**
 * The file of message templates, as Frontline wants them: read by the stack that deploys it and by what fills it in.
 * This imports nothing, so that either half may import it.
 */

/** `content` names fields of the customer as `{{Name}}`. */
export type Template = { readonly content: string; readonly whatsAppApproved?: boolean };
/** https://www.twilio.com/docs/frontline/templates */
export type TemplateCategory = { readonly display_name: string; readonly templates: readonly Template[] };

export class WrongTemplates extends Error {
  /** Lines and what is wrong in each. */
  constructor(problems: readonly string[]) {
    super(`The file that TEMPLATES_FILE names cannot be used:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'WrongTemplates';
  }
}

/** Frontline takes an answer of 64 KB at most (https://www.twilio.com/docs/api/errors/48003); names fill it further. */
const LARGEST = 48 * 1024;

export const FIELD = /\{\{\s*([A-Za-z][\w.-]*)\s*\}\}/g;

/** @throws WrongTemplates naming everything that is wrong at once, each with its line. */
export const readTemplates = (file: string): readonly TemplateCategory[] => {
  // Some editors put a mark of their own in front.
  const text = file.replace(/^\uFEFF/, '');
  const value = parse(text);
  const lines = linesOf(text);
  const problems: string[] = [];
  const lineOf = (path: Path): number =>
    lines.get(JSON.stringify(path)) ?? (path.length === 0 ? 1 : lineOf(path.slice(0, -1)));
  const wrong: Wrong = (path, what) => problems.push(`line ${lineOf(path)}: ${what}`);
  // In bytes, for so Frontline counts: a text in Japanese has three for each character.
  if (new TextEncoder().encode(text).length > LARGEST)
    problems.push(`line 1: longer than ${LARGEST} bytes, more than Frontline takes`);
  if (!Array.isArray(value)) wrong([], 'not a list of categories');
  else for (const [at, one] of value.entries()) checkCategory(one, [at], wrong);
  if (problems.length > 0) throw new WrongTemplates(problems);
  return value as readonly TemplateCategory[];
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(String(error))?.[1];
    const before = position === undefined ? text.trimEnd() : text.slice(0, Number(position));
    throw new WrongTemplates([`line ${before.split('\n').length}: not JSON`]);
  }
};

type Path = readonly (string | number)[];
type Wrong = (path: Path, what: string) => unknown;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const checkObject = (
  value: unknown,
  path: Path,
  [what, ...fields]: readonly [string, ...string[]],
  wrong: Wrong,
): Readonly<Record<string, unknown>> | undefined => {
  if (!isObject(value)) {
    wrong(path, `not ${what}`);
    return undefined;
  }
  for (const name of Object.keys(value))
    if (!fields.includes(name)) wrong([...path, name], `${what} has ${fields.join(', ')}, nothing else`);
  return value;
};

const checkCategory = (value: unknown, path: Path, wrong: Wrong): void => {
  const category = checkObject(value, path, ['a category', 'display_name', 'templates'], wrong);
  if (category === undefined) return;
  const { display_name: name, templates } = category;
  if (typeof name !== 'string' || name.trim() === '') wrong([...path, 'display_name'], 'display_name is no name');
  if (!Array.isArray(templates)) wrong([...path, 'templates'], 'templates is no list');
  else for (const [at, one] of templates.entries()) checkTemplate(one, [...path, 'templates', at], wrong);
};

const checkTemplate = (value: unknown, path: Path, wrong: Wrong): void => {
  const template = checkObject(value, path, ['a template', 'content', 'whatsAppApproved'], wrong);
  if (template === undefined) return;
  const { content, whatsAppApproved } = template;
  if (typeof content !== 'string' || content.trim() === '') wrong([...path, 'content'], 'content is no text');
  else if (/\{\{|\}\}/.test(content.replace(FIELD, '')))
    wrong([...path, 'content'], 'what stands in {{ }} is no name of a field, such as {{Name}}');
  if (whatsAppApproved !== undefined && typeof whatsAppApproved !== 'boolean')
    wrong([...path, 'whatsAppApproved'], 'whatsAppApproved is neither true nor false');
};

type Frame = { readonly in: '{' | '['; at: string | number; takesName: boolean };

/** Of JSON that was parsed: where each value begins, by its path as JSON. */
const linesOf = (text: string): ReadonlyMap<string, number> => {
  const lines = new Map<string, number>();
  const frames: Frame[] = [];
  let line = 1;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,\n]|[^\s{}[\]:,"]+/g)) {
    const frame = frames.at(-1);
    if (token === '\n') line += 1;
    else if (token === '}' || token === ']') frames.pop();
    else if (token === ':' && frame !== undefined) frame.takesName = false;
    else if (token === ',' && frame !== undefined) {
      if (frame.in === '{') frame.takesName = true;
      else frame.at = Number(frame.at) + 1;
    } else if (frame?.takesName) frame.at = JSON.parse(token) as string;
    else {
      lines.set(JSON.stringify(frames.map(({ at }) => at)), line);
      if (token === '{') frames.push({ in: token, at: '', takesName: true });
      if (token === '[') frames.push({ in: token, at: 0, takesName: false });
    }
  }
  return lines;
};
