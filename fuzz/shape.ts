/** What a consumer of this release can read, written down apart from its code: each part, and nothing besides. */
import type { Envelope, Work } from '../src/core/jobs/envelope.ts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.isWellFormed();
const filled: Check = (value) => text(value) && value !== '';
const whole: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0 && !Object.is(value, -0);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.some((one) => one === value);
/** A real SID; one of zeros only is a blank. */
export const isRealSid = (value: unknown, kind: string): boolean =>
  typeof value === 'string' && /^[0-9a-f]{32}$/.test(value.slice(2)) && value.startsWith(kind) && !/^..0+$/.test(value);
const sid =
  (kind: string): Check =>
  (value) =>
    isRealSid(value, kind);
const moment: Check = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && Number.isFinite(Date.parse(value));
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** Members whose name ends in `?` may be absent. */
const record =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const there = value as Readonly<Record<string, unknown>>;
    const known = Object.keys(members).map((name) => name.replace('?', ''));
    return (
      Object.keys(there).every((name) => known.includes(name)) &&
      Object.entries(members).every(([name, check]) => {
        const plain = name.replace('?', '');
        return Object.hasOwn(there, plain) ? check(there[plain]) : plain !== name;
      })
    );
  };

const media = record({ sid: sid('ME'), 'filename?': filled, contentType: text, size: whole });
const message = record({
  sid: sid('IM'),
  index: whole,
  author: filled,
  body: text,
  createdAt: moment,
  attributes: filled,
  media: listOf(media),
});
const messageEvent = record({
  type: oneOf('message.added', 'message.updated', 'message.removed'),
  side: oneOf('flex', 'frontline'),
  service: sid('IS'),
  container: sid('CH'),
  message,
});
const accepted = record({
  type: oneOf('reservation.accepted'),
  side: oneOf('flex'),
  container: sid('CH'),
  workspace: sid('WS'),
  task: sid('WT'),
  reservation: sid('WR'),
  worker: sid('WK'),
  workerIdentity: filled,
  customerName: text,
  'acceptedAt?': whole,
});
const changed = record({
  type: oneOf('chat.changed'),
  side: oneOf('flex', 'frontline'),
  container: sid('CH'),
  hint: oneOf('members', 'container', 'closed', 'closed_by_timer', 'task'),
  'joined?': filled,
});
const activity = record({
  type: oneOf('worker.activity'),
  side: oneOf('flex', 'frontline'),
  worker: sid('WK'),
  activity: filled,
  at: whole,
});
const created = record({
  type: oneOf('reservation.created'),
  side: oneOf('flex'),
  task: sid('WT'),
  reservation: sid('WR'),
  worker: sid('WK'),
  workerIdentity: filled,
  customerName: text,
});
const ended = record({
  type: oneOf('reservation.ended'),
  side: oneOf('flex'),
  reservation: sid('WR'),
  worker: sid('WK'),
  how: oneOf('accepted', 'rejected', 'timeout', 'canceled', 'rescinded'),
});
const forward = record({
  eventType: filled,
  container: sid('CH'),
  about: (value) => isRealSid(value, 'IM') || isRealSid(value, 'CH'),
  key: filled,
  contentType: filled,
  body: filled,
});
const pair: Check = (value) =>
  typeof value === 'string' && /^(flex|frontline)#/.test(value) && isRealSid(value.replace(/^\w+#/, ''), 'CH');
const parked = record({
  pair,
  lane: oneOf('toFrontline', 'toFlex'),
  sid: sid('IM'),
  // Of what is gone nobody knows the index.
  index: (value) => value === -1 || whole(value),
  reason: filled,
  'code?': whole,
  attempts: whole,
});

const works: Readonly<Partial<Record<Work['kind'], Check>>> = {
  event: record({
    kind: oneOf('event'),
    event: (value) => [messageEvent, accepted, changed, activity, created, ended].some((is) => is(value)),
  }),
  forward: record({ kind: oneOf('forward'), forward }),
  parked: record({ kind: oneOf('parked'), parked }),
  offers: (value) =>
    record({ kind: oneOf('offers'), worker: sid('WK'), about: record({ is: oneOf('heard'), index: whole }) })(value) ||
    record({
      kind: oneOf('offers'),
      worker: sid('WK'),
      about: record({ is: oneOf('ended'), reservation: sid('WR'), how: oneOf('accepted') }),
    })(value),
  link: record({ kind: oneOf('link'), pair, because: filled }),
  notice: record({
    kind: oneOf('notice'),
    pair,
    about: record({
      sid: sid('IM'),
      way: oneOf('toFrontline', 'toFlex', 'forward', 'stray'),
      reason: filled,
      'code?': whole,
      'createdAt?': filled,
      'edit?': filled,
    }),
  }),
  // A change on the Frontline side is done in the group of the pair's home; a chat that ends, or a closed conversation.
  agree: record({ kind: oneOf('agree'), pair, hint: filled, generation: whole }),
  // An event that reads as if somebody had edited a copy by hand has the other lane compared.
  reconcile: record({
    kind: oneOf('reconcile'),
    pair,
    lane: oneOf('toFrontline', 'toFlex'),
    because: oneOf('edited_by_hand', 'ending'),
  }),
  presence: record({
    kind: oneOf('presence'),
    worker: sid('WK'),
    'change?': record({ side: oneOf('flex', 'frontline'), activity: filled, at: whole }),
  }),
  // A conversation that nobody knows may be one that an agent has begun.
  start: record({ kind: oneOf('start'), conversation: sid('CH') }),
  redrive: record({ kind: oneOf('redrive'), pair, lane: oneOf('toFrontline', 'toFlex'), sid: sid('IM') }),
};

/** Of what a webhook makes, and of what a consumer lays aside because of it. */
export const hasShape = ({ receivedAt, work }: Envelope): boolean =>
  whole(receivedAt) && (works[work.kind]?.(work) ?? false);
