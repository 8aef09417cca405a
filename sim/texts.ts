/** How texts read in a run: what marks them as late, edited, or the bridge's own word. */
export const late = /^\[Late, written [^\]]+\] /;
export const edited = / \(edited \d+( poison)?\)$/;
/** As Twilio may have it: what a program writes may be stored trimmed, or composed. */
export const inOneForm = (text: string): string => text.trim().normalize('NFC');
/** What was first said: the same through edits and late copies, whichever of them Twilio has trimmed. */
export const base = (text: string): string => inOneForm(text.replace(late, '').replace(edited, ''));
/** The bridge's own word, never a person's. */
export const notice = /^\[Bridge\] /;
