import type { BridgeDeps } from '../deps.ts';
import { decodeIdentity } from '../model/identity.ts';

/**
 * The agent's identity in Frontline, from Flex's spelling of it; undefined when he has no user there. The same rule as
 * when a chat is linked.
 */
export const frontlineUser = async (
  { frontline }: Pick<BridgeDeps, 'frontline'>,
  flexIdentity: string,
): Promise<string | undefined> => {
  const identity = decodeIdentity(flexIdentity);
  return (await frontline.hasUser(identity)) ? identity : undefined;
};
