/**
 * The stamp: what the bridge writes into the attributes of every message it creates, so that it knows its own writing
 * again. Its HMAC covers deployment, lane, destination container, author, kind, source SID and a hash of the body, so
 * that neither a forged nor a copied stamp passes: who copies a genuine one cannot also have its author or its text.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Lane } from '../model/event.ts';
import type { SourceSid } from '../model/sids.ts';

/** copy: a person's message; notice: the bridge's own word; silent: a copy that must not go out by SMS again. */
export type StampKind = 'copy' | 'notice' | 'silent';

export type Stamp = {
  readonly v: 1;
  /** The deployment that wrote it. */
  readonly d: string;
  /** The source message's SID. */
  readonly s: SourceSid;
  readonly k: StampKind;
  /** 128 bits of HMAC-SHA256, hexadecimal. */
  readonly h: string;
  /** The same of the text as Twilio may store it (trimmed, composed); left out where that is the text itself. */
  readonly n?: string;
};

/** What writes: a lane, or what is said in a stray conversation into the chat's own, where a lane takes it on. */
export type StampLane = Lane | 'stray';

export type Stamped = {
  readonly lane: StampLane;
  /** The container it stands in. */
  readonly container: string;
  readonly author: string;
  readonly body: string;
};

/** Under a name of its own what joins from a stray conversation is no copy of a lane's: it is the customer's word. */
const attributeOf = (lane: StampLane): string => (lane === 'stray' ? 'bridgeStray' : 'bridge');

/** Texts that differ only by what Twilio may do to one: trim it, compose its accents, end its lines alike. */
const alike = (text: string): string => text.replaceAll('\r\n', '\n').trim().normalize('NFC');

const mac = (key: string, at: Stamped, d: string, s: SourceSid, k: StampKind): string => {
  const body = createHash('sha256').update(at.body).digest('hex');
  const said = JSON.stringify([d, at.lane, at.container, at.author, k, s, body]);
  return createHmac('sha256', key).update(said).digest('hex').slice(0, 32);
};

/** The attributes of a message to create, as JSON text. */
export const stampedAttributes = (key: string, deployment: string, at: Stamped, s: SourceSid, k: StampKind): string => {
  const h = mac(key, at, deployment, s, k);
  const body = alike(at.body);
  const stamp: Stamp = { v: 1, d: deployment, s, k, h };
  const both = body === at.body ? stamp : { ...stamp, n: mac(key, { ...at, body }, deployment, s, k) };
  return JSON.stringify({ [attributeOf(at.lane)]: both satisfies Stamp });
};

/**
 * What the bridge writes into a stamp: a message's SID or a notice's (notice-text.ts), a deployment's name, its HMAC. A
 * claim is text that anyone may have written, and becomes part of a row's key, whose length DynamoDB bounds.
 */
const sources =
  /^(?:(?:notice#(?:sms#|(?:edit|altered)#(?:[0-9a-z]{1,64}#)?)?)?IM[0-9a-f]{32}|notice#system#[\w-]{1,100})$/;
const deployments = /^[\w.-]{1,32}$/;
const macs = /^[0-9a-f]{32}$/;

const matching = <Text extends string>(value: unknown, form: RegExp): value is Text =>
  typeof value === 'string' && form.test(value);

/** The stamp that attributes claim to carry, unproven; undefined when they claim none. Never throws. */
export const claimedStamp = (attributes: string, by: StampLane = 'toFlex'): Stamp | undefined => {
  const attribute = attributeOf(by);
  if (!attributes.includes(attribute)) return undefined;
  try {
    const claim = (JSON.parse(attributes) as Record<string, Record<string, unknown>> | null)?.[attribute];
    if (
      claim?.v !== 1 ||
      !matching(claim.d, deployments) ||
      !matching<SourceSid>(claim.s, sources) ||
      !matching(claim.h, macs) ||
      (claim.n !== undefined && !matching(claim.n, macs))
    )
      return undefined;
    if (claim.k !== 'copy' && claim.k !== 'notice' && claim.k !== 'silent') return undefined;
    const { n } = claim;
    return { v: 1, d: claim.d, s: claim.s, k: claim.k, h: claim.h, ...(matching<string>(n, macs) ? { n } : {}) };
  } catch {
    return undefined;
  }
};

/**
 * The stamp, proven to be written by a bridge that holds the key, for just this place, author and text, or for a text
 * of which Twilio may have made this one.
 */
export const provenStamp = (key: string, at: Stamped, attributes: string): Stamp | undefined => {
  const claim = claimedStamp(attributes, at.lane);
  if (claim === undefined) return undefined;
  const { n } = claim;
  const isProven = isMacOf(key, at, claim, claim.h) || (n !== undefined && isMacOf(key, likeStored(at), claim, n));
  return isProven ? claim : undefined;
};

/** The stamp, proven to be written for this text to the letter, whatever Twilio made of it. */
export const stampForText = (key: string, at: Stamped, attributes: string): Stamp | undefined => {
  const claim = claimedStamp(attributes, at.lane);
  return claim !== undefined && isMacOf(key, at, claim, claim.h) ? claim : undefined;
};

const likeStored = (at: Stamped): Stamped => ({ ...at, body: alike(at.body) });

const isMacOf = (key: string, at: Stamped, { d, s, k }: Stamp, h: string): boolean => {
  const good = Buffer.from(mac(key, at, d, s, k));
  const given = Buffer.from(h);
  return good.length === given.length && timingSafeEqual(good, given);
};
