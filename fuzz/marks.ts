/**
 * Text that stands for what people wrote and are called. It is planted wherever a webhook holds such, and must not be
 * found where only SIDs, types, counts, durations and reasons belong.
 */

/** What every planted text begins with; no SID, event type or parameter's name holds it. */
export const MARK = 'Zq7§';
/** The same as Flex spells identities. */
const SPELLED = 'Zq7_C2_A7';

export const TEXT = `${MARK}text that a person wrote`;
export const NAME = `${MARK}Bea Miller`;
export const IDENTITY = `${SPELLED}_40example_2Ecom`;

export const holdsPersonal = (text: string): boolean => text.includes(MARK) || text.includes(SPELLED);

/** What people wrote rests in encrypted queues and at Twilio only; identities may stand in the state. */
export const holdsText = (text: string): boolean => text.includes(TEXT);
