/** What Frontline's app says in a callback. https://www.twilio.com/docs/frontline */
import type { Form } from '../../adapters/twilio/webhook/form.ts';
import { Malformed, optionalParameter, requiredParameter } from '../../adapters/twilio/webhook/parameters.ts';
import { TwilioError, twilioAnswer } from '../../core/model/twilio-error.ts';
import { type Answer, refused, unanswered, unavailable } from '../answer.ts';
import type { Answerer, Verified } from '../endpoint.ts';

/** Names and numbers of people are no longer: what is has been made up, and is known to nobody. */
const LONGEST = 1_024;

export type CallbackRequest = {
  /** The parameter; empty when it was not sent. @throws Malformed when it is there twice, or endless. */
  readonly text: (name: string) => string;
  /** The agent's identity. */
  readonly worker: string;
  readonly form: Form;
  readonly verified: Verified;
};

const asked = (verified: Verified): CallbackRequest => {
  const { form } = verified;
  const text = (name: string): string => {
    const value = optionalParameter(form, name) ?? '';
    if (value.length > LONGEST) throw new Malformed(name);
    return value;
  };
  return { text, form, verified, worker: requiredParameter(form, 'Worker') };
};

/** By what `Location` asks for; another one is answered 422, as Twilio's own samples do. */
export const byLocation =
  (locations: Readonly<Record<string, (asked: CallbackRequest) => Promise<Answer>>>): Answerer =>
  async (verified) => {
    try {
      const location = optionalParameter(verified.form, 'Location') ?? '';
      const answer = Object.hasOwn(locations, location) ? locations[location] : undefined;
      if (answer === undefined) return unanswered('unknown_location');
      verified.logAs({ type: location });
      return await answer(asked(verified));
    } catch (error) {
      if (error instanceof Malformed) return refused('malformed', error.parameter);
      if (error instanceof TwilioError) return twilioFailed(error);
      throw error;
    }
  };

export const twilioFailed = (error: TwilioError): Answer => {
  const { code, status, effect } = twilioAnswer(error);
  return unavailable('twilio', String(code ?? status ?? effect));
};

/** The form as Twilio sent it, where each name has one value. */
export const paramsOf = (form: Form): Readonly<Record<string, string>> =>
  Object.fromEntries([...form].map(([name, [value = '']]) => [name, value]));
