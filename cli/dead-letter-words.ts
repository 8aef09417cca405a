/** What an operator can do about a dead letter that stands for nothing in the table, by its reason; see docs/runbook.md. */
const remedies: Readonly<Record<string, string>> = {
  other_deployment:
    'links: stop the other deployment, delete its conversations of these chats, then npx bridge redrive --reason other_deployment --apply',
  refused:
    'links in which Twilio lets somebody not in (its error stands in the parked line of the log): mend that, then npx bridge redrive --reason refused --apply',
  forward_refused:
    "customers lack an SMS each: mend what Flex's webhook refuses, then npx bridge redrive --reason forward_refused --apply",
  forward_pointless:
    'too late for an SMS, or the chat has ended: have the agents write anew and delete the letters, or npx bridge redrive --reason forward_pointless --apply',
  unreadable: 'written by another release: deploy that one again, then Start DLQ redrive in the SQS console',
  receive_limit: 'their function failed on them again and again: mend that, then Start DLQ redrive in the SQS console',
};

/** `2 forward_refused: ...`, a line for each reason. */
export const deadLetterLines = (byReason: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(byReason).map(
    ([reason, count]) => `${count} ${reason}: ${remedies[reason] ?? 'see the runbook, "Dead letters on ..."'}`,
  );
