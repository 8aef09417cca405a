/** The command lines that the documents tell people to type. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

const BEGINS = /^(?:[A-Z_]+=\S* )*(?:npm|npx|node|cdk|cp|curl|aws|git|kill|python3?|sqlite3|bridge) \S/;
/** Of `npx bridge`, as running text shortens it. */
const SHORT = /^(?:repair|redrive|secrets) (?:--|SID)/;

/** A block's lines: fenced, or indented by four after an empty line. Drawings and data are no commands. */
const blocks = (text: string): readonly string[] => {
  const fenced = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].filter(
    ([, language]) => language !== 'mermaid' && language !== 'json',
  );
  const rest = text.replaceAll(/^```.*?^```$/gms, '');
  const indented = [...rest.matchAll(/(?<=\n\n)((?: {4}\S.*\n)+)/g)];
  return [...fenced.map(([, , lines = '']) => lines), ...indented.map(([, lines = '']) => lines)].flatMap((lines) =>
    lines.split('\n').filter((line) => line.trim() !== ''),
  );
};

/** In running text, and in a table's row, where later spans only say what is added: `-- --seeds 1000`, `--apply`. */
const spans = (text: string): readonly string[] =>
  text
    .replaceAll(/^```.*?^```$/gms, '')
    .split(/\n(?=\n|[-|]|\d\. )/)
    .flatMap((paragraph) => {
      const said = [...paragraph.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replaceAll(/\s+/g, ' '));
      const first = /^\s*\| `(np[mx] [^`]+)`/.exec(paragraph)?.[1];
      return said.flatMap((span) => {
        if (BEGINS.test(span)) return [span];
        if (SHORT.test(span)) return [`npx bridge ${span}`];
        return first !== undefined && /^--/.test(span) ? [withOptions(first, span)] : [];
      });
    });

/** What is said again is said instead. */
const withOptions = (line: string, added: string): string => {
  const names = added.match(/--[\w-]+/g) ?? [];
  const kept = names.reduce((text, name) => text.replace(new RegExp(` ${name} [^-\\s]\\S*`), ''), line);
  return `${kept} ${added}`;
};

const withoutComment = (line: string): string => line.replace(/ +#.*$/, '').trim();

/** Each command once: of `npm ci && npm start` both. */
export const commandLines = (): readonly string[] => {
  const documents = ['README.md', 'CHANGELOG.md', ...globSync('docs/{,adr/}*.md', { cwd: root })].map(textOf);
  const steps = [...textOf('.ci/run').matchAll(/^step (?:'[^']*'|"[^"]*") \d+ (.+)$/gm)].map(([, line = '']) =>
    line.replaceAll(/"\$\(\w+\)"/g, '1000001'),
  );
  const lines = documents.flatMap((text) => [...blocks(text), ...spans(text)]).map(withoutComment);
  return [...new Set([...lines, ...steps].flatMap((line) => line.split(' && ')))].sort();
};
