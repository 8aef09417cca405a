import type { Sms } from './model.ts';
import { newSid } from './sid.ts';
import type { TwilioWorld } from './world.ts';

/** Lands on the customer's phone at once. @returns the SMS's SID */
export const sendSms = (
  world: TwilioWorld,
  number: string,
  { from, body, messageSid }: Pick<Sms, 'from' | 'body' | 'messageSid'>,
): string => {
  const sid = newSid(world.random, 'SM');
  const phone = world.phones.get(number) ?? [];
  phone.push({ sid, from, body, at: world.now(), messageSid });
  world.phones.set(number, phone);
  return sid;
};
