/** Why the sweep did not look at a pair although it could: what the pair waits for is seen to by others. */
export type SeenTo = 'being linked or ended' | 'held' | 'waiting for its side' | 'a message is on its way';

const seenTo: Readonly<Record<SeenTo, true>> = {
  'being linked or ended': true,
  held: true,
  'waiting for its side': true,
  'a message is on its way': true,
};

/** As Twilio says it of a container, in either product's words: where it is gone there is nothing left to compare. */
const gone: ReadonlySet<string> = new Set(['twilio 20404', 'twilio 50300', 'twilio 50350']);
const PREFIX = 'not compared: ';

/** The journal's reason for a pair that was not compared. */
export const notCompared = (why: string): string => `${PREFIX}${why}`;

/** Whether a journal's reason tells of a pair that the sweep wanted to see and could not. */
export const isBlind = (reason: string | undefined): boolean => {
  if (reason?.startsWith(PREFIX) !== true) return false;
  const why = reason.slice(PREFIX.length);
  return !(why in seenTo) && !gone.has(why);
};
