/** Which messages of a container are the bridge's copies? By their stamps, without a call and without the ledger. */
import type { BridgeSettings } from '../deps.ts';
import type { Message } from '../model/event.ts';
import type { ContainerSid, SourceSid } from '../model/sids.ts';
import { claimedStamp, provenStamp, type Stamp, type StampLane } from './stamp.ts';

export type Stamps = Pick<BridgeSettings, 'stampKey' | 'deployment'>;

/** What would have written a copy, and the container that the copy stands in: where that writes. */
export type Writer = { readonly lane: StampLane; readonly into: ContainerSid };

/** The stamp of this deployment on a message, if it is proven. */
export const stampOn = (
  { stampKey, deployment }: Stamps,
  { lane, into }: Writer,
  { author, body, attributes }: Pick<Message, 'author' | 'body' | 'attributes'>,
): Stamp | undefined => {
  const stamp = provenStamp(stampKey, { lane, container: into, author, body }, attributes);
  return stamp?.d === deployment ? stamp : undefined;
};

export type CopiesAmong = {
  /** By their source, in the order of the list: several are duplicates of each other. */
  readonly proven: ReadonlyMap<SourceSid, readonly Message[]>;
  /**
   * The first one with a stamp whose proof fails: a copy that was edited by hand, or the message of
   * a person who copied a stamp. A claim alone proves nothing, so the ledger is asked before it is acted on.
   */
  readonly claimed: ReadonlyMap<SourceSid, Message>;
};

export const copiesAmong = (stamps: Stamps, writer: Writer, messages: readonly Message[]): CopiesAmong => {
  const proven = new Map<SourceSid, Message[]>();
  const claimed = new Map<SourceSid, Message>();
  for (const message of messages) {
    const claim = claimedStamp(message.attributes, writer.lane);
    if (claim === undefined || claim.d !== stamps.deployment) continue;
    if (stampOn(stamps, writer, message) === undefined) {
      if (!claimed.has(claim.s)) claimed.set(claim.s, message);
      continue;
    }
    const known = proven.get(claim.s);
    if (known === undefined) proven.set(claim.s, [message]);
    else known.push(message);
  }
  return { proven, claimed };
};
