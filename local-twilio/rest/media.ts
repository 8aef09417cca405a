import type { Media } from '../model.ts';
import { problems } from '../problem.ts';
import { type Call, field } from './call.ts';

/** No media were uploaded to the local Twilio, so every MediaSid that a program names is unknown. */
export const mediaField = (call: Call): readonly Media[] => {
  if (field(call, 'MediaSid') !== undefined) throw problems.mediaMissing();
  return [];
};
