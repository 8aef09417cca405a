/** What tests do and see in one chat of the local Twilio. */
import { AGENTS } from '../../../local-twilio/defaults.ts';
import type { LocalTwilio } from '../../../local-twilio/twilio.ts';

export const { ann } = AGENTS;

/** The conversation that the bridge made for a channel. */
export const conversationOf = (twilio: LocalTwilio, channel: string): string | undefined =>
  twilio.reads.containers('frontline').find(({ uniqueName }) => uniqueName === `bridge-flex-${channel}-1`)?.sid;

export const textsIn = (twilio: LocalTwilio, side: 'flex' | 'frontline', sid: string | undefined): readonly string[] =>
  sid === undefined ? [] : twilio.reads.transcript(side, sid).map(({ body }) => body ?? '');

export const accept = (twilio: LocalTwilio, taskSid: string): void => {
  const { reservationSid } = twilio.flexAgent.isOffered(ann.flexWorkerSid, taskSid);
  twilio.flexAgent.accepts(reservationSid);
};
