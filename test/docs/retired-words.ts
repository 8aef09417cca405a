/**
 * Words that the project has given up, each with the word that took its place. A name means one thing, and one thing
 * has one name: what stands here had two meanings, or was a riddle beside a word that the field has.
 */
export type Retired = {
  /** As one reads it: `keep work` is also `keepWork`, `KEEP_WORK` and "keep work". */
  readonly old: string;
  readonly now: string;
  /**
   * `names`: an English word that a text may use. `whole names`: it may be part of a name, as in `heldUntil`. Else
   * it stands nowhere.
   */
  readonly only?: 'names' | 'whole names';
  /** What may stand right before it. */
  readonly but?: string;
};

export const RETIRED: readonly Retired[] = [
  // The pair and its lanes
  { old: 'home', now: 'pair', only: 'names' },
  { old: 'homes', now: 'pairs', only: 'names' },
  { old: 'f', now: 'toFrontline', only: 'whole names' },
  { old: 'b', now: 'toFlex', only: 'whole names' },
  { old: 'lane f', now: 'toFrontline' },
  { old: 'lane b', now: 'toFlex' },
  { old: 'held', now: 'lease (of a lane), paused (a held pair, towards operators)', only: 'whole names' },
  { old: 'held lane', now: 'lane lease' },
  { old: 'dk', now: 'listOrder' },
  { old: 'due', now: 'list', only: 'whole names' },
  { old: 'unborn', now: 'refusedBeforeConversation' },
  { old: 'let in', now: 'addParticipant' },
  { old: 'unjoined', now: 'hasRefusedParticipant' },
  { old: 'give counterpart', now: 'createCounterpart' },
  { old: 'rest unlinked', now: 'stopLinking' },
  // Copies and comparing
  { old: 'ours', now: 'own message' },
  { old: 'brought', now: 'repaired', only: 'names' },
  { old: 'announce', now: 'notifyWebhooks', only: 'names' },
  { old: 'mend', now: 'repair' },
  { old: 'mended', now: 'repaired' },
  { old: 'mendable', now: 'repairable' },
  { old: 'mends', now: 'repairs' },
  { old: 'renew', now: 'edit, update' },
  { old: 'renewed', now: 'edited, updated' },
  { old: 'undo stray', now: 'removeOrphan' },
  { old: 'remove stray', now: 'removeOrphan' },
  { old: 'double', now: 'duplicated (a finding), duplicate', only: 'names' },
  { old: 'bare', now: 'uncopied', only: 'names' },
  { old: 'nameless', now: 'unattributed' },
  { old: 'hopeless', now: 'poison' },
  { old: 'tell of parked', now: 'notifyParked' },
  { old: 'twilio says', now: 'describeTwilioError' },
  { old: 'trouble', now: 'TwilioError', only: 'names' },
  { old: 'troubles', now: 'TwilioError', only: 'names' },
  { old: 'fate', now: 'effect' },
  // Waiting
  { old: 'keep work', now: 'addToBacklog' },
  { old: 'kept work', now: 'backlog' },
  { old: 'drop kept', now: 'removeFromBacklog' },
  { old: 'kept', now: 'backlog', only: 'whole names' },
  { old: 'out of patience', now: 'deferWhenExhausted' },
  { old: 'set aside', now: 'deferEvent' },
  { old: 'young', now: 'recent' },
  // Queues and dead letters
  { old: 'in hands', now: 'in flight' },
  { old: 'come again', now: 'redeliverAfter, retry' },
  { old: 'letter', now: 'dead letter', but: 'dead' },
  { old: 'letters', now: 'dead letters', but: 'dead' },
  { old: 'bell', now: 'dead letter' },
  { old: 'bells', now: 'dead letters' },
  { old: 'bury', now: 'deadLetter, sendDeadLetter' },
  { old: 'buried', now: 'dead letter' },
  { old: 'silence', now: 'clearSettled' },
  { old: 'silenced', now: 'cleared' },
  { old: 'look up', now: 'findSentSms' },
  // Composition
  { old: 'basis', now: 'compose-base', only: 'names' },
  { old: 'bridge parts', now: 'compose-bridge' },
  { old: 'story alarms', now: 'SyncAlarms' },
  // The page
  { old: 'what became of', now: 'Result' },
  { old: 'event s way', now: 'Event log' },
  { old: 'of no use', now: 'ignored' },
];

/** `leaseUntil`, `LEASE_UNTIL`, `lease-until`, "Lease until": the words of a name or a text, in lower case. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');

/** The retired words in a name or a text, each as `old -> now`. */
export const retiredIn = (text: string, as: 'name' | 'text'): readonly string[] => {
  const words = ` ${wordsOf(text).join(' ')} `;
  return RETIRED.filter(({ old, only, but }) => {
    if (only === 'whole names') return as === 'name' && words === ` ${old} `;
    if (only === 'names' && as === 'text') return false;
    return (but === undefined ? words : words.replaceAll(` ${but} ${old} `, ' ')).includes(` ${old} `);
  }).map(({ old, now }) => `${old} -> ${now}`);
};
