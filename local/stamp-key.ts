import { randomBytes } from 'node:crypto';
import type { Store } from '../src/core/ports/store.ts';
import { NONCE, STAMP_KEY } from '../src/core/state/items.ts';

/** The key made at the first start of this file, and the same one ever after: 256 random bits. */
export const keptStampKey = async (store: Store): Promise<string> => {
  const made = randomBytes(32).toString('base64url');
  const written = await store.write(STAMP_KEY, { when: [['lacks', 'pk']], set: { value: made }, nonce: [NONCE, made] });
  return String((written.ok ? written.item : written.old)?.value);
};
