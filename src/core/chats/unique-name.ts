/**
 * How a counterpart names its origin. Containers are created under a unique name made of the origin's side, SID and a
 * generation, so that no retry and no twin can make a second one: `bridge-flex-CH…-1`. At most 64 characters:
 * https://www.twilio.com/docs/chat/rest/channel-resource
 */

import type { Side } from '../model/event.ts';
import type { ContainerSid } from '../model/sids.ts';

export const counterpartName = (side: Side, container: ContainerSid, generation: number): string =>
  `bridge-${side}-${container}-${generation}`;

const pattern = /^bridge-(flex|frontline)-(CH[0-9a-f]{32})-(\d{1,6})$/;

/** Whose counterpart a container is; undefined when its name is none of ours. */
export const originNamedBy = (
  uniqueName: string | undefined,
): { readonly side: Side; readonly container: ContainerSid } | undefined => {
  const match = pattern.exec(uniqueName ?? '');
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { side: match[1] as Side, container: match[2] as ContainerSid };
};
