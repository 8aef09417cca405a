import { randomBytes } from 'node:crypto';

/**
 * 96 random bits in 16 characters: one stands in each row for as long as the row is kept, and is paid for by the byte.
 */
export const createNonce = (): string => randomBytes(12).toString('base64url');
