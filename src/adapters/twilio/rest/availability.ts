import type { Availability } from '../../../core/ports/workers.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { type Payload, Unreadable } from '../http/payload.ts';
import { undefinedWhenGone } from './chat-side.ts';

/** Twilio writes null where nobody has set it: then it is false. */
const read = ({ is_available: isAvailable }: Payload): boolean => {
  if (isAvailable === undefined || isAvailable === null) return false;
  if (typeof isAvailable !== 'boolean') throw new Unreadable('is_available');
  return isAvailable;
};

/**
 * Frontline's users, whom their identity names: https://www.twilio.com/docs/frontline/api/user-resource
 * @throws {TwilioError} from every call
 */
export const createAvailability = (account: Omit<AccountRest, 'serviceSid'>): Availability => {
  const rest = createRest('frontline-api.twilio.com', account);
  const path = (identity: string) => ['v1', 'Users', identity];
  return {
    read: (identity) => undefinedWhenGone(rest({ method: 'GET', path: path(identity) }, read)),
    write: (identity, isAvailable) =>
      undefinedWhenGone(
        rest({ method: 'POST', path: path(identity), form: { IsAvailable: String(isAvailable) } }, read),
      ),
  };
};
