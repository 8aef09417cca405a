/** What must hold of every answer of the webhook, whatever was sent. */

import type { BackendFault } from './draft.ts';
import { entryProblems } from './judge-entry.ts';
import { contentProblems, queueProblems } from './judge-message.ts';
import { holdsPersonal } from './marks.ts';
import type { MutantRequest } from './mutant-request.ts';
import type { AnswerSeen } from './send-mutant.ts';

const STATUSES = [204, 400, 403, 404, 405, 413, 415, 503] as const;

const when = (broken: boolean, problem: string): readonly string[] => (broken ? [problem] : []);

const answerProblems = (mutant: MutantRequest, heard: AnswerSeen): readonly string[] => {
  const { status, sent, met, notStored } = heard;
  const reasons = heard.entries.map(({ reason }) => reason);
  const unsigned = reasons.includes('wrong_signature') || reasons.includes('no_signature');
  return [
    ...when(!STATUSES.some((one) => one === status), `an answer of ${status}`),
    ...when(status === 503 && !met, '503, though nothing failed'),
    ...when(notStored && status !== 503, `${status}, though a queue did not take it`),
    ...when(sent.length > 0 && status !== 204 && status !== 503, `${status}, though it was stored`),
    ...when(sent.length > 0 && !mutant.proven, 'stored, though nobody who may had signed it'),
    ...when(sent.length > 0 && mutant.method !== 'POST', 'stored, though it was no POST'),
    ...when(reasons.includes('route') && mutant.proven, 'no route, though it was signed as Twilio does'),
    ...when(unsigned && mutant.proven, 'refused, though it was signed as Twilio does'),
    ...when(status === 204 && heard.text !== '', '204 with a body'),
    ...when(holdsPersonal(heard.text + JSON.stringify(heard.headers)), 'personal data in the answer'),
  ];
};

const STEPS: Readonly<Record<number, readonly string[]>> = { 204: ['queued', 'skipped'], 503: ['failed'] };

const journalProblems = (heard: AnswerSeen, fault: BackendFault): readonly string[] => {
  const [entry, ...more] = heard.entries;
  if (entry === undefined || more.length > 0) return [`${heard.entries.length} entries for one webhook`];
  const steps = STEPS[heard.status] ?? ['refused'];
  return [
    ...when(!steps.includes(entry.step), `${heard.status} that the journal calls ${entry.step}`),
    ...when(
      heard.status === 204 && fault === 'nothing' && (entry.count ?? 0) !== heard.sent.length,
      `${heard.sent.length} messages that the journal counts otherwise`,
    ),
    ...entryProblems(entry),
  ];
};

export const judgeAnswer = (mutant: MutantRequest, heard: AnswerSeen, fault: BackendFault): readonly string[] => {
  if (heard.end === 'threw') return ['an exception instead of an answer'];
  if (heard.end === 'hung') return ['no answer'];
  return [
    ...answerProblems(mutant, heard),
    ...journalProblems(heard, fault),
    ...heard.sent.flatMap((sent) => [...queueProblems(sent), ...contentProblems(mutant, sent)]),
  ];
};
