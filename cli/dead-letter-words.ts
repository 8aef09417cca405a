/**
 * What an operator can do about a dead letter that stands for nothing in the table, by its reason; see docs/runbook.md.
 */
import type { Parked } from '../src/core/model/outcome.ts';
import { RECEIVED_TOO_OFTEN } from '../src/core/operate/dead-letters.ts';

const remedies: Readonly<Record<Exclude<Parked, 'gave_up' | 'altered'> | typeof RECEIVED_TOO_OFTEN, string>> = {
  other_deployment:
    'another deployment has linked these chats: stop it, delete its conversations of them, then npx bridge redrive --reason other_deployment --apply',
  refused:
    'Twilio refuses to add a participant to these chats (the parked line of the log has its error code): fix that, then npx bridge redrive --reason refused --apply',
  forward_refused:
    "customers did not get these SMS: fix what Flex's webhook refuses, then npx bridge redrive --reason forward_refused --apply",
  forward_pointless:
    'these SMS are a day late, or their chat has ended: ask the agents to write again and delete the dead letters, or send them with npx bridge redrive --reason forward_pointless --apply',
  unreadable: 'written by another release: deploy that release again, then Start DLQ redrive in the SQS console',
  [RECEIVED_TOO_OFTEN]:
    'their function failed on them again and again: fix it (its log says why), then Start DLQ redrive in the SQS console',
};

/** Anything may lie in a dead-letter queue: what another release put there has a reason that this one does not know. */
const remedyOf = (reason: string): string =>
  Object.hasOwn(remedies, reason)
    ? remedies[reason as keyof typeof remedies]
    : 'see the runbook, "Dead letters on ..."';

/** `2 forward_refused: ...`, a line for each reason. */
export const deadLetterLines = (byReason: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(byReason).map(([reason, count]) => `${count} ${reason}: ${remedyOf(reason)}`);
