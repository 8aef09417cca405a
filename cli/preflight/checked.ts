/** What `bridge preflight` finds, and how it says so: one plain line each, what is wrong and what to do. */

export type Checked = {
  readonly about: 'Region' | 'Stack' | 'Lambda' | 'API Gateway' | 'Secret' | 'Alarms';
  /** `later`: it cannot be told before the stack is deployed. */
  readonly state: 'well' | 'wrong' | 'later';
  readonly says: string;
};

type About = Checked['about'];
export const well = (about: About, says: string): Checked => ({ about, state: 'well', says });
export const wrong = (about: About, says: string): Checked => ({ about, state: 'wrong', says });
export const later = (about: About, says: string): Checked => ({ about, state: 'later', says });

const words: Readonly<Record<Checked['state'], string>> = { well: 'Good', wrong: 'To do', later: 'Later' };

/** `To do   Lambda: ...`, and what it comes to. */
export const checkedLines = (all: readonly Checked[]): readonly string[] => [
  ...all.map(({ about, state, says }) => `${words[state].padEnd(8)}${about}: ${says}`),
  ...(all.some(({ state }) => state === 'wrong') ? [] : [summaryOf(all)]),
];

const summaryOf = (all: readonly Checked[]): string =>
  all.some(({ state }) => state === 'later')
    ? 'Nothing stands in the way of the deployment. Run this again after it.'
    : 'All is well.';
