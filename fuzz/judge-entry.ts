/** What must hold of every line of the journal. */
import type { Entry } from '../src/core/ports/journal.ts';
import { holdsPersonal } from './marks.ts';

const SID = /^((flex|frontline)#)?[A-Z]{2}[0-9a-f]{32}$/;
const REASON = /^[\w .:-]{1,80}$/;

export const entryProblems = (entry: Entry): readonly string[] => [
  ...(holdsPersonal(JSON.stringify(entry)) ? [`personal data in a ${entry.step} entry`] : []),
  ...(entry.sids.every((sid) => SID.test(sid)) ? [] : [`a ${entry.step} entry with a SID that is none`]),
  ...(/^[\w./-]{1,64}$/.test(entry.type) ? [] : [`a ${entry.step} entry of a strange type`]),
  ...(entry.reason === undefined || entry.step === 'failed' || REASON.test(entry.reason)
    ? []
    : [`a ${entry.step} entry with a strange reason`]),
  ...(entry.ms === undefined || Number.isFinite(entry.ms) ? [] : [`a ${entry.step} entry with a strange duration`]),
];
