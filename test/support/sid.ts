/** A SID of these letters, which one can tell from others by its digits. @param digits one hex digit, or a number */
export const sid = <Letters extends string>(letters: Letters, digits: string | number): `${Letters}${string}` =>
  `${letters}${typeof digits === 'number' ? digits.toString(16).padStart(32, '0') : digits.repeat(32)}`;
