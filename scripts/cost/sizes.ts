/** What CloudWatch counts for each line besides its text. */
export const LINE_OVERHEAD = 26;
