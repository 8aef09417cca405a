/** In which direction work writes: so an operator switches off what goes one way, and leaves the other. */
import { type BridgeEvent, type Lane, laneFrom } from '../model/event.ts';
import { DIRECTIONS } from '../model/mode.ts';
import type { Work } from './envelope.ts';

/**
 * Who serves a chat, its end, and what is offered concern both sides, and wait while either direction does. An empty
 * list: it writes nowhere by itself, or asks when it knows where; or it is the forwarder's, which no mode concerns.
 */
export const directionsOf = (work: Work): readonly Lane[] => {
  switch (work.kind) {
    case 'event':
      return ofEvent(work.event);
    case 'reconcile':
    case 'redrive':
      return [work.lane];
    case 'link':
    case 'notice':
    case 'notify_agent':
      return ['toFrontline'];
    case 'agree':
    case 'offers':
    case 'start':
      return DIRECTIONS;
    case 'presence':
      return work.change === undefined ? [] : [laneFrom(work.change.side)];
    case 'forward':
    case 'parked':
      return [];
    default:
      return work satisfies never;
  }
};

const ofEvent = (event: BridgeEvent): readonly Lane[] => {
  switch (event.type) {
    case 'message.added':
    case 'message.updated':
    case 'message.removed':
    case 'worker.activity':
      return [laneFrom(event.side)];
    case 'reservation.accepted':
      return ['toFrontline'];
    case 'chat.changed':
      // Of the other side it only sends the pair's own job.
      return event.side === 'flex' ? DIRECTIONS : [];
    case 'reservation.created':
    case 'reservation.ended':
      return DIRECTIONS;
    default:
      return event satisfies never;
  }
};
