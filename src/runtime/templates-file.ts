import { readFileSync } from 'node:fs';
import { readTemplates, type TemplateCategory, WrongTemplates } from '../templates.ts';
import { WrongSettings } from './settings.ts';

/** None without a file. @throws WrongSettings naming each line that is wrong, or why the file cannot be read. */
export const templatesIn = (file: string | undefined): readonly TemplateCategory[] => {
  if (file === undefined) return [];
  try {
    return readTemplates(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof WrongTemplates) throw new WrongSettings([error.message]);
    throw new WrongSettings([`TEMPLATES_FILE cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`]);
  }
};
