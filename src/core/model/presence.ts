/** Which activity of one side means the same as one of the other: what the settings say, as questions. Pure. */
import { otherSide, type Side } from './event.ts';
import { PRESENCE_RECENT_MS } from './times.ts';

/** An activity of Flex and the one of Frontline that means the same. */
export type ActivityPair = Readonly<Record<Side, string>>;

export type PresenceRules = {
  /** Never empty. One name may stand in several: the first counts, unless the other side stands in another already. */
  readonly pairs: readonly ActivityPair[];
  /** Frontline's activity that means "available", to TaskRouter and to the Frontline app. */
  readonly available: string;
  /** Also what no person did: a worker leaves his place when he lets an offer time out. */
  readonly mirrorsTimeouts: boolean;
  /** Who becomes unavailable in Frontline has the offers that wait for him rejected. */
  readonly rejectsOffers: boolean;
};

export const isMapped = ({ pairs }: PresenceRules, side: Side, activity: string): boolean =>
  pairs.some((pair) => pair[side] === activity);

/** Whether what a worker has changed may still be on its way as a webhook. Both in milliseconds since 1970. */
export const isWebhookDue = (changed: number, now: number): boolean => changed > now - PRESENCE_RECENT_MS;

/** Whether both sides say the same. */
export const fits = ({ pairs }: PresenceRules, { flex, frontline }: ActivityPair): boolean =>
  pairs.some((pair) => pair.flex === flex && pair.frontline === frontline);

/** What both sides are to say when this one says so. @param now what they say at present */
export const carriedOver = ({ pairs }: PresenceRules, side: Side, now: ActivityPair): ActivityPair | undefined => {
  const meant = pairs.filter((pair) => pair[side] === now[side]);
  return meant.find((pair) => pair[otherSide(side)] === now[otherSide(side)]) ?? meant[0];
};

/** The same when it is the Frontline user's own availability that has changed. */
export const meaningOf = (
  { pairs, available }: PresenceRules,
  isAvailable: boolean,
  { flex }: ActivityPair,
): ActivityPair | undefined => {
  const meant = pairs.filter((pair) => (pair.frontline === available) === isAvailable);
  return meant.find((pair) => pair.flex === flex) ?? meant[0];
};

/** `Available=Available,Break=Unavailable`, Flex's name first; undefined when it is no such list. */
export const activityPairs = (text: string): readonly ActivityPair[] | undefined => {
  const pairs = text.split(',').map((pair) => pair.split('=').map((name) => name.trim()));
  const isPair = (names: readonly string[]) =>
    names.length === 2 && names.every((one) => one !== '' && one.length <= 64);
  if (!pairs.every(isPair)) return undefined;
  return pairs.map(([flex = '', frontline = '']) => ({ flex, frontline }));
};

/** As the older app had it. @param available Frontline's activity that means "available" */
export const usualPresence = (available = 'Available'): PresenceRules => ({
  pairs: [
    { flex: 'Available', frontline: available },
    { flex: 'Unavailable', frontline: 'Unavailable' },
  ],
  available,
  mirrorsTimeouts: false,
  rejectsOffers: false,
});
