/** Why the sweep did not look at a pair although it could: what the pair waits for is seen to by others. */
export type SeenTo = 'being linked or ended' | 'held' | 'waiting for its side' | 'a message is on its way';

const seenTo: Readonly<Record<SeenTo, true>> = {
  'being linked or ended': true,
  held: true,
  'waiting for its side': true,
  'a message is on its way': true,
};

/** As Twilio says it of a container: where it is gone there is nothing left to compare. */
const GONE = 'twilio 20404';
const PREFIX = 'not compared: ';

/** The journal's reason for a pair that was not compared. */
export const notCompared = (why: string): string => `${PREFIX}${why}`;

/** Whether a journal's reason tells of a pair that the sweep wanted to see and could not. */
export const isBlind = (reason: string | undefined): boolean =>
  reason?.startsWith(PREFIX) === true && !(reason.slice(PREFIX.length) in seenTo) && reason !== notCompared(GONE);
